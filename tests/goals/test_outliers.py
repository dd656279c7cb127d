"""Values that need a second look before they are written."""

from decimal import Decimal

import pytest

from goals.rules.outliers import looks_wrong


def _numbers(*values):
    return [Decimal(value) for value in values]


USUAL = _numbers("90", "100", "110", "120")


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        # Three times 120 are 360; a third of 90 is 30.
        ("360", False),
        ("360.00000001", True),
        ("1000", True),
        ("100", False),
        ("30", False),
        ("29.99999999", True),
        ("0", True),
        ("-100", True),
    ],
)
def test_a_value_far_from_the_earlier_ones_looks_wrong(value, wrong):
    assert looks_wrong(Decimal(value), USUAL) is wrong


def test_the_order_of_the_earlier_values_does_not_matter():
    assert not looks_wrong(Decimal(300), _numbers("120", "90", "100", "91"))
    assert looks_wrong(Decimal(361), _numbers("120", "90", "100", "91"))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_with_fewer_than_four_values_nothing_is_usual(count):
    assert not looks_wrong(Decimal(1_000_000), USUAL[:count])


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("-360", False),
        ("-360.00000001", True),
        ("-30", False),
        ("-29.99999999", True),
        ("0", True),
        ("100", True),
    ],
)
def test_a_series_of_losses_is_judged_like_its_mirror_image(value, wrong):
    assert looks_wrong(Decimal(value), [-each for each in USUAL]) is wrong


@pytest.mark.parametrize(
    "earlier",
    [("0", "1", "2", "3"), ("-5", "5", "-5", "5"), ("-3", "-2", "-1", "0")],
)
def test_around_zero_no_multiple_is_usual(earlier):
    assert not looks_wrong(Decimal(1_000_000), _numbers(*earlier))


@pytest.mark.parametrize(
    ("value", "wrong"),
    [("-0.00000001", True), ("0", False), ("50", False), ("100", False), ("100.1", True)],
)
def test_outside_the_plausible_range_a_value_looks_wrong(value, wrong):
    found = looks_wrong(Decimal(value), [], plausible_min=Decimal(0), plausible_max=Decimal(100))

    assert found is wrong


@pytest.mark.parametrize(
    ("bounds", "wrong"),
    [
        ({"plausible_min": Decimal(10)}, [True, False]),
        ({"plausible_max": Decimal(10)}, [False, True]),
        ({}, [False, False]),
    ],
)
def test_either_bound_may_be_open(bounds, wrong):
    assert [looks_wrong(Decimal(value), [], **bounds) for value in (9, 11)] == wrong


def test_a_plausible_value_far_from_the_earlier_ones_still_looks_wrong():
    """A typed 1,000 instead of 100 lies within 0 to 5,000."""
    bounds = {"plausible_min": Decimal(0), "plausible_max": Decimal(5_000)}

    assert looks_wrong(Decimal(1_000), USUAL, **bounds)
