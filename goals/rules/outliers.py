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

    It does outside the plausible range that the KPI's lead set; and, where at least four earlier
    values all lie on one side of zero, on the other side or at zero, beyond three times the one
    furthest from zero, or nearer to zero than a third of the nearest. Series that touch or cross
    zero have no usual size, so only the range judges them.
    """
    if plausible_min is not None and value < plausible_min:
        return True
    if plausible_max is not None and value > plausible_max:
        return True
    if len(earlier) < ENOUGH:
        return False
    if max(earlier) < 0:
        # Losses and debts are judged like gains: the mirror image has the same slips.
        value, earlier = -value, [-each for each in earlier]
    if min(earlier) <= 0:
        return False
    return value > max(earlier) * FACTOR or value * FACTOR < min(earlier)
