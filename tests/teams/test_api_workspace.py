"""The endpoints of the workspace's settings, its API tokens and its audit trail."""

import datetime as dt

import pytest

from teams import audit
from teams.models import ApiToken, Workspace
from teams.services import workspaces
from tests.doors import api_of, program
from tests.factories.teams import TeamFactory, make_token

WORKSPACE, TOKENS, AUDIT = "/api/v1/workspace/", "/api/v1/api-tokens/", "/api/v1/audit/"
Scope = ApiToken.Scope


def stored(workspace):
    return Workspace.objects.filter(pk=workspace.pk).values().get()


@pytest.fixture
def api(frozen, admin):
    return api_of(admin)


# -- Settings --------------------------------------------------------------------------------


def test_the_workspace_is_read_with_its_version(frozen, viewer):
    answer = api_of(viewer).get(WORKSPACE)

    assert answer["ETag"] == '"1"'
    assert answer.json() == {
        "name": "Rosemary", "timezone": "Europe/Warsaw", "currency": "EUR",
        "working_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "works_from": "09:00", "works_until": "17:00",
        "numbers_due_weekday": "monday", "numbers_due_time": "11:00",
        "digest_weekday": "monday", "digest_time": "08:00", "digest_when_complete": False,
        "slug": "rosemary", "week_start": "monday", "fiscal_start": "january", "version": 1,
    }  # fmt: skip


def test_settings_are_changed_under_the_version_that_was_read(api, workspace):
    body = {
        "name": "Thyme", "working_days": ["friday", "monday", "friday"], "works_until": "16:30",
        "digest_weekday": "tuesday", "digest_when_complete": True,
    }  # fmt: skip

    answer = api.patch(WORKSPACE, body, headers={"If-Match": '"1"'})

    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    workspace.refresh_from_db()
    assert (workspace.name, workspace.working_days) == ("Thyme", [0, 4])
    assert (workspace.works_until, workspace.digest_weekday) == (dt.time(16, 30), 1)
    assert workspace.digest_when_complete
    assert answer.json() == api.get(WORKSPACE).json()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 428),
        ({"If-Match": '"2"'}, 412),
        ({"If-Match": "*"}, 400),
        ({"If-Match": '"²"'}, 400),
        ({"If-Match": '"' + "9" * 5000 + '"'}, 400),
    ],
    ids=["missing", "old", "any", "no digit", "long"],
)
def test_without_the_present_version_nothing_is_changed(api, workspace, headers, status):
    """Show reliability row FM-13: the second of two writers learns of the first."""
    assert api.patch(WORKSPACE, {"name": "Thyme"}, headers=headers).status_code == status
    assert stored(workspace)["name"] == "Rosemary"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"works_from": "18:00"}, 422, "works_from"),
        ({"currency": "eur"}, 422, "currency"),
        ({"currency": "EURO"}, 400, "currency"),
        ({"timezone": "Europe/Atlantis"}, 422, "timezone"),
        ({"timezone": "../../etc/passwd"}, 422, "timezone"),
        ({"name": " "}, 400, "name"),
        ({"name": "x" * 81}, 400, "name"),
        ({"working_days": []}, 400, "working_days"),
        ({"working_days": ["someday"]}, 400, "working_days.0"),
        ({"works_from": "9 o'clock"}, 400, "works_from"),
        ({"works_from": "09:00:30"}, 400, "works_from"),
        ({"digest_weekday": 0}, 400, "digest_weekday"),
        ({"digest_weekday": None}, 400, "digest_weekday"),
        ({"slug": "mine"}, 400, "slug"),
        ({"week_start": "sunday"}, 400, "week_start"),
        ({"fiscal_start": "april"}, 400, "fiscal_start"),
        ({"is_demo": True}, 400, "is_demo"),
        ({"version": 9}, 400, "version"),
    ],
)
def test_settings_that_cannot_be_are_refused(api, workspace, body, status, field):
    """Show reliability row FM-11: what is no setting cannot be set."""
    before = stored(workspace)

    answer = api.patch(WORKSPACE, {"name": "Thyme", **body}, headers={"If-Match": '"1"'})

    assert answer.status_code == status
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert stored(workspace) == before


# -- API tokens ------------------------------------------------------------------------------


def test_an_admin_sees_all_tokens_and_no_secret(api, frozen, lead, stranger):
    token, text = make_token(lead, frozen, scope=Scope.MEASUREMENTS, kpi_codes=["clicks"])
    make_token(stranger, frozen)

    answer = api.get(TOKENS)

    assert answer.json()["results"] == [{
        "id": token.public_id, "name": "nightly", "member": "leo@example.com",
        "scope": "measurements", "kpis": ["clicks"], "created_at": "2026-11-16T08:00:00Z",
        "expires_at": "2026-12-16T08:00:00Z", "revoked_at": None, "last_used_at": None,
    }]  # fmt: skip
    assert text.rpartition("_")[2] not in answer.content.decode()


def test_everybody_else_sees_and_revokes_their_own(frozen, member, lead):
    """Show reliability row FM-01: a colleague's token and an unknown one are the same 404."""
    (mine, _text), (theirs, _other) = make_token(member, frozen), make_token(lead, frozen)
    api = api_of(member)

    assert [row["id"] for row in api.get(TOKENS).json()["results"]] == [mine.public_id]
    foreign = api.delete(f"{TOKENS}{theirs.public_id}/")
    unknown = api.delete(f"{TOKENS}nosuchtoken/")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json()["detail"] == unknown.json()["detail"]
    assert api.delete(f"{TOKENS}{mine.public_id}/").status_code == 204
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.revoked_at, mine.revoked_at) == (None, frozen)


