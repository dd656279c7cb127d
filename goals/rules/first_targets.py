"""A first target for a KPI that has a history and no plan: its average, and a little better."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from goals.rules.status import Comparator, Goalpost

# Of fewer weeks one cannot tell what is usual; of more, what was usual long ago.
LEAST_WEEKS, MOST_WEEKS = 4, 13
PERCENT = 5
# Digits of a target that count; more would pretend to know.
_DIGITS = 3


def average(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def guess(values: Sequence[Decimal], direction: str) -> Goalpost | None:
    """
    Give the target that is a little better than the average of ``values``, at least one of them.

    A number that should stay as it is may be as little off either way. Of nothing but zeros, or
    of numbers so small that nothing would be left to reach, one cannot tell.
    """
    usual = average(values)
    little = abs(usual) * PERCENT / 100
    low, high = (_plain(bound, values) for bound in (usual - little, usual + little))
    match direction:
        case "increase":
            goalpost = Goalpost(Comparator.AT_LEAST, high)
        case "decrease":
            goalpost = Goalpost(Comparator.AT_MOST, low)
        case _:
            goalpost = Goalpost(Comparator.IN_RANGE, low, high)
    says_something = goalpost.value and goalpost.value != goalpost.upper
    return goalpost if says_something else None


def _plain(bound: Decimal, values: Sequence[Decimal]) -> Decimal:
    """Round to three digits that count; to whole numbers where all values are whole."""
    whole = all(value == value.to_integral_value() for value in values)
    place = max(bound.adjusted() - _DIGITS + 1, 0 if whole else -8)
    return bound.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP).quantize(
        Decimal(1).scaleb(min(place, 0))
    )
