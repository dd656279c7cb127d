"""My work: what waits for one person, overdue first."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from goals.rules.status import Comparator
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from goals.services.why_lines import say_why
from reviews.rules.schedule import numbers_due_at
from reviews.selectors.my_work import get_work
from tests.conftest import NOW
from tests.doors import browser_of, text_of
from tests.factories.goals import KpiFactory, SourceFactory, TargetFactory

WEEK_45, WEEK_46, WEEK_47 = (dt.date(2026, 11, day) for day in (2, 9, 16))
# Numbers are due on Monday, 11:00 in Warsaw.
BEFORE, AFTER = NOW, NOW + dt.timedelta(hours=2)


@pytest.fixture
def leads(workspace, member):
    return KpiFactory(workspace=workspace, owner=member, code="leads", name="Leads")


def write(member, *values, code="leads"):
    rows = [NewValue(code, day, Decimal(value)) for day, value in values]
    record(rows, by=Author(member, "test"), at=NOW)
    drain(workspace=member.workspace, at=NOW)


def tasks(member, at=BEFORE):
    work = get_work(member, at=at, language="en")
    return [(task.title, task.is_overdue) for task in work.tasks]


def test_missing_numbers_of_the_last_week_are_one_task(workspace, member, leads):
    KpiFactory.create_batch(2, workspace=workspace, owner=member)

    [task] = get_work(member, at=BEFORE, language="en").tasks

    assert task.title == "Add 3 numbers for week 46"
    assert task.detail == "due Mon 16 Nov, 11:00; takes about 30 seconds"
    assert task.url.endswith("/kpis/enter/?week=2026-W46&owner=me")


def test_it_is_overdue_from_the_hour_on_at_which_numbers_are_due(member, leads):
    an_instant = dt.timedelta(microseconds=1)
    due = numbers_due_at(member.workspace, WEEK_46)

    assert due == dt.datetime(2026, 11, 16, 10, tzinfo=dt.UTC)
    assert tasks(member, due - an_instant) == [("Add 1 number for week 46", False)]
    assert tasks(member, due) == [("Add 1 number for week 46", True)]


@pytest.mark.parametrize(("weekday", "day"), [(0, 16), (2, 18), (6, 22)])
def test_numbers_are_due_on_the_weekday_of_the_workspace(workspace, weekday, day):
    workspace.numbers_due_weekday = weekday

    assert numbers_due_at(workspace, WEEK_46).day == day


def test_a_week_that_was_missed_comes_first(member, leads):
    write(member, (WEEK_45 - dt.timedelta(weeks=1), 5))

    assert tasks(member) == [
        ("Add 1 number for week 45", True),
        ("Add 1 number for week 46", False),
    ]


def test_a_kpi_that_is_new_owes_nothing_of_weeks_before(member, leads):
    write(member, (WEEK_46, 5))

    assert tasks(member) == []


def test_a_month_that_is_missing_is_asked_for_once(workspace, member):
    KpiFactory(workspace=workspace, owner=member, code="monthly", cadence="monthly")
    write(member, (dt.date(2026, 9, 1), 5), code="monthly")

    assert tasks(member) == [("Add 1 number for week 46", False)]


def test_a_known_gap_and_other_peoples_numbers_are_no_work(workspace, member, leads, lead):
    KpiFactory(workspace=workspace, owner=lead)
    record([NewValue("leads", WEEK_46, None, note="Holiday")], by=Author(member, "test"), at=NOW)

    assert tasks(member) == []


def test_a_number_off_track_waits_for_its_why(member, leads):
    TargetFactory(kpi=leads, value=100, comparator=Comparator.AT_LEAST)
    write(member, (WEEK_46, 5))
    [task] = get_work(member, at=BEFORE, language="en").tasks

    assert task.title == "Say why it is off track"
    assert task.detail.startswith("Leads: 5, target ")
    say_why(kpi=leads, start=WEEK_46, why="The form broke.", next_step="", by=member, at=NOW)
    assert tasks(member) == []


def test_a_source_from_which_nothing_arrives_is_overdue(lead):
    SourceFactory(owner=lead, state="active", next_at=NOW, failing_since=NOW, last_error="404")

    assert tasks(lead) == [("Mend a source: nothing arrives", True)]


def test_the_page_begins_with_the_first_task(frozen, member, leads, workspace):
    write(member, (WEEK_45 - dt.timedelta(weeks=1), 5))

    page = browser_of(member).get(reverse("reviews:my-work", args=[workspace.slug]))

    assert "1 overdue, 1 open" in text_of(page)
    assert 'btn-primary" href="/w/rosemary/kpis/enter/?week=2026-W45&amp;owner=me"' in (
        page.content.decode()
    )


def test_with_nothing_to_do_it_says_what_comes_next(frozen, viewer, workspace):
    page = browser_of(viewer).get(reverse("reviews:my-work", args=[workspace.slug]))

    assert "Nothing needs you now" in text_of(page)
    assert "Numbers for week 47 are due Mon 23 Nov, 11:00." in text_of(page)
