"""My numbers: which values of a week somebody enters, and what is usual for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from core.periods import Grain
from goals.models import Kpi, Segment
from goals.selectors.series import find_series
from teams.models import Membership, Workspace

# How many earlier values say what is usual.
EARLIER = 13


@dataclass(frozen=True, slots=True)
class Wanted:
    """One value to enter: a KPI, or a segment of it, in one period."""

    kpi: Kpi
    segment: Segment | None
    start: date
    # Where it is stored, once there is any number of the KPI and segment.
    series: int | None
    # There is a value, or a reason why there is none.
    answered: bool

    @property
    def key(self) -> str:
        """Name the value in forms: KPI, segment and date."""
        segment = self.segment.number if self.segment else 0
        return f"n-{self.kpi.number}-{segment}-{self.start:%Y%m%d}"

    @property
    def is_due(self) -> bool:
        """Tell whether it is missed until somebody enters it: not where a gap means zero."""
        return self.kpi.gaps != Kpi.Gaps.ZERO


@dataclass(frozen=True, slots=True)
class Stored:
    value: Decimal | None
    note: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """A value to enter, with what is stored for it and what was before."""

    wanted: Wanted
    stored: Stored | None
    # Known values of earlier periods, newest first.
    earlier: Sequence[Decimal]
    # The value of the period just before, if it is known.
    last: Decimal | None


def get_wanted(workspace: Workspace, *, week: date, owner: Membership | None) -> list[Wanted]:
    """
    List what is to be entered for a week: numbers of ``owner``, or everybody's.

    Daily KPIs have a value for each day of the week; those measured less often than weekly have
    the period that was over by the end of the week. Costs four queries.
    """
    asked = list(_asked(workspace, week, owner))
    series = find_series(kpi.pk for kpi, _segment, _start in asked)
    places = [
        (series.get((kpi.pk, segment.pk if segment else None)), start)
        for kpi, segment, start in asked
    ]
    answered = _answered(places)
    return [
        Wanted(kpi, segment, start, place[0], answered=place in answered)
        for (kpi, segment, start), place in zip(asked, places, strict=True)
    ]


def get_slots(wanted: Sequence[Wanted]) -> list[Slot]:
    """Read what is stored for values to enter, and what is usual for them, in one query."""
    history = _history(wanted)
    slots = []
    for position, each in enumerate(wanted):
        rows = history.get(position, {})
        before = each.kpi.workspace.calendar.shift(each.kpi.grain, each.start, -1)
        slots.append(
            Slot(
                wanted=each,
                stored=rows.get(each.start),
                earlier=[
                    r.value for d, r in rows.items() if d < each.start and r.value is not None
                ],
                last=rows[before].value if before in rows else None,
            )
        )
    return slots


def _asked(
    workspace: Workspace, week: date, owner: Membership | None
) -> Iterator[tuple[Kpi, Segment | None, date]]:
    kpis = Kpi.objects.for_workspace(workspace).active().measured()
    if owner is not None:
        kpis = kpis.owned_by(owner)
    chosen = list(kpis.select_related("workspace").in_order())
    segments = _segments({kpi.breakdown_id for kpi in chosen}, week)
    for kpi in chosen:
        for segment in segments.get(kpi.breakdown_id, []) if kpi.breakdown_id else [None]:
            for start in _periods(workspace, kpi.grain, week):
                yield kpi, segment, start


def _segments(breakdowns: set[int | None], week: date) -> dict[int | None, list[Segment | None]]:
    rows = Segment.objects.filter(breakdown__in=breakdowns - {None}).active_on(week)
    found: dict[int | None, list[Segment | None]] = {}
    for segment in rows.order_by("name", "pk"):
        found.setdefault(segment.breakdown_id, []).append(segment)
    return found


def _periods(workspace: Workspace, grain: Grain, week: date) -> list[date]:
    calendar = workspace.calendar
    until = calendar.end(Grain.WEEK, week)
    if grain is Grain.DAY:
        return [week + timedelta(days=n) for n in range(7)]
    return [calendar.last_complete(grain, today=until)]


def _answered(places: Sequence[tuple[int | None, date]]) -> set[tuple[int | None, date]]:
    """Give those of the series and days for which something is stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT series_id, on_date FROM measurements
            JOIN unnest(%s::bigint[], %s::date[]) AS place (series_id, on_date)
                USING (series_id, on_date)
            """,
            [[series for series, _start in places], [start for _series, start in places]],
        )
        return set(cursor.fetchall())


def _history(wanted: Sequence[Wanted]) -> dict[int, dict[date, Stored]]:
    keys = [
        (position, each.series, each.start)
        for position, each in enumerate(wanted)
        if each.series is not None
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key.position, row.on_date, row.value, row.note, row.recorded_at
            FROM unnest(%s::int[], %s::bigint[], %s::date[]) AS key (position, series_id, start)
            CROSS JOIN LATERAL (
                SELECT on_date, value, note, recorded_at FROM measurements
                WHERE series_id = key.series_id AND on_date <= key.start
                ORDER BY on_date DESC LIMIT %s
            ) AS row
            """,
            [[k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys], EARLIER + 1],
        )
        found: dict[int, dict[date, Stored]] = {}
        for position, on_date, value, note, recorded_at in cursor.fetchall():
            found.setdefault(position, {})[on_date] = Stored(value, note, recorded_at)
    return found
