"""Sources on pages and through the API: who sees what, and the address that nobody sees again."""

import datetime as dt

import pytest
from django.urls import reverse

from goals.models import Import, Source, SourcePull
from goals.services import sources
from tests.conftest import NOW
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import ImportFactory, KpiFactory, SourceFactory, SourcePullFactory

pytestmark = pytest.mark.usefixtures("frozen")

API = "/api/v1/sources/"
SECRET = "https://example.com/d/2PACX-secret/pub?output=csv&key=s3cr3t"
GIVEN = {"name": "Leads", "address": SECRET, "weekday": "0", "hour": "6"}


@pytest.fixture
def source(lead):
    return SourceFactory(
        owner=lead, name="Leads", address=SECRET, host="example.com", state="active",
        next_at=NOW + dt.timedelta(days=1), last_success_at=NOW,
    )  # fmt: skip


def page(name, *given):
    return reverse(f"goals:{name}", args=["rosemary", *given])


def written_import(lead):
    KpiFactory(workspace=lead.workspace, owner=lead, code="leads")
    return ImportFactory(
        created_by=lead, state=Import.State.DONE, columns=[], options={"sheet": "Data"},
        summary={"newcomers": {"codes": {}}},
        mapping={"date": "Date", "values": {"Leads": "leads"}, "create": None, "day": None},
    )  # fmt: skip


# -- Pages ----------------------------------------------------------------------------------------


def test_a_source_is_set_up_from_an_import_that_worked(lead):
    row = written_import(lead)

    answer = browser_of(lead).post(
        f"{page('new-source')}?import={row.number}", {**GIVEN, "owner": lead.pk}
    )

    made = Source.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, made.get_absolute_url())
    assert (made.mapping["values"], made.options) == ({"Leads": "leads"}, {"sheet": "Data"})
    assert (made.weekday, made.hour, made.address) == (0, 6, SECRET)
    assert SourcePull.objects.get().asked_by == lead


def test_a_broken_rule_stands_at_its_field_and_nothing_is_kept(lead):
    answer = browser_of(lead).post(
        page("new-source"), {**GIVEN, "address": "http://10.0.0.1/x", "owner": lead.pk}
    )

    assert answer.status_code == 422
    assert "The address must begin with https://." in text_of(answer)
    assert not Source.objects.exists()


@pytest.mark.parametrize("name", ["sources", "source", "edit-source"])
def test_no_page_shows_the_address_again(lead, source, name):
    given = [] if name == "sources" else [source.number]

    answer = browser_of(lead).get(page(name, *given))

    assert answer.status_code == 200
    assert b"2PACX" not in answer.content
    assert b"s3cr3t" not in answer.content


def test_an_empty_address_leaves_the_one_that_is_there(lead, source):
    form = {"name": "Leads, daily", "weekday": "daily", "hour": "7", "owner": lead.pk, "version": 1}

    answer = browser_of(lead).post(page("edit-source", source.number), form)

    assert answer.status_code == 303
    source.refresh_from_db()
    assert (source.name, source.weekday, source.hour) == ("Leads, daily", None, 7)
    assert source.address == SECRET
    assert source.next_at == dt.datetime(2026, 11, 17, 6, tzinfo=dt.UTC)


def test_who_saved_first_is_shown_beside_what_is_typed_without_the_address(lead, source):
    sources.change_source(source=source, version=1, weekday=2, at=NOW)
    form = {"name": "Leads", "weekday": "4", "hour": "6", "owner": lead.pk, "version": 1}

    answer = browser_of(lead).post(page("edit-source", source.number), form)

    assert answer.status_code == 409
    assert "Wednesday Friday" in text_of(answer)
    assert b"2PACX" not in answer.content


@pytest.mark.parametrize(("turn", "state"), [
    ("pause", "paused"), ("resume", "active"), ("archive", "archived"), ("restore", "paused"),
])  # fmt: skip
def test_a_source_is_turned_off_and_on(lead, source, turn, state):
    answer = browser_of(lead).post(page("change-source", source.number, turn), follow=True)

    source.refresh_from_db()
    assert source.state == state
    assert f"“Leads” is now: {state}." in text_of(answer)


def test_pull_now_asks_once_however_often_it_is_pressed(lead, source):
    for _press in range(2):
        answer = browser_of(lead).post(page("pull-source", source.number), follow=True)

    assert "The file is being pulled." in text_of(answer)
    assert SourcePull.objects.count() == 1


