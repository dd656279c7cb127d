"""What one period's numbers come to: partial states that merge without loss."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from core.periods import Grain, PeriodCalendar

# Digits of a quotient; what is made of it is rounded to the eight that are stored.
_DIGITS = 60

CADENCE_GRAINS = {
    "daily": Grain.DAY,
    "weekly": Grain.WEEK,
    "monthly": Grain.MONTH,
    "quarterly": Grain.QUARTER,
    "yearly": Grain.YEAR,
}


@dataclass(frozen=True, slots=True)
class State:
    """What a series comes to in one period, in the form that can be merged."""

    value: Decimal
    # What an average is the mean of; other aggregations merge without it.
    total: Decimal
    count: int


def merge(aggregation: str, states: list[State]) -> Decimal | None:
    """Give the number of consecutive periods together, from their states in the order of time."""
    if not states:
        return None
    match aggregation:
        case "sum":
            return sum((state.value for state in states), Decimal(0))
        case "last":
            return states[-1].value
        case "average":
            total = sum((state.total for state in states), Decimal(0))
            return mean(total, sum(state.count for state in states))
        case "min":
            return min(state.value for state in states)
        case "max":
            return max(state.value for state in states)
    raise ValueError(aggregation)


def combine(segment_total: str, values: list[Decimal]) -> Decimal | None:
    """Give the total over segments; None where there is none by rule or for lack of values."""
    if not values or segment_total == "none":
        return None
    match segment_total:
        case "sum":
            return sum(values, Decimal(0))
        case "average":
            return mean(sum(values, Decimal(0)), len(values))
        case "min":
            return min(values)
        case "max":
            return max(values)
    raise ValueError(segment_total)


def mean(total: Decimal, count: int) -> Decimal:
    """Divide with digits to spare: a formula over it is rounded once, when it is stored."""
    with localcontext(prec=_DIGITS):
        return total / count


@dataclass(frozen=True, slots=True)
class Presence:
    """
    When the counted segments of a KPI are there to be measured.

    ``spans`` holds (first day, day after the last, how many segments); most segments of a KPI
    begin and end together, so few spans stand for many of them.
    """

    cadence: Grain
    gaps_are_zero: bool
    spans: tuple[tuple[date, date, int], ...]

    def expected(self, grain: Grain, start: date, calendar: PeriodCalendar) -> int:
        """
        Count the answers that a complete total has: those of each segment since its first value.

        A total whose period began before anything was measured stays incomplete.
        """
        end = calendar.end(grain, start)
        if self.gaps_are_zero:
            return calendar.count_starts(self.cadence, start, end)
        first = min((begin for begin, _finish, _segments in self.spans), default=date.max)
        unmeasured = calendar.count_starts(self.cadence, start, min(first, end))
        return unmeasured + sum(
            segments * calendar.count_starts(self.cadence, max(start, begin), min(finish, end))
            for begin, finish, segments in self.spans
        )


def source_grain(grain: Grain, cadence: Grain) -> Grain:
    """
    Say from which finer grain a period is put together.

    Weeks do not nest in months, so both come straight from the cadence; quarters come from
    months and years from quarters, unless the numbers themselves are no finer.
    """
    if grain in {Grain.WEEK, Grain.MONTH}:
        return cadence
    finer = Grain.MONTH if grain is Grain.QUARTER else Grain.QUARTER
    return finer if finer.rank >= cadence.rank else cadence
