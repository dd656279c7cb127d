"""A run of numbers as a row of signs, which any text can hold."""

from collections.abc import Sequence
from decimal import Decimal

_HEIGHTS = "▁▂▃▄▅▆▇█"
_LEVEL = "▄"
_UNKNOWN = "·"


def bars(values: Sequence[Decimal | None]) -> str:
    """
    Draw values between the lowest and the highest of them, in the order given.

    What is not known is a dot; fewer than two known values are no trend, and drawn as nothing.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, span = min(known), max(known) - min(known)
    return "".join(_sign(value, low, span) for value in values)


def _sign(value: Decimal | None, low: Decimal, span: Decimal) -> str:
    if value is None:
        return _UNKNOWN
    if not span:
        return _LEVEL
    return _HEIGHTS[int((value - low) / span * (len(_HEIGHTS) - 1) + Decimal("0.5"))]