def test_an_archived_source_says_why_it_is_not_pulled(lead, source):
    sources.change_source(source=source, version=1, state="archived", at=NOW)

    answer = browser_of(lead).post(page("pull-source", source.number), follow=True)

    assert "This source is archived." in text_of(answer)


def test_the_pulls_of_a_source_tell_what_each_brought(viewer, lead, source):
    outcome = {"created": 2, "updated": 0, "unchanged": 5}
    row = ImportFactory(created_by=lead, state=Import.State.DONE, summary={"outcome": outcome})
    SourcePullFactory(source=source, state="done", imported=row)
    SourcePullFactory(source=source, last_error="There is no file at this address any more (404).")
    SourcePullFactory(source=source, state="same", asked_by=lead)
    SourcePullFactory(
        source=source, state="waiting", last_error="The server does not answer.", attempts=1,
        claimed_until=NOW + dt.timedelta(minutes=5), finished_at=None,
    )  # fmt: skip

    told = text_of(browser_of(viewer).get(source.get_absolute_url()))

    for words in (
        "New values: 2. Changed: 0. There already: 5.",
        "There is no file at this address any more (404).",
        "Nothing new Leo Lead",
        "The server does not answer. It is tried again at 09:05.",
    ):
        assert words in told


def test_an_import_that_is_done_offers_to_be_pulled(lead):
    row = written_import(lead)
    row.summary |= {"outcome": {"created": 1, "updated": 0, "unchanged": 0}}
    row.save()

    answer = browser_of(lead).get(row.get_absolute_url())

    assert f"{page('new-source')}?import={row.number}".encode() in answer.content


@pytest.mark.parametrize("number", ["0", "999999999", "x", "9" * 30])
def test_a_pattern_that_is_not_there_is_a_404(lead, number):
    assert browser_of(lead).get(f"{page('new-source')}?import={number}").status_code == 404


# -- The API --------------------------------------------------------------------------------------


def test_a_source_is_made_changed_and_pulled_through_the_api(lead):
    api, row = api_of(lead), written_import(lead)
    given = {"name": "Leads", "address": SECRET, "weekday": "monday", "hour": 6, "like": row.ref}

    made = api.post(API, given, format="json")
    ref = made.json()["id"]
    changed = api.patch(
        f"{API}{ref}/", {"state": "paused"}, format="json", headers={"If-Match": made["ETag"]}
    )
    pulled = api.post(f"{API}{ref}/pull/")
    pulls = api.get(f"{API}{ref}/pulls/")

    assert [a.status_code for a in (made, changed, pulled, pulls)] == [201, 200, 202, 200]
    assert made.json()["next_at"] == "2026-11-23T05:00:00Z"
    assert (changed.json()["state"], changed.json()["next_at"]) == ("paused", None)
    assert [each["asked_by"] for each in pulls.json()["results"]] == [lead.user.email]
    for answer in (made, changed, pulled, pulls, api.get(API)):
        assert b"2PACX" not in answer.content


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"7"'}, 412)])
def test_a_source_is_changed_only_at_the_version_one_holds(lead, source, headers, status):
    answer = api_of(lead).patch(f"{API}{source.ref}/", {"hour": 9}, format="json", headers=headers)

    assert answer.status_code == status
    source.refresh_from_db()
    assert source.hour == 6


@pytest.mark.parametrize(("wrong", "field"), [
    ({"address": "http://example.com/"}, "address"),
    ({"like": "I-999999"}, "like"),
    ({"owner": "stan@example.com"}, "owner"),
    ({"hour": 24}, "hour"),
    ({"weekday": "someday"}, "weekday"),
], ids=str)  # fmt: skip
def test_what_cannot_be_is_named(lead, stranger, wrong, field):
    given = {"name": "Leads", "address": SECRET, "hour": 6, **wrong}

    answer = api_of(lead).post(API, given, format="json")

    assert answer.status_code in {400, 422}, answer.json()
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Source.objects.exists()


def test_the_same_request_twice_is_one_source(lead):
    given = {"name": "Leads", "address": SECRET, "hour": 6}
    answers = [
        api_of(lead).post(API, given, format="json", headers={"Idempotency-Key": "once"})
        for _time in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert Source.objects.count() == 1
