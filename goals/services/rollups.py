"""Rollups follow the measurements: only what was touched is computed anew."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import transaction

from core.faults import crash_point
from core.periods import Grain, PeriodCalendar
from goals.models import DirtyMark
from goals.rules.rollups import Presence, source_grain
from goals.services import formula_rollups, locks, rollup_tables, series_facts
from goals.services.rollup_tables import Bucket, TotalBucket
from goals.services.series import find_or_make_series
from goals.services.series_facts import SeriesFacts
from teams.models import Workspace

MARKS_AT_ONCE = 5_000
# Each total looks at every segment; so many of them stay far below the time of a statement even
# where a KPI has hundreds.
TOTALS_AT_ONCE = 500
# A drain that finds another at work waits this long, so that marks which were made after the
# other looked are not left for the heartbeat.
PATIENCE = timedelta(seconds=5)


def drain(*, workspace: Workspace, at: datetime) -> int:
    """
    Bring the rollups of a workspace up to date with its measurements.

    Each round takes up to 5,000 marks and recomputes the periods they touch, in one transaction:
    killed at any point it leaves marks and rollups as they were before the round. Returns how
    many marks were taken; gives up quietly while a rebuild holds the rollups.
    """
    taken = 0
    with suppress(locks.NumbersBusyError):
        while count := _drain_some(workspace, at):
            taken += count
    return taken


@transaction.atomic
def _drain_some(workspace: Workspace, at: datetime) -> int:
    locks.hold_rollups(workspace.pk, patience=PATIENCE)
    locks.read_calendar_again(workspace)
    rollup_tables.pin_planner()
    marks = rollup_tables.take_marks(workspace.pk, MARKS_AT_ONCE)
    if not marks:
        return 0
    crash_point("drain.after_take")
    generation = rollup_tables.current_generation(workspace.pk)
    _Refresh(workspace, generation, marks).run()
    crash_point("drain.before_commit")
    rollup_tables.note_drain(workspace.pk, at)
    return len(marks)


def workspaces_with_marks() -> list[int]:
    """List the workspaces whose rollups are behind."""
    return list(DirtyMark.objects.values_list("workspace_id", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Moved:
    """A series whose first known value is on another day than before."""

    facts: SeriesFacts
    span: tuple[date, date]


class _Refresh:
    """One round: which periods are touched, level by level."""

    def __init__(
        self, workspace: Workspace, generation: int, marks: Iterable[tuple[int, date]]
    ) -> None:
        self._workspace = workspace
        self._generation = generation
        self._calendar = workspace.calendar
        self._facts = series_facts.read_facts({series for series, _day in marks})
        self._touched = {(series, day) for series, day in marks if series in self._facts}

    def run(self) -> None:
        for level in coarse_levels(self._buckets()):
            rollup_tables.write_coarse(self._generation, level)
        moved = self._note_first_values()
        crash_point("drain.after_levels")
        self._write_totals(moved)
        formula_rollups.refresh(
            workspace=self._workspace,
            generation=self._generation,
            touched=[(self._facts[series], day) for series, day in self._touched],
            spans=[(moved_series.facts, moved_series.span) for moved_series in moved],
        )

    def _note_first_values(self) -> list[Moved]:
        moved = []
        for series, old, new in series_facts.note_first_values(self._facts):
            self._facts[series].first_on = new
            # Where there was no first value, or is none any more, all that follows changes.
            days = [day or rollup_tables.horizon(self._generation) for day in (old, new)]
            moved.append(Moved(self._facts[series], (min(days), max(days))))
        return moved

    def _buckets(self) -> set[Bucket]:
        return {
            bucket
            for series, day in self._touched
            for bucket in coarse_buckets(self._facts[series], day, self._calendar)
        }

    def _write_totals(self, moved: list[Moved]) -> None:
        summed = [facts for facts in self._facts.values() if facts.has_total]
        if not summed:
            return
        spans: dict[int, set[tuple[Grain, date]]] = {facts.kpi: set() for facts in summed}
        for series, day in self._touched:
            facts = self._facts[series]
            if facts.has_total:
                spans[facts.kpi] |= set(_periods_of(facts.grain, day, self._calendar))
        for m in moved:
            if m.facts.has_total:
                spans[m.facts.kpi] |= set(self._periods_between(m))
        write_totals(
            self._generation,
            [(kpi, grain, start) for kpi, periods in spans.items() for grain, start in periods],
            self._calendar,
        )

    def _periods_between(self, moved: Moved) -> Iterable[tuple[Grain, date]]:
        first, last = moved.span
        for grain in moved.facts.grain.upwards():
            for start in self._calendar.starts(grain, first, last):
                yield grain, start


def _periods_of(
    cadence: Grain, day: date, calendar: PeriodCalendar
) -> Iterable[tuple[Grain, date]]:
    return ((grain, calendar.start(grain, day)) for grain in cadence.upwards())


def coarse_buckets(facts: SeriesFacts, day: date, calendar: PeriodCalendar) -> Iterable[Bucket]:
    """List the periods above the cadence that hold ``day``, ready to be put together."""
    return (
        Bucket(facts.series, facts.aggregation, *period)
        for period in _coarse_periods(calendar, facts.grain, day)
    )


@lru_cache(maxsize=16_384)
def _coarse_periods(
    calendar: PeriodCalendar, cadence: Grain, day: date
) -> tuple[tuple[Grain, date, date, Grain, bool, int], ...]:
    """Give (grain, start, end, source, own, expected); many series share the same days."""
    periods = []
    for grain in cadence.upwards()[1:]:
        start = calendar.start(grain, day)
        expected = calendar.count(cadence, grain, start)
        end, source = calendar.end(grain, start), source_grain(grain, cadence)
        periods.append((grain, start, end, source, source is cadence, expected))
    return tuple(periods)


def coarse_levels(buckets: Iterable[Bucket]) -> list[list[Bucket]]:
    """Sort periods so that each is put together after those that it is made of."""
    by_grain: dict[int, list[Bucket]] = {}
    for bucket in buckets:
        # Weeks and months share a level: both are made of the cadence's own periods.
        by_grain.setdefault(max(bucket.grain.rank, Grain.MONTH.rank), []).append(bucket)
    return [by_grain[rank] for rank in sorted(by_grain)]


def write_totals(
    generation: int, periods: Iterable[tuple[int, Grain, date]], calendar: PeriodCalendar
) -> None:
    """Compute totals over segments for (KPI, grain, start)."""
    wanted = list(periods)
    segments = series_facts.segments_of({kpi for kpi, _grain, _start in wanted})
    presences = {kpi: presence_of(parts) for kpi, parts in segments.items()}
    totals = find_or_make_series((kpi, None) for kpi in segments)
    series_facts.note_first_totals(totals[kpi, None] for kpi in segments)
    buckets = [
        TotalBucket(
            kpi=kpi,
            series=totals[kpi, None],
            grain=grain,
            own=grain is segments[kpi][0].grain,
            start=start,
            segment_total=segments[kpi][0].segment_total,
            expected=presences[kpi].expected(grain, start, calendar),
        )
        for kpi, grain, start in wanted
    ]
    for first in range(0, len(buckets), TOTALS_AT_ONCE):
        rollup_tables.write_totals(generation, buckets[first : first + TOTALS_AT_ONCE])


def presence_of(segments: list[SeriesFacts]) -> Presence:
    """Sum up when the counted segments of one KPI are there to be measured."""
    spans = Counter(
        (facts.first_on, facts.archived_on or date.max)
        for facts in segments
        if facts.counts_in_total and facts.first_on
    )
    return Presence(
        cadence=segments[0].grain,
        gaps_are_zero=segments[0].gaps_are_zero,
        spans=tuple((begin, finish, count) for (begin, finish), count in spans.items()),
    )
