"""Numbers that look like a slip of the keyboard."""

from collections.abc import Sequence
from decimal import Decimal

# With fewer earlier values nothing can be called usual.
ENOUGH = 4
FACTOR = 3


def looks_wrong(
    value: Decimal,
    earlier: Sequence[Decimal],
    *,
    plausible_min: Decimal | None = None,
    plausible_max: Decimal | None = None,
) -> bool:
    """
    Tell whether a value needs a second look before it is written.

    It does outside the plausible range that the KPI's lead set; and, with enough earlier values
    of one sign, above three times the highest or below a third of the lowest of them.
    """
    if plausible_min is not None and value < plausible_min:
        return True
    if plausible_max is not None and value > plausible_max:
        return True
    if len(earlier) < ENOUGH or min(earlier) <= 0:
        return False
    return value > max(earlier) * FACTOR or value * FACTOR < min(earlier)
