"""Numbers of periods with their targets and status: what every screen and endpoint shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from core.periods import Grain, PeriodCalendar
from goals.models import Kpi, Segment, Target
from goals.rules.status import Comparator, Goalpost, Status, judge
from goals.rules.targets import EMPTY, TargetLine
from goals.selectors.period_rows import PERIOD_ROWS
from teams.models import Workspace


class Point(NamedTuple):
    """One period of one KPI."""

    start: date
    value: Decimal | None
    target: Goalpost | None
    status: Status
    # The period is over and nothing that is expected is missing.
    complete: bool
    over: bool


@dataclass(frozen=True, slots=True)
class Freshness:
    """Which numbers are in use, and whether rollups lag behind."""

    version: int
    generation: int
    drained_at: datetime | None
    oldest_mark: datetime | None


def get_freshness(workspace: Workspace) -> Freshness:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(max(version), 0), coalesce(max(generation), -1), max(drained_at),
                (SELECT made_at FROM dirty_marks WHERE workspace_id = %(workspace)s
                 ORDER BY id LIMIT 1)
            FROM numbers_state WHERE workspace_id = %(workspace)s
            """,
            {"workspace": workspace.pk},
        )
        return Freshness(*cursor.fetchone())


class _Stored(NamedTuple):
    value: Decimal | None
    answered: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The numbers of one KPI (or one segment of it) at one grain; gives points on demand."""

    kpi: Kpi
    grain: Grain
    calendar: PeriodCalendar
    today: date
    first_on: date | None
    stored: Mapping[date, _Stored]
    targets: TargetLine

    def point(self, start: date) -> Point:
        over = self.calendar.is_over(self.grain, start, today=self.today)
        found = self.stored.get(start)
        if found is None and over and self.gap_is_zero(start):
            found = _Stored(Decimal(0), answered=True)
        value = found.value if found else None
        target = self.targets.over(
            self.grain,
            start,
            cadence=self.kpi.grain,
            adds_up=self.kpi.aggregation == Kpi.Aggregation.SUM,
            calendar=self.calendar,
        )
        complete = over and found is not None and (found.answered or self.gap_is_zero(start))
        return Point(
            start=start,
            value=value,
            target=target,
            status=_status(value, target, self.kpi.band, complete=complete),
            complete=complete,
            over=over,
        )

    def points(self, first: date, last: date) -> list[Point]:
        """Give the points of the periods from the one that holds ``first`` to that of ``last``."""
        return [self.point(start) for start in self.calendar.starts(self.grain, first, last)]

    def gap_is_zero(self, start: date) -> bool:
        """Tell whether a missing value means zero in the period that starts on ``start``."""
        known_before = self.first_on is not None and self.first_on <= start
        return self.kpi.gaps == Kpi.Gaps.ZERO and known_before


def _status(
    value: Decimal | None, target: Goalpost | None, band: Decimal, *, complete: bool
) -> Status:
    if value is None:
        return Status.NO_DATA
    if not complete:
        return Status.NOT_JUDGED
    if target is None:
        return Status.NO_TARGET
    return judge(value, target, band)


def get_lines(
    workspace: Workspace,
    kpis: Sequence[Kpi],
    *,
    generation: int,
    grain: Grain,
    first: date,
    last: date,
    today: date,
    segment: Segment | None = None,
) -> dict[int, Line]:
    """
    Read the numbers of many KPIs from the period of ``first`` to that of ``last``.

    A KPI whose cadence is coarser than ``grain`` comes at its cadence. Costs two queries.
    """
    calendar = workspace.calendar
    grains = {kpi.pk: max(grain, kpi.grain, key=lambda g: g.rank) for kpi in kpis}
    own = [
        grains[kpi.pk] is kpi.grain and kpi.is_measured(by_segment=segment is not None)
        for kpi in kpis
    ]
    stored, firsts = _read_stored(grains, own, generation, calendar, (first, last), segment)
    targets = get_target_lines(kpis, segment=segment)
    return {
        kpi.pk: Line(
            kpi=kpi,
            grain=grains[kpi.pk],
            calendar=calendar,
            today=today,
            first_on=firsts.get(kpi.pk),
            stored=stored.get(kpi.pk, {}),
            targets=targets.get(kpi.pk, EMPTY),
        )
        for kpi in kpis
    }


def _read_stored(
    grains: Mapping[int, Grain],
    own: list[bool],
    generation: int,
    calendar: PeriodCalendar,
    span: tuple[date, date],
    segment: Segment | None,
) -> tuple[dict[int, dict[date, _Stored]], dict[int, date | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT key.kpi_id, key.first_on, period.start, period.value,
                period.count + period.known_gaps >= period.expected
            FROM (
                SELECT wanted.*, series.id AS series_id, series.first_on, %(until)s AS until
                FROM unnest(%(kpis)s::bigint[], %(grains)s::smallint[], %(own)s::bool[],
                    %(starts)s::date[]) AS wanted (kpi_id, source, own, start)
                JOIN goals_series AS series ON series.kpi_id = wanted.kpi_id
                    AND series.segment_id IS NOT DISTINCT FROM %(segment)s
            ) AS key
            LEFT JOIN LATERAL ({PERIOD_ROWS}) AS period ON true
            """,  # noqa: S608  # put together from constants
            {
                "kpis": list(grains),
                "grains": [grain.rank for grain in grains.values()],
                # The period before is what a first period is compared with.
                "starts": [
                    calendar.shift(grain, calendar.start(grain, span[0]), -1)
                    for grain in grains.values()
                ],
                "until": span[1] + timedelta(days=1),
                "own": own,
                "segment": segment.pk if segment else None,
                "generation": generation,
            },
        )
        stored: dict[int, dict[date, _Stored]] = {}
        firsts: dict[int, date | None] = {}
        for kpi, first_on, start, value, answered in cursor.fetchall():
            firsts[kpi] = first_on
            if start is not None:
                stored.setdefault(kpi, {})[start] = _Stored(value, answered)
    return stored, firsts


def get_target_lines(
    kpis: Sequence[Kpi], *, segment: Segment | None = None
) -> dict[int, TargetLine]:
    rows = Target.objects.filter(kpi__in=kpis, segment=segment).order_by("valid_from")
    starts: dict[int, list[date]] = {}
    goalposts: dict[int, list[Goalpost | None]] = {}
    for kpi, valid_from, comparator, value, upper in rows.values_list(
        "kpi_id", "valid_from", "comparator", "value", "upper"
    ):
        starts.setdefault(kpi, []).append(valid_from)
        none = comparator == Comparator.NONE
        goalpost = None if none else Goalpost(Comparator(comparator), value, upper)
        goalposts.setdefault(kpi, []).append(goalpost)
    return {kpi: TargetLine(starts[kpi], goalposts[kpi]) for kpi in starts}
