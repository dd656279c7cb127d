"""API tokens: made once, shown once, and never more than their member may."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.urls import reverse
from rest_framework.test import APIClient

from core.errors import DomainError, NotAllowedError
from goals.models import Kpi
from teams.models import ApiToken
from teams.policy import Role
from teams.services import members, tokens
from teams.services.locks import NotActiveError
from tests.doors import program
from tests.factories.goals import DEFINITION, KpiFactory
from tests.factories.teams import LONG_AGO, MONTH, MembershipFactory, make_token

Scope = ApiToken.Scope
SECOND = dt.timedelta(seconds=1)
NEW_KPI = {"code": "email_clicks", "name": "Email clicks", **DEFINITION}


def rows_with(text):
    """Give the tables of the database in which ``text`` stands anywhere."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if "teams" in name]
        found = []
        for table in tables:
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text LIKE %s', [f"%{text}%"])
            found += [table] if cursor.fetchone() else []
    return found


def test_a_token_has_a_public_name_and_a_long_secret(member, now):
    _token, text = make_token(member, now)

    assert re.fullmatch(r"mops_[A-Za-z0-9]{10}_[A-Za-z0-9]{40}", text)


def test_no_two_tokens_are_alike(member, now):
    (one, first), (two, second) = make_token(member, now), make_token(member, now)

    assert first != second
    assert one.secret_hash != two.secret_hash
    assert tokens.find_token(first, at=now) == one
    assert tokens.find_token(second, at=now) == two


def test_the_secret_stands_nowhere_in_the_database(member, now):
    """Show reliability row FM-32: tokens are kept as hashes only, in the audit trail as well."""
    token, text = make_token(member, now)
    _prefix, public_id, secret = text.split("_")

    assert rows_with(public_id) == ["teams_apitoken", "teams_apitokenevent"]
    assert rows_with(secret) == []
    assert rows_with(token.secret_hash) == ["teams_apitoken"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "x",
        lambda text: text.swapcase(),
        lambda text: text.replace("mops_", "maps_"),
        lambda text: text.rpartition("_")[0] + "_",
        lambda text: text.rpartition("_")[0],
        lambda text: text.rpartition("_")[0] + "_é",
        lambda text: text.replace("mops_", "mops_\0"),
        lambda text: text[:0],
        lambda text: "_" * len(text),
    ],
)
def test_only_the_whole_token_is_the_token(member, now, change):
    """Show reliability row FM-27: a token that is nearly right is wrong."""
    token, text = make_token(member, now)
    assert tokens.find_token(text, at=LONG_AGO) == token

    assert tokens.find_token(change(text), at=now) is None


def test_the_secret_of_one_token_does_not_open_another(member, now):
    (_one, first), (_two, second) = make_token(member, now), make_token(member, now)
    mixed = first.rpartition("_")[0] + "_" + second.rpartition("_")[2]

    assert tokens.find_token(mixed, at=now) is None


@pytest.mark.parametrize(("after", "usable"), [(MONTH - SECOND, True), (MONTH, False)])
def test_a_token_ends_at_its_moment(member, now, after, usable):
    _token, text = make_token(member, now)

    assert (tokens.find_token(text, at=now + after) is not None) is usable


@pytest.mark.parametrize("life", [dt.timedelta(0), -SECOND, tokens.LONGEST_LIFE + SECOND])
def test_a_token_cannot_be_made_expired_or_for_ever(member, now, life):
    with pytest.raises(DomainError) as caught:
        make_token(member, now, expires_at=now + life)

    assert caught.value.field == "expires_on"
    assert not ApiToken.objects.exists()


def test_a_revoked_token_ends_at_once_and_keeps_its_first_moment(member, now):
    token, text = make_token(member, now)
    other, still = make_token(member, now)

    tokens.revoke_token(token=token, at=now)
    tokens.revoke_token(token=token, at=now + SECOND)

    assert tokens.find_token(text, at=now) is None
    assert tokens.find_token(still, at=now) == other
    token.refresh_from_db()
    assert token.revoked_at == now


@pytest.mark.parametrize(
    ("of_whom", "past"),
    [("membership", {"ended_at": LONG_AGO}), ("user", {"is_active": False})],
    ids=["left", "cannot sign in"],
)
def test_a_token_does_not_outlive_its_member(member, now, of_whom, past):
    """Show reliability row FM-17: the member is looked up on every call."""
    _token, text = make_token(member, now)
    row = member if of_whom == "membership" else member.user
    type(row).objects.filter(pk=row.pk).update(**past)

    assert tokens.find_token(text, at=now) is None


