"""Changing the calendar of a workspace that has numbers."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ConflictError
from core.periods import PeriodCalendar
from goals.models import DirtyMark, Kpi, Measurement, MeasurementRevision, Series, Target
from goals.services import locks
from goals.services.calendars import CalendarBusyError, change_calendar
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rebuild import rebuild
from goals.services.rollups import drain
from reviews.models import DigestRun
from tests.conftest import NOW
from tests.factories.goals import ImportFactory, KpiFactory, TargetFactory, WhyLineFactory
from tests.factories.reviews import RunFactory
from tests.goals.reference import recomputed_rollups, stored_rollups
from tests.goals.test_rollups import HISTORIES, World

MONDAY, SUNDAY = dt.date(2026, 11, 9), dt.date(2026, 11, 8)
CALENDARS = st.builds(PeriodCalendar, st.integers(0, 6), st.integers(1, 12))


def _change(workspace, *, week_start=0, fiscal_start=1):
    workspace.refresh_from_db()
    return change_calendar(
        workspace=workspace,
        version=workspace.version,
        week_start=week_start,
        fiscal_start=fiscal_start,
    )


def _record(author, code, day, value, **more):
    record([NewValue(code, day, Decimal(value), **more)], by=author, at=NOW)


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


# -- The promise -----------------------------------------------------------------------------------


@pytest.mark.django_db
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORIES, before=CALENDARS, after=CALENDARS, later=HISTORIES)
def test_rollups_equal_those_of_a_workspace_that_always_had_the_calendar_U25(
    history, before, after, later
):
    changed = World(before.week_start, before.fiscal_start)
    for deed, detail in history:
        changed.act(deed, detail)

    _change(changed.workspace, week_start=after.week_start, fiscal_start=after.fiscal_start)
    changed.author.membership.workspace.refresh_from_db()
    for deed, detail in later:
        changed.act(deed, detail)
    changed.workspace.refresh_from_db()
    changed.drain(None)

    assert stored_rollups(changed.workspace) == recomputed_rollups(changed.workspace)
    assert stored_rollups(changed.workspace) == _as_if_always(changed, after)


def _as_if_always(world, calendar):
    """Give the rollups of a fresh workspace into which the same values are written."""
    fresh = World(calendar.week_start, calendar.fiscal_start)
    _take_definitions(fresh, world)
    rows = Measurement.objects.filter(series__kpi__workspace=world.workspace)
    record(
        [
            NewValue(
                row.series.kpi.code, row.on_date, row.value,
                row.series.segment and row.series.segment.code, note=row.note,
            )
            for row in rows.select_related("series__kpi", "series__segment")
        ],
        by=fresh.author, at=NOW,
    )  # fmt: skip
    fresh.drain(None)
    return stored_rollups(fresh.workspace)


def _take_definitions(fresh, world):
    """Edits of the history changed KPIs and segments; the fresh workspace has them so too."""
    for kpi in Kpi.objects.for_workspace(world.workspace):
        Kpi.objects.for_workspace(fresh.workspace).filter(code=kpi.code).update(
            aggregation=kpi.aggregation, segment_total=kpi.segment_total, gaps=kpi.gaps
        )
    for segment in world.breakdown.segments.all():
        fresh.breakdown.segments.filter(code=segment.code).update(
            counts_in_total=segment.counts_in_total, archived_on=segment.archived_on
        )


# -- What moves ------------------------------------------------------------------------------------


def test_values_their_history_and_targets_move_with_their_week_U25(workspace, author, leads):
    _record(author, "leads", MONDAY, 5)
    _record(author, "leads", MONDAY, 7)
    TargetFactory(kpi=leads, valid_from=MONDAY)

    _change(workspace, week_start=6)

    assert list(Measurement.objects.values_list("on_date", "value")) == [(SUNDAY, 7)]
    assert list(MeasurementRevision.objects.values_list("on_date", "value")) == [(SUNDAY, 5)]
    assert list(Target.objects.values_list("valid_from", "version")) == [(SUNDAY, 2)]


@pytest.mark.parametrize(
    ("cadence", "before", "after"),
    [
        ("daily", dt.date(2026, 11, 9), dt.date(2026, 11, 9)),
        ("monthly", dt.date(2026, 10, 1), dt.date(2026, 10, 1)),
        ("quarterly", dt.date(2026, 7, 1), dt.date(2026, 8, 1)),
        ("yearly", dt.date(2025, 1, 1), dt.date(2025, 2, 1)),
    ],
)
def test_only_periods_whose_borders_move_are_dated_anew_U25(
    workspace, author, lead, cadence, before, after
):
    KpiFactory(workspace=workspace, owner=lead, code="visits", cadence=cadence)
    _record(author, "visits", before, 5)

    _change(workspace, week_start=6, fiscal_start=2)

    assert Measurement.objects.get().on_date == after


@pytest.mark.parametrize("cadence", ["daily", "weekly"])
def test_why_lines_move_with_the_week_that_they_speak_of(workspace, lead, cadence):
    line = WhyLineFactory(
        kpi=KpiFactory(workspace=workspace, owner=lead, cadence=cadence), start=MONDAY
    )
    theirs = WhyLineFactory(start=MONDAY)

    _change(workspace, week_start=6)

    line.refresh_from_db()
    theirs.refresh_from_db()
    assert (line.start, theirs.start) == (SUNDAY, MONDAY)


def test_numbers_of_another_workspace_stay_where_they_are(workspace, author, leads, stranger):
    theirs = World(0, 1)
    theirs.write([("weekly_sum", MONDAY, Decimal(3))])
    theirs.drain(None)
    before = stored_rollups(theirs.workspace)

    _change(workspace, week_start=6)

    assert Measurement.objects.get(series__kpi__workspace=theirs.workspace).on_date == MONDAY
    assert stored_rollups(theirs.workspace) == before
    assert not DirtyMark.objects.filter(
        series_id__in=Series.objects.for_workspace(theirs.workspace)
    )


def test_changing_back_brings_every_number_to_where_it_was_U25(workspace, author, leads):
    for weeks in range(9):
        _record(author, "leads", MONDAY - dt.timedelta(weeks=weeks), weeks + 1)
    drain(workspace=workspace, at=NOW)
    before = stored_rollups(workspace)

    _change(workspace, week_start=5, fiscal_start=9)
    back = _change(workspace)
    drain(workspace=back, at=NOW)

    assert stored_rollups(back) == before


def test_a_week_that_had_its_digest_has_it_in_the_new_calendar_too(workspace, stranger):
    theirs = RunFactory(workspace=stranger.workspace, week=MONDAY)
    for week in (MONDAY, MONDAY - dt.timedelta(weeks=1)):
        RunFactory(workspace=workspace, week=week)

    _change(workspace, week_start=6)

    moved = DigestRun.objects.filter(workspace=workspace).values_list("week", flat=True)
    assert set(moved) == {SUNDAY, SUNDAY - dt.timedelta(weeks=1)}
    theirs.refresh_from_db()
    assert theirs.week == MONDAY


# -- All of it or nothing --------------------------------------------------------------------------


def test_saving_the_calendar_as_it_is_moves_nothing(workspace, author, leads):
    _record(author, "leads", MONDAY, 5)
    drain(workspace=workspace, at=NOW)
    before = stored_rollups(workspace)

    _change(workspace)

    assert stored_rollups(workspace) == before
    assert not DirtyMark.objects.exists()


def test_a_calendar_that_somebody_else_changed_is_not_changed_again(workspace, author, leads):
    _record(author, "leads", MONDAY, 5)
    stale = workspace.version
    _change(workspace, week_start=6)

    with pytest.raises(ConflictError):
        change_calendar(workspace=workspace, version=stale, week_start=5, fiscal_start=1)

    workspace.refresh_from_db()
    assert workspace.week_start == 6
    assert Measurement.objects.get().on_date == SUNDAY


@pytest.mark.parametrize("state", ["checking", "applying"])
def test_while_an_import_is_at_work_the_calendar_stays(workspace, author, lead, leads, state):
    _record(author, "leads", MONDAY, 5)
    ImportFactory(created_by=lead, state=state)

    with pytest.raises(CalendarBusyError, match="An import is at work"):
        _change(workspace, week_start=6)

    workspace.refresh_from_db()
    assert workspace.week_start == 0
    assert Measurement.objects.get().on_date == MONDAY


def test_imports_of_another_workspace_neither_wait_nor_are_waited_for(workspace, stranger):
    theirs = [ImportFactory(created_by=stranger, state=state) for state in ("applying", "checked")]

    _change(workspace, week_start=6)

    for each in theirs:
        each.refresh_from_db()
    assert [each.state for each in theirs] == ["applying", "checked"]


def test_a_checked_import_is_checked_again(workspace, lead):
    waiting = ImportFactory(created_by=lead, state="checked", attempts=2)

    _change(workspace, week_start=6)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("checking", 0)


@pytest.mark.django_db(transaction=True)
def test_while_all_is_rebuilt_the_calendar_stays(workspace, author, leads, monkeypatch):
    monkeypatch.setattr("goals.services.calendars.PATIENCE", dt.timedelta(milliseconds=50))
    _record(author, "leads", MONDAY, 5)
    other = connection.copy()
    with other.cursor() as rebuild:
        rebuild.execute("SELECT pg_advisory_lock(%s, %s)", [locks._ROLLUPS, workspace.pk])
        try:
            with pytest.raises(locks.NumbersBusyError, match="recomputed"):
                _change(workspace, week_start=6)
        finally:
            other.close()

    workspace.refresh_from_db()
    assert workspace.week_start == 0
    assert Measurement.objects.get().on_date == MONDAY


def test_a_writer_who_read_the_old_calendar_writes_into_the_new_one(workspace, author, leads):
    """The gate reads the workspace before the write waits for the change to end."""
    assert author.membership.workspace.week_start == 0
    _change(workspace, week_start=6)

    with transaction.atomic():
        _record(author, "leads", MONDAY, 5)

    assert Measurement.objects.get().on_date == SUNDAY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recompute", [drain, rebuild])
def test_a_drain_and_a_rebuild_that_read_the_old_calendar_use_the_new_one(
    workspace, author, leads, recompute
):
    """A worker reads the workspace before it waits for the change to end."""
    _record(author, "leads", MONDAY, 5)
    stale = type(workspace).objects.get(pk=workspace.pk)
    changed = _change(workspace, week_start=6)

    recompute(workspace=stale, at=NOW)

    assert stored_rollups(changed) == recomputed_rollups(changed)


# -- The page --------------------------------------------------------------------------------------


@pytest.fixture
def page(client, admin, frozen):
    client.force_login(admin.user)
    return reverse("goals:calendar", args=[admin.workspace.slug])


def _form(workspace, **more):
    workspace.refresh_from_db()
    return {"week_start": 6, "fiscal_start": 4, "version": workspace.version, **more}


def test_what_moves_is_shown_before_it_does_U25(
    client, page, workspace, author, lead, leads, stranger
):
    _record(author, "leads", MONDAY, 5)
    TargetFactory(kpi=leads, valid_from=MONDAY)
    KpiFactory(workspace=workspace, owner=lead, code="visits", name="Visits", cadence="daily")
    _record(author, "visits", MONDAY, 5)
    for importer in (lead, stranger):
        ImportFactory(created_by=importer, state="checked")

    answer = client.post(page, _form(workspace))

    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 200
    assert "Nothing is changed yet." in text
    assert "<td>16–22 Nov 2026</td><td>15–21 Nov 2026</td>" in text
    assert "<td>1 Jan – 31 Dec 2026</td><td>1 Apr 2026 – 31 Mar 2027</td>" in text
    assert "Quarter" not in text
    assert "<td>9–15 Nov 2026</td> <td>8–14 Nov 2026</td>" in text
    assert "Leads" in text
    assert "Visits" not in text
    assert "1 import that waits to be written is checked again." in text
    workspace.refresh_from_db()
    assert (workspace.week_start, Measurement.objects.filter(on_date=MONDAY).count()) == (0, 2)


def test_a_confirmed_change_is_made_and_pages_say_that_numbers_follow_U25(
    client, page, workspace, author, leads
):
    _record(author, "leads", MONDAY, 5)
    drain(workspace=workspace, at=NOW)

    answer = client.post(page, _form(workspace, confirmed="yes"))

    assert (answer.status_code, answer.url) == (303, page)
    workspace.refresh_from_db()
    assert (workspace.week_start, workspace.fiscal_start) == (6, 4)
    scorecard = reverse("goals:kpis", args=[workspace.slug])
    assert "Numbers are being recomputed." in client.get(scorecard).content.decode()
    drain(workspace=workspace, at=NOW)
    after = client.get(scorecard).content.decode()
    assert "Numbers are being recomputed." not in after
    assert "Week 46: 8–14 Nov 2026" in after


def test_without_numbers_the_calendar_is_saved_at_once(client, page, workspace, stranger):
    theirs = KpiFactory(workspace=stranger.workspace, owner=stranger)
    TargetFactory(kpi=theirs)
    row = NewValue(theirs.code, MONDAY, Decimal(5))
    record([row], by=Author(membership=stranger, source="test"), at=NOW)

    answer = client.post(page, _form(workspace))

    assert answer.status_code == 303
    workspace.refresh_from_db()
    assert workspace.week_start == 6


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"week_start": 7}, 422),
        ({"fiscal_start": "0"}, 422),
        ({"week_start": ""}, 422),
        ({"version": "77", "confirmed": "yes"}, 409),
        ({"version": "x", "confirmed": "yes"}, 409),
    ],
)
def test_what_is_no_calendar_or_out_of_date_is_refused(client, page, workspace, sent, status):
    answer = client.post(page, _form(workspace, **sent))

    assert answer.status_code == status
    workspace.refresh_from_db()
    assert (workspace.week_start, workspace.fiscal_start) == (0, 1)


def test_a_change_that_has_to_wait_says_why(client, page, workspace, author, lead, leads):
    _record(author, "leads", MONDAY, 5)
    ImportFactory(created_by=lead, state="applying")

    answer = client.post(page, _form(workspace, confirmed="yes"))

    assert answer.status_code == 422
    assert "An import is at work. Try again when it is done." in answer.content.decode()
