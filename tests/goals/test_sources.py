"""Sources: a file is pulled when it is due, and imported as the one before it."""

import datetime as dt
from decimal import Decimal

import pytest

from core.intake import ReadOptions
from goals.models import Import, Measurement, Source, SourcePull
from goals.selectors.sources import state_of
from goals.services import imports, sources
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.sources import SourceRuleError
from goals.services.sources.due import SourceArchivedError
from goals.tasks import heartbeat
from teams.audit.trail import latest
from teams.models import OutgoingMail
from teams.policy import Role
from teams.services.members import change_role
from teams.services.workspaces import change_settings
from tests.conftest import NOW
from tests.doors import browser_of, text_of
from tests.goals.bad_files import csv
from tests.goals.pulling import AFTER, BEFORE, DAY, FILE, HOUR, NEXT, pulled, set_up, stored, work
from tests.https import gives

State = SourcePull.State


# -- The good day ---------------------------------------------------------------------------------


def test_a_file_is_pulled_and_imported_as_the_one_before_it(source, web, lead):
    web.scripts = [gives(FILE)]

    pull = pulled(source)

    assert (pull.state, pull.last_error) == (State.DONE, "")
    assert pull.imported.summary["outcome"] == {"created": 2, "updated": 0, "unchanged": 0}
    assert (pull.imported.created_by, pull.imported.filename) == (lead, "Leads of the CRM")
    assert stored() == AFTER
    assert (source.last_success_at, source.failing_since) == (NOW, None)
    assert not OutgoingMail.objects.exists()


def test_without_an_import_the_first_file_waits_for_a_person_and_teaches(lead, leads, web):
    web.scripts = [gives(FILE), gives(NEXT)]
    source = set_up(lead, web.url)

    pull = pulled(source)
    assert (pull.state, pull.imported.state) == (State.HELD, Import.State.UPLOADED)
    ref = pull.imported.ref
    assert pull.last_error == (
        f"This is the first file. Match and import {ref}, and the next ones follow it."
    )
    assert state_of(source)[1] == "Waits for its first import"
    imports.match(row=pull.imported, mapping=pull.imported.mapping, writes_when_checked=True)
    work()

    pull.refresh_from_db()
    assert pull.state == State.DONE
    assert pulled(source, at=NOW + DAY).state == State.DONE
    assert stored() == {"2026-11-02": 5, "2026-11-09": 6, "2026-11-16": 7}
    subjects = OutgoingMail.objects.values_list("subject", flat=True)
    assert list(subjects) == ["“Leads of the CRM” waits for you"]


def test_a_first_file_without_news_still_shows_how_the_next_are_read(lead, leads, web):
    web.scripts = [gives(FILE), gives(FILE)]
    known = {"2026-11-02": "5", "2026-11-09": "6"}
    values = [
        NewValue(leads.code, dt.date.fromisoformat(day), Decimal(value))
        for day, value in known.items()
    ]
    record(values, by=Author(membership=lead, source="My numbers"), at=NOW)
    pull = pulled(set_up(lead, web.url))
    row = pull.imported
    imports.match(row=row, mapping=row.mapping)
    work()

    visitor = browser_of(lead)
    page = visitor.get(row.get_absolute_url())
    assert "All that is in the file is stored already." in text_of(page)
    assert "Read the next files like this one" in text_of(page)
    visitor.post(f"{row.get_absolute_url()}apply/")
    work()

    pull.refresh_from_db()
    pull.source.refresh_from_db()
    assert (pull.state, bool(pull.source.mapping)) == (State.DONE, True)


def test_the_next_file_is_asked_for_only_if_it_changed(source, web):
    web.scripts = [
        gives(FILE, 'ETag: "one"', "Last-Modified: Mon, 16 Nov 2026 05:00:00 GMT"),
        gives(b"", status="304 Not Modified"),
    ]

    pulled(source)
    pull = pulled(source, at=NOW + DAY)

    assert pull.state == State.SAME
    assert b'If-None-Match: "one"\r\n' in web.requests[1]
    assert b"If-Modified-Since: Mon, 16 Nov 2026 05:00:00 GMT\r\n" in web.requests[1]
    assert source.last_success_at >= NOW + DAY


def test_yesterdays_file_again_is_nothing_new_and_no_import(source, web):
    web.scripts = [gives(FILE)]

    pulled(source)
    pull = pulled(source, at=NOW + DAY)

    assert (pull.state, pull.imported) == (State.SAME, None)
    assert Import.objects.count() == 2, "the first, and the one of the first pull"
    assert source.last_success_at >= NOW + DAY


def test_a_file_that_was_undone_is_not_written_again_by_itself(source, web, lead):
    web.scripts = [gives(FILE)]
    row = pulled(source).imported
    imports.undo(row=row, by=lead, at=NOW)
    work()

    assert pulled(source, at=NOW + DAY).state == State.SAME
    assert stored() == BEFORE


def test_pulls_of_more_than_a_year_ago_are_forgotten(source, web):
    web.scripts = [gives(FILE), gives(NEXT)]
    old = pulled(source)
    young = pulled(source, at=NOW + DAY)

    sources.forget_pulls(at=young.finished_at + 365 * DAY)

    assert list(source.pulls.all()) == [young]
    assert old.imported.state == Import.State.DONE