@pytest.mark.parametrize("maker", ["oneself", "an owner"])
def test_no_token_is_made_for_somebody_who_left(member, owner, now, maker):
    """It would begin to work on the day on which the person comes back."""
    members.deactivate(membership=member, by=owner, at=now)

    with pytest.raises(NotActiveError):
        make_token(member, now, by=member if maker == "oneself" else owner)

    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("after", "noted"),
    [
        (dt.timedelta(seconds=30), False),
        (dt.timedelta(minutes=1), False),
        (dt.timedelta(minutes=1, seconds=1), True),
    ],
)
def test_the_last_use_is_noted_once_a_minute(member, now, after, noted):
    token, text = make_token(member, now)
    assert token.last_used_at is None
    tokens.find_token(text, at=now)

    tokens.find_token(text, at=now + after)

    token.refresh_from_db()
    assert token.last_used_at == (now + after if noted else now)


def test_a_failed_try_is_no_use(member, now):
    token, text = make_token(member, now)

    tokens.find_token(text[:-1], at=now)

    token.refresh_from_db()
    assert token.last_used_at is None


def test_a_token_for_numbers_keeps_the_kpis_it_names_R99(member, now):
    make_token(member, now, scope=Scope.MEASUREMENTS, kpi_codes=["b", "a", "b"])

    assert ApiToken.objects.get().kpi_codes == ["a", "b"]


@pytest.mark.parametrize("scope", [Scope.READ, Scope.WRITE])
def test_other_tokens_name_no_kpis(member, now, scope):
    make_token(member, now, scope=scope)

    stored = ApiToken.objects.get()
    assert (stored.scope, stored.kpi_codes) == (scope, [])


@pytest.mark.parametrize(
    ("scope", "codes"),
    [(Scope.MEASUREMENTS, []), (Scope.READ, ["a"]), (Scope.WRITE, ["a"])],
)
def test_kpis_go_with_a_token_for_numbers_and_with_no_other_R99(member, now, scope, codes):
    with pytest.raises(tokens.TokenScopeError):
        make_token(member, now, scope=scope, kpi_codes=codes)

    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("maker", "member_role"),
    [(Role.ADMIN, Role.VIEWER), (Role.ADMIN, Role.ADMIN), (Role.OWNER, Role.OWNER)],
)
def test_a_token_acts_as_another_member_within_reach(workspace, now, maker, member_role):
    by = MembershipFactory(workspace=workspace, role=maker)
    acts_as = MembershipFactory(workspace=workspace, role=member_role)

    _token, text = make_token(acts_as, now, by=by)

    assert tokens.find_token(text, at=now).membership == acts_as


@pytest.mark.parametrize(
    ("maker", "member_role"), [(Role.ADMIN, Role.OWNER), (Role.LEAD, Role.VIEWER)]
)
def test_nobody_makes_a_token_of_a_role_above_their_reach(workspace, now, maker, member_role):
    """Show reliability row FM-10: a token never gives its maker a higher role."""
    by = MembershipFactory(workspace=workspace, role=maker)
    acts_as = MembershipFactory(workspace=workspace, role=member_role)

    with pytest.raises(NotAllowedError):
        make_token(acts_as, now, by=by)

    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [(Scope.READ, 200, 403), (Scope.WRITE, 200, 201), (Scope.MEASUREMENTS, 403, 403)],
)
def test_a_token_reaches_as_far_as_its_scope_R99(frozen, lead, scope, reads, writes):
    codes = ["email_clicks"] if scope == Scope.MEASUREMENTS else []
    _token, text = make_token(lead, frozen, scope=scope, kpi_codes=codes)
    api = program(text)

    assert api.get("/api/v1/kpis/").status_code == reads
    assert api.post("/api/v1/kpis/", NEW_KPI).status_code == writes
    assert Kpi.objects.exists() is (writes == 201)


def test_a_token_to_write_does_not_lift_its_member_R99(frozen, viewer):
    _token, text = make_token(viewer, frozen, scope=Scope.WRITE)

    assert program(text).get("/api/v1/kpis/").status_code == 200
    assert program(text).post("/api/v1/kpis/", NEW_KPI).status_code == 403
    assert not Kpi.objects.exists()


def test_a_token_follows_a_lowered_role_at_once_R99(frozen, lead):
    """Show reliability row FM-17: rights are read on each call, not frozen in the token."""
    _token, text = make_token(lead, frozen, scope=Scope.WRITE)
    assert program(text).post("/api/v1/kpis/", NEW_KPI).status_code == 201

    type(lead).objects.filter(pk=lead.pk).update(role=Role.VIEWER)

    other = {**NEW_KPI, "code": "other", "name": "Other"}
    assert program(text).post("/api/v1/kpis/", other).status_code == 403
    assert list(Kpi.objects.values_list("code", flat=True)) == ["email_clicks"]


