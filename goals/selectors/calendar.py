"""What a change of the calendar would move, for those who are about to make it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from core.periods import Grain, PeriodCalendar
from goals.models import Import, Kpi, Measurement, Target
from goals.selectors import phrases
from teams.models import Workspace, WorkspaceOwnedQuerySet

# More KPIs than this are counted, not listed.
LISTED = 100


@dataclass(frozen=True, slots=True)
class Border:
    """A period that runs now, and the one that would take its place."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MovedKpi:
    """A KPI whose values or targets get other dates, with its latest period as an example."""

    kpi: Kpi
    values: int
    targets: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """All that would be different under another calendar."""

    borders: Sequence[Border]
    moved: Sequence[MovedKpi]
    unlisted: int
    imports: int
    has_numbers: bool


def get_calendar_change(
    workspace: Workspace, after: PeriodCalendar, *, today: date
) -> CalendarChange:
    """Work out what another calendar would move. Costs four queries."""
    before = workspace.calendar
    values = _per_kpi(
        Measurement.objects.for_workspace(workspace), kpi="series__kpi", day="on_date"
    )
    targets = _per_kpi(Target.objects.for_workspace(workspace), kpi="kpi", day="valid_from")
    kpis = Kpi.objects.filter(pk__in={*values, *targets})
    moved = [
        _moved(kpi, values.get(kpi.pk), targets.get(kpi.pk), before, after)
        for kpi in kpis.select_related("workspace").in_order()
        if before.move_to(after, kpi.grain)
    ]
    checked = Import.objects.for_workspace(workspace).filter(state=Import.State.CHECKED)
    return CalendarChange(
        borders=list(_borders(before, after, today)),
        moved=moved[:LISTED],
        unlisted=max(0, len(moved) - LISTED),
        imports=checked.count(),
        has_numbers=bool(values or targets),
    )


# How many rows of a KPI there are, and the latest period among them.
Held = tuple[int, date]


def _per_kpi(rows: WorkspaceOwnedQuerySet, *, kpi: str, day: str) -> dict[int, Held]:
    found = rows.values_list(kpi).annotate(rows=Count(day), latest=Max(day)).order_by()
    return {key: (count, latest) for key, count, latest in found}


def _moved(
    kpi: Kpi,
    values: Held | None,
    targets: Held | None,
    before: PeriodCalendar,
    after: PeriodCalendar,
) -> MovedKpi:
    held = [each for each in (values, targets) if each is not None]
    latest = max(day for _count, day in held)
    return MovedKpi(
        kpi=kpi,
        values=values[0] if values else 0,
        targets=targets[0] if targets else 0,
        before=_span(before, kpi.grain, latest),
        after=_span(after, kpi.grain, before.move_to(after, kpi.grain).of(latest)),
    )


def _borders(before: PeriodCalendar, after: PeriodCalendar, today: date) -> Iterator[Border]:
    names = {Grain.WEEK: _("Week"), Grain.QUARTER: _("Quarter"), Grain.YEAR: _("Fiscal year")}
    for grain, name in names.items():
        if move := before.move_to(after, grain):
            start = before.start(grain, today)
            now, then = _span(before, grain, start), _span(after, grain, move.of(start))
            yield Border(name, now, then)


def _span(calendar: PeriodCalendar, grain: Grain, start: date) -> str:
    return phrases.days(start, calendar.last_day(grain, start))
