"""Numbers as a row of signs."""

from decimal import Decimal

import pytest

from reviews.rules.bars import bars


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([7, None, 0], "█·▁"),
        ([-5, 5], "▁█"),
        ([3, 3, 3], "▄▄▄"),
        ([Decimal("0.1"), Decimal("0.15"), Decimal("0.2")], "▁▅█"),
        ([10**30, 0], "█▁"),
        ([None, 4, None], ""),
        ([], ""),
    ],
)
def test_values_are_drawn_between_their_lowest_and_their_highest(values, drawn):
    assert bars([None if v is None else Decimal(v) for v in values]) == drawn
