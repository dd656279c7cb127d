"""My numbers: which values of a week somebody enters, and what is usual for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from core.periods import Grain
from goals.models import Kpi, Segment
from goals.selectors.series import Place, find_series
from teams.models import Membership, Workspace
from teams.policy import Action

# How many earlier values say what is usual.
EARLIER = 13


@dataclass(frozen=True, slots=True)
class Stored:
    value: Decimal | None
    note: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """One value to enter: a KPI, or a segment of it, in one period."""

    kpi: Kpi
    segment: Segment | None
    start: date
    stored: Stored | None
    # Known values of earlier periods, newest first.
    earlier: Sequence[Decimal]
    # The value of the period just before, if it is known.
    last: Decimal | None

    @property
    def key(self) -> str:
        """Name the slot in forms: KPI, segment and date."""
        segment = self.segment.number if self.segment else 0
        return f"n-{self.kpi.number}-{segment}-{self.start:%Y%m%d}"

    @property
    def is_missing(self) -> bool:
        return self.stored is None

    @property
    def is_due_zero(self) -> bool:
        """Tell whether nothing needs to be entered, because a gap means zero."""
        return self.kpi.gaps == Kpi.Gaps.ZERO


def get_slots(
    workspace: Workspace, *, week: date, owner: Membership | None, by: Membership
) -> list[Slot]:
    """
    List what is to be entered for a week: numbers of ``owner``, or everybody's.

    Daily KPIs have a slot for each day of the week; those measured less often than weekly have
    the period that was over by the end of the week. Costs four queries.
    """
    wanted = list(_wanted(workspace, week, owner, by))
    series = find_series(kpi.pk for kpi, _segment, _start in wanted)
    history = _history(wanted, series)
    calendar = workspace.calendar
    slots = []
    for position, (kpi, segment, start) in enumerate(wanted):
        rows = history.get(position, {})
        before = calendar.shift(kpi.grain, start, -1)
        slots.append(
            Slot(
                kpi=kpi,
                segment=segment,
                start=start,
                stored=rows.get(start),
                earlier=[r.value for d, r in rows.items() if d < start and r.value is not None],
                last=rows[before].value if before in rows else None,
            )
        )
    return slots


Wanted = tuple[Kpi, Segment | None, date]


def _wanted(
    workspace: Workspace, week: date, owner: Membership | None, by: Membership
) -> Iterator[Wanted]:
    kpis = Kpi.objects.for_workspace(workspace).active().measured()
    if owner is not None:
        kpis = kpis.owned_by(owner)
    if not by.may(Action.ENTER_NUMBERS):
        kpis = kpis.owned_by(by)
    chosen = list(kpis.select_related("breakdown", "workspace").in_order())
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


def _history(wanted: Sequence[Wanted], series: dict[Place, int]) -> dict[int, dict[date, Stored]]:
    keys = [
        (position, pk, start)
        for position, (kpi, segment, start) in enumerate(wanted)
        if (pk := series.get((kpi.pk, segment.pk if segment else None))) is not None
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