# -- When -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weekday", "after", "expected"), [
    (None, "2026-11-16T04:59", "2026-11-16T05:00"),
    (None, "2026-11-16T05:00", "2026-11-17T05:00"),
    (0, "2026-11-16T05:00", "2026-11-23T05:00"),
    (4, "2026-11-16T05:00", "2026-11-20T05:00"),
    (None, "2027-03-27T06:00", "2027-03-28T04:00"),
], ids=["today", "tomorrow", "next Monday", "Friday", "summer time begins"])  # fmt: skip
def test_a_source_is_due_by_the_clocks_of_the_workspace(lead, leads, web, weekday, after, expected):
    at, moment = (dt.datetime.fromisoformat(f"{text}:00+00:00") for text in (after, expected))
    kept = sources.create_source(
        name="Leads", address=web.url, weekday=weekday, hour=6, owner=lead, by=lead, at=at
    )

    assert kept.next_at == moment


def test_the_heartbeat_finds_what_is_due_once_and_makes_up_nothing(source, web, frozen):
    assert source.next_at == NOW + 21 * HOUR
    missed = NOW - 10 * DAY
    Source.objects.update(next_at=missed)

    for _beat in range(2):
        heartbeat()

    pull = SourcePull.objects.get()
    assert (pull.asked_by, pull.asked_at) == (None, NOW)
    source.refresh_from_db()
    assert source.next_at == NOW + 21 * HOUR


def test_a_source_still_being_pulled_is_passed_over(source, lead):
    sources.ask_for_pull(source=source, by=lead, at=NOW)

    assert sources.plan_due(at=source.next_at) == 1
    assert SourcePull.objects.count() == 1


@pytest.mark.parametrize("state", ["paused", "archived"])
def test_a_source_at_rest_is_never_due(source, state):
    sources.change_source(source=source, version=source.version, state=state, at=NOW)

    assert sources.plan_due(at=NOW + 30 * DAY) == 0


def test_a_source_whose_owner_may_not_import_any_more_can_still_be_put_to_rest(source, lead, owner):
    change_role(membership=lead, role=Role.MEMBER, by=owner)

    changed = sources.change_source(source=source, version=2, state="paused", at=NOW)

    assert changed.state == "paused"
    with pytest.raises(SourceRuleError, match="Choose a lead"):
        sources.change_source(source=source, version=3, state="active", at=NOW)


def test_an_archived_source_is_not_pulled_even_if_asked(source, lead, web):
    sources.ask_for_pull(source=source, by=lead, at=NOW)
    sources.change_source(source=source, version=source.version, state="archived", at=NOW)

    work()

    assert web.requests == []
    with pytest.raises(SourceArchivedError):
        sources.ask_for_pull(source=source, by=lead, at=NOW)


def test_other_clocks_move_what_is_due(source, workspace, frozen):
    change_settings(workspace=workspace, version=workspace.version, timezone="Asia/Bangkok")

    source.refresh_from_db()
    assert source.next_at == NOW + 15 * HOUR


def test_a_source_that_is_due_stays_so_whatever_is_changed_before_the_heartbeat(source, workspace):
    due = source.next_at + dt.timedelta(seconds=10)

    sources.reschedule(workspace=workspace, at=due)
    sources.change_source(source=source, version=source.version, name="Leads", at=due)

    assert sources.plan_due(at=due) == 1


# -- Setting up -----------------------------------------------------------------------------------


def test_the_trail_tells_of_a_source_and_never_its_address(source, workspace):
    sources.change_source(
        source=source, version=source.version, at=NOW, address="https://example.com/?key=hidden",
        hour=7,
    )  # fmt: skip

    told = str([entry for entry in latest(workspace)[0] if entry.what == "Source"])
    assert "example.com" in told
    assert "hidden" not in told
    assert "week=1" not in told


def test_what_is_noted_of_each_pull_is_no_change_of_the_source(source, web, workspace):
    before = len(latest(workspace)[0])
    web.scripts = [gives(FILE)]

    pulled(source)

    told = [entry.what for entry in latest(workspace)[0]]
    assert told.count("Source") == 2
    assert len(told) == before


@pytest.mark.parametrize(("wrong", "field"), [
    ({"address": "http://example.com/"}, "address"),
    ({"hour": 24}, "hour"),
    ({"name": ""}, "name"),
], ids=str)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(lead, wrong, field):
    given = {"name": "Leads", "address": "https://example.com/", "hour": 6} | wrong
    with pytest.raises(SourceRuleError) as caught:
        sources.create_source(**given, owner=lead, by=lead, at=NOW)

    assert caught.value.field == field
    assert not Source.objects.exists()


def test_a_source_belongs_to_somebody_who_may_import(lead, member):
    with pytest.raises(SourceRuleError, match="Mia Member may not import files"):
        sources.create_source(
            name="Leads", address="https://example.com/", hour=6, owner=member, by=lead, at=NOW
        )


def test_a_file_without_dates_is_no_pattern_for_the_next(lead, leads):
    row = imports.take(
        content=csv("Leads", "4"), filename="leads.csv", options=ReadOptions(),
        mapping={"day": "2026-11-09", "values": {"Leads": "leads"}}, writes_when_checked=True,
        by=lead, at=NOW,
    )  # fmt: skip
    imports.run_next(at=NOW, only=row)
    imports.run_next(at=NOW, only=row)
    row.refresh_from_db()

    with pytest.raises(SourceRuleError, match="no column with dates"):
        sources.create_source(
            name="Leads", address="https://example.com/", hour=6, owner=lead, by=lead, at=NOW,
            like=row,
        )  # fmt: skip


def test_values_that_arrive_are_what_the_file_says_not_doubled(source, web):
    """Ask again and again for growing files; each value is there once."""
    web.scripts = [gives(FILE), gives(NEXT), gives(NEXT)]

    for days in range(3):
        pulled(source, at=NOW + days * DAY)

    assert stored() == {**AFTER, "2026-11-16": 7}
    assert Measurement.objects.get(on_date="2026-11-16").value == Decimal(7)
