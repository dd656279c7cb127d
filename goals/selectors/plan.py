"""The plan of a year or a quarter: what stands in each cell, and what last year suggests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from goals.models import Kpi
from goals.rules.plans import Columns, Slot, Standing, standing
from goals.rules.targets import EMPTY, TargetLine
from goals.selectors.points import Line, get_freshness, get_lines, get_target_lines
from teams.models import Workspace

# What last year's numbers are taken from.
TARGETS, ACTUALS = "targets", "actuals"


@dataclass(frozen=True, slots=True)
class Planned:
    """One KPI of the plan: a slot for each column in which a period of it begins."""

    kpi: Kpi
    line: TargetLine
    slots: Mapping[date, Slot]

    def standing(self, column: date) -> Standing:
        return standing(self.line, self.slots[column])


def get_plan(kpis: Sequence[Kpi], columns: Columns, *, today: date) -> list[Planned]:
    """Read what KPIs should reach in each column, in one query."""
    lines = get_target_lines(kpis)
    return [
        Planned(kpi, lines.get(kpi.pk, EMPTY), columns.slots(kpi.grain, today=today))
        for kpi in kpis
    ]


def propose(
    workspace: Workspace,
    planned: Sequence[Planned],
    columns: Columns,
    *,
    source: str,
    percent: Decimal,
    today: date,
) -> dict[int, dict[date, Decimal]]:
    """
    Suggest numbers for the open cells: last year's plus ``percent``, by KPI and column.

    They are last year's targets or, with ``source`` "actuals", what was reached where there was
    no target. Costs three queries for the latter.
    """
    reached = _reached(workspace, planned, columns, today) if source == ACTUALS else {}
    factor = 1 + percent / 100
    found: dict[int, dict[date, Decimal]] = {}
    for each in planned:
        for column, before in _a_year_before(each, columns):
            value = _target_before(each, columns, before)
            if value is None and each.kpi.pk in reached:
                value = _per_period(reached[each.kpi.pk], columns, before)
            if value is not None:
                cells = found.setdefault(each.kpi.pk, {})
                cells[column] = _rounded(value * factor, each.kpi.unit)
    return found


def _a_year_before(planned: Planned, columns: Columns) -> Iterator[tuple[date, date]]:
    """Give the columns that can be filled, each with its column of the year before."""
    for column, slot in planned.slots.items():
        stood = planned.standing(column)
        if not slot.closed and (stood.varies or not stood.is_range):
            yield column, columns.before(column)


def _target_before(planned: Planned, columns: Columns, column: date) -> Decimal | None:
    """Give the last target of a column; where it changed within, the later one counts."""
    last = columns.calendar.last_day(columns.grain, column)
    goalpost = planned.line.at(last)
    return goalpost.value if goalpost is not None and goalpost.upper is None else None


def _reached(
    workspace: Workspace, planned: Sequence[Planned], columns: Columns, today: date
) -> dict[int, Line]:
    return get_lines(
        workspace,
        [each.kpi for each in planned],
        generation=get_freshness(workspace).generation,
        grain=columns.grain,
        first=columns.before(columns.starts[0]),
        last=columns.before(columns.starts[-1]),
        today=today,
    )


def _per_period(line: Line, columns: Columns, column: date) -> Decimal | None:
    """Give what a period of the KPI's cadence reached in a column, on average if they add up."""
    kpi = line.kpi
    value = line.point(column).value
    if value is None or kpi.aggregation != Kpi.Aggregation.SUM or kpi.grain is line.grain:
        return value
    return value / columns.calendar.count(kpi.grain, columns.grain, column)


def _rounded(value: Decimal, unit: str) -> Decimal:
    """Round as people set targets: whole pieces, and otherwise three or more digits."""
    places = 0 if unit == Kpi.Unit.COUNT and abs(value) >= 1 else max(2, 2 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-min(places, 8)), rounding=ROUND_HALF_EVEN)