def test_a_token_sees_its_own_workspace_only_R99(frozen, workspace, lead, stranger):
    """Show reliability row FM-03: the token alone says the workspace; no header moves it."""
    KpiFactory(workspace=workspace, owner=lead, code="ours")
    KpiFactory(workspace=stranger.workspace, owner=stranger, code="theirs")
    _token, text = make_token(lead, frozen)

    headers = {"X-Workspace": stranger.workspace.slug}
    answer = program(text).get("/api/v1/kpis/", headers=headers)

    assert [kpi["code"] for kpi in answer.json()["results"]] == ["ours"]


@pytest.mark.parametrize(
    "end",
    [
        lambda rows: rows.update(revoked_at=LONG_AGO),
        lambda rows: rows.update(expires_at=LONG_AGO),
        lambda rows: rows.delete(),
    ],
    ids=["revoked", "expired", "unknown"],
)
def test_a_token_that_is_no_longer_good_is_answered_alike(frozen, lead, end):
    """Show reliability row FM-27: the answer does not tell why a token is refused."""
    _token, text = make_token(lead, frozen)
    assert program(text).get("/api/v1/kpis/").status_code == 200

    end(ApiToken.objects.all())
    answer = program(text).get("/api/v1/kpis/")

    assert answer.status_code == 401
    assert answer.json()["detail"] == "This token is not valid."
    assert answer["WWW-Authenticate"] == 'Bearer realm="mops"'


def test_a_token_in_the_address_is_no_token(frozen, lead):
    """Show reliability row FM-27: addresses end up in logs, so tokens in them are refused."""
    _token, text = make_token(lead, frozen)

    answer = APIClient().get(f"/api/v1/kpis/?token={text}")

    assert answer.status_code == 401


def test_a_call_notes_its_moment(frozen, lead):
    token, text = make_token(lead, frozen)

    program(text).get("/api/v1/kpis/")

    token.refresh_from_db()
    assert token.last_used_at == frozen


@pytest.fixture
def page(client, frozen, workspace, admin):
    """Make a token on the page, as an admin."""
    client.force_login(admin.user)

    def send(**given):
        values = {
            "name": "GA4 nightly", "member": admin.pk, "scope": "read", "kpis": "",
            "expires_on": "2026-12-31", **given,
        }  # fmt: skip
        return client.post(reverse("teams:new-token", args=[workspace.slug]), values)

    return send


def test_the_page_shows_a_new_token_this_once(page, client, workspace, now):
    text = re.search(r"mops_\w{10}_\w{40}", page().content.decode())[0]

    token = ApiToken.objects.get()
    assert tokens.find_token(text, at=now) == token
    listed = client.get(reverse("teams:tokens", args=[workspace.slug])).content.decode()
    assert "GA4 nightly" in listed
    assert text not in listed
    assert text.rpartition("_")[2] not in listed


def test_a_token_works_until_the_end_of_its_day_in_the_workspace(page):
    page(expires_on="2026-12-31")

    # 23:59 in Warsaw.
    assert ApiToken.objects.get().expires_at == dt.datetime(2026, 12, 31, 22, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "given",
    [
        {"expires_on": "2026-11-15"},
        {"expires_on": "0001-01-01"},
        {"expires_on": "2031-11-22"},
        {"expires_on": "9999-12-31"},
        {"expires_on": "10000-01-01"},
        {"scope": "measurements"},
        {"scope": "read", "kpis": "email_clicks"},
        {"scope": "all"},
        {"name": ""},
    ],
    ids=[
        *("past", "first day", "too far", "last day", "no day", "no KPIs", "needless KPIs"),
        *("unknown scope", "no name"),
    ],
)
def test_the_page_refuses_what_is_no_token(page, given):
    assert page(**given).status_code == 422
    assert not ApiToken.objects.exists()


def test_the_page_does_not_let_an_admin_act_as_an_owner(page, owner):
    """Show reliability row FM-10: no token of a higher role by way of the form."""
    assert page(member=owner.pk).status_code == 422
    assert not ApiToken.objects.exists()


def test_the_page_does_not_know_people_of_other_workspaces(page, stranger):
    """Show reliability row FM-02: an id in the form is scoped like an id in the address."""
    assert page(member=stranger.pk).status_code == 422
    assert not ApiToken.objects.exists()


def test_the_page_revokes_a_token(client, frozen, workspace, admin, lead):
    token, text = make_token(lead, frozen)
    client.force_login(admin.user)

    client.post(reverse("teams:revoke-token", args=[workspace.slug, token.pk]))

    assert program(text).get("/api/v1/kpis/").status_code == 401
    token.refresh_from_db()
    assert token.revoked_at == frozen
