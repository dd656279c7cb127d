"""A period that is still running: what it has come to, against the plan for what is over of it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from core.periods import Grain
from goals.models import Kpi
from goals.rules.status import Goalpost, Status, judge
from goals.selectors.period_rows import PERIOD_ROWS
from goals.selectors.points import Line


class ToDate(NamedTuple):
    """
    One running period of one KPI.

    ``plan`` is the target of that part of the period whose numbers are due or have come:
    for KPIs that add up, the targets of the cadence periods that are over, and of the running
    one once it has a value; for all others the target valid at their end. ``target`` is the one
    of the whole period.
    """

    value: Decimal | None
    plan: Goalpost | None
    target: Goalpost | None
    status: Status


class _Seen(NamedTuple):
    # How many of the cadence periods that are over are answered, and whether the running one has
    # a value.
    answered: int
    begun: bool


_NOTHING = _Seen(0, begun=False)


def get_to_date(
    lines: Mapping[int, Line], *, grain: Grain, start: date, generation: int
) -> dict[int, ToDate]:
    """
    Give the period of ``grain`` that began on ``start`` and runs, by KPI; costs one query.

    KPIs that are measured once in such a period, or less often, are left out: there is nothing
    to compare before the number has come.
    """
    finer = {pk: line for pk, line in lines.items() if line.kpi.grain.rank < grain.rank}
    seen = _read_seen(finer, start, generation)
    return {pk: _to_date(line, start, seen.get(pk, _NOTHING)) for pk, line in finer.items()}


def _to_date(line: Line, start: date, seen: _Seen) -> ToDate:
    kpi, calendar, point = line.kpi, line.calendar, line.point(start)
    over = calendar.start(kpi.grain, line.today)
    due = calendar.count_starts(kpi.grain, start, over)
    plan = None
    if due or seen.begun:
        plan = line.targets.between(
            start,
            calendar.end(kpi.grain, over) if seen.begun else over,
            cadence=kpi.grain,
            adds_up=kpi.aggregation == Kpi.Aggregation.SUM,
            calendar=calendar,
        )
    status = point.status
    if point.value is not None and (seen.answered == due > 0 or line.gap_is_zero(start)):
        status = judge(point.value, plan, kpi.band) if plan else Status.NO_TARGET
    return ToDate(point.value, plan, point.target, status)


def _read_seen(lines: Mapping[int, Line], start: date, generation: int) -> dict[int, _Seen]:
    if not lines:
        return {}
    values = list(lines.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT key.kpi_id,
                count(*) FILTER (
                    WHERE period.start < key.over
                        AND period.count + period.known_gaps >= period.expected
                ),
                coalesce(bool_or(period.start = key.over AND period.value IS NOT NULL), false)
            FROM (
                SELECT wanted.*, series.id AS series_id, %(start)s AS start, over + 1 AS until
                FROM unnest(%(kpis)s::bigint[], %(sources)s::smallint[], %(own)s::bool[],
                    %(overs)s::date[]) AS wanted (kpi_id, source, own, over)
                JOIN goals_series AS series
                    ON series.kpi_id = wanted.kpi_id AND series.segment_id IS NULL
            ) AS key
            CROSS JOIN LATERAL ({PERIOD_ROWS}) AS period
            GROUP BY key.kpi_id
            """,  # noqa: S608  # put together from constants
            {
                "kpis": list(lines),
                "sources": [line.kpi.grain.rank for line in values],
                "own": [line.kpi.is_measured(by_segment=False) for line in values],
                "overs": [line.calendar.start(line.kpi.grain, line.today) for line in values],
                "start": start,
                "generation": generation,
            },
        )
        return {kpi: _Seen(answered, begun) for kpi, answered, begun in cursor.fetchall()}