def test_a_revoked_token_is_refused_and_stays_in_the_list(api, frozen, lead):
    token, text = make_token(lead, frozen)
    assert program(text).get(TOKENS).status_code == 200

    api.delete(f"{TOKENS}{token.public_id}/")

    assert program(text).get(TOKENS).status_code == 401
    [listed] = api.get(TOKENS).json()["results"]
    assert listed["revoked_at"] == "2026-11-16T08:00:00Z"


def test_no_token_is_made_by_the_api(api, frozen, admin):
    """Show reliability row FM-17: a token that leaked makes itself no successor."""
    _token, text = make_token(admin, frozen, scope=Scope.WRITE)
    body = {"name": "successor", "scope": "write"}

    assert program(text).post(TOKENS, body).status_code == 405
    assert ApiToken.objects.count() == 1


READS = [WORKSPACE, "/api/v1/members/", "/api/v1/teams/", "/api/v1/invitations/", TOKENS, AUDIT]


@pytest.mark.parametrize("url", READS)
def test_a_token_for_numbers_reaches_nothing_about_people_R99(frozen, owner, url):
    """Show reliability row FM-10: it sends numbers of its KPIs, whatever its member may do."""
    _token, text = make_token(owner, frozen, scope=Scope.MEASUREMENTS, kpi_codes=["clicks"])

    assert api_of(owner).get(url).status_code == 200
    for method in ("get", "post", "patch", "delete"):
        assert getattr(program(text), method)(url).status_code == 403


@pytest.mark.parametrize("url", READS)
def test_a_token_to_read_reads_as_far_as_its_member_R99(frozen, admin, viewer, url):
    _token, of_admin = make_token(admin, frozen)
    _token, of_viewer = make_token(viewer, frozen)

    assert program(of_admin).get(url).status_code == 200
    assert program(of_viewer).get(url).status_code == api_of(viewer).get(url).status_code


def test_a_token_to_read_changes_nothing_R99(frozen, workspace, admin, member):
    own, text = make_token(admin, frozen)
    team = TeamFactory(workspace=workspace)
    api = program(text)

    answers = [
        api.patch(WORKSPACE, {"name": "Thyme"}, headers={"If-Match": '"1"'}),
        api.patch(f"/api/v1/members/{member.pk}/", {"role": "lead"}),
        api.post(f"/api/v1/members/{member.pk}/deactivate/"),
        api.post("/api/v1/teams/", {"name": "Paid"}),
        api.patch(f"/api/v1/teams/{team.pk}/", {"name": "Paid"}),
        api.delete(f"/api/v1/teams/{team.pk}/"),
        api.post("/api/v1/invitations/", {"email": "a@example.com", "role": "viewer"}),
        api.delete(f"{TOKENS}{own.public_id}/"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert stored(workspace)["name"] == "Rosemary"


def test_a_token_to_write_does_not_lift_its_member_R99(frozen, workspace, lead):
    _token, text = make_token(lead, frozen, scope=Scope.WRITE)

    answer = program(text).patch(WORKSPACE, {"name": "Thyme"}, headers={"If-Match": '"1"'})

    assert answer.status_code == 403
    assert stored(workspace)["name"] == "Rosemary"


# -- The audit trail -------------------------------------------------------------------------


def test_the_trail_names_who_changed_what(api, frozen, workspace, admin):
    _token, text = make_token(admin, frozen, scope=Scope.WRITE)
    body = {"working_days": ["monday"], "currency": "PLN"}
    program(text).patch(WORKSPACE, body, headers={"If-Match": '"1"'})

    rows = api.get(AUDIT).json()["results"]

    [row] = [row for row in rows if row["deed"] == "changed"]
    assert (row["who"], row["what"], row["name"]) == ("Ada Admin", "Workspace", "Rosemary")
    assert row["changes"] == [
        {"field": "Currency", "before": "EUR", "after": "PLN"},
        {
            "field": "Working days",
            "before": "Monday, Tuesday, Wednesday, Thursday, Friday",
            "after": "Monday",
        },
    ]


def test_the_trail_is_read_page_by_page(api, workspace):
    TeamFactory.create_batch(7, workspace=workspace)
    whole = audit.latest(workspace)[0]

    found, url = [], f"{AUDIT}?page_size=2"
    while url:
        page = api.get(url).json()
        assert page["previous"] is None
        found += page["results"]
        url = page["next"]

    assert [row["name"] for row in found] == [entry.name for entry in whole]
    assert len(found) == 9


@pytest.mark.parametrize("cursor", ["rubbish", "2026-11-16", "~~", "2026-11-16T08:00:00~x~1"])
def test_a_cursor_that_means_nothing_is_not_found(api, cursor):
    assert api.get(AUDIT, {"cursor": cursor}).status_code == 404


def test_the_trail_holds_nothing_of_another_workspace(api, stranger):
    """Show reliability row FM-03: neither its rows nor their number."""
    workspaces.change_settings(workspace=stranger.workspace, version=1, name="CANARY")

    answer = api.get(AUDIT)

    assert "CANARY" not in answer.content.decode()
    assert len(answer.json()["results"]) == 2
