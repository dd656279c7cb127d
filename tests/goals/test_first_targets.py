"""Targets that are guessed from a history: a little better than the average, whatever better is."""

from decimal import Decimal

import pytest

from goals.rules.first_targets import guess
from goals.rules.status import Comparator, Goalpost, is_met

HISTORIES = {
    "increase": (["180", "200", "220"], Goalpost(Comparator.AT_LEAST, Decimal(210))),
    "decrease": (["180", "200", "220"], Goalpost(Comparator.AT_MOST, Decimal(190))),
    "maintain": (
        ["180", "200", "220"],
        Goalpost(Comparator.IN_RANGE, Decimal(190), Decimal(210)),
    ),
}


@pytest.mark.parametrize("direction", HISTORIES)
def test_better_is_where_the_kpi_should_go(direction):
    values, goalpost = HISTORIES[direction]

    assert guess([Decimal(value) for value in values], direction) == goalpost


@pytest.mark.parametrize(
    ("values", "direction", "bound"),
    [
        (["14238"], "increase", "14900"),  # three digits count
        (["2"], "increase", "2"),  # there is no half customer
        (["0.3333", "0.3334"], "increase", "0.350"),
        (["2.5", "3"], "increase", "2.89"),
        (["-100"], "increase", "-95"),  # less of a loss is better
        (["-100"], "decrease", "-105"),
        (["9999999999999999"], "increase", "10500000000000000"),
        (["0.00000001"], "increase", "0.00000001"),
    ],
)
def test_a_target_is_a_number_that_somebody_would_write(values, direction, bound):
    goalpost = guess([Decimal(value) for value in values], direction)

    assert goalpost is not None
    assert goalpost.value == Decimal(bound)
    assert "E" not in str(goalpost.value) or goalpost.value < 1


@pytest.mark.parametrize("direction", HISTORIES)
@pytest.mark.parametrize("values", [["0", "0"], ["5", "-5"], ["0", "0", "0", "1"]])
def test_of_next_to_nothing_no_target_is_guessed(direction, values):
    assert guess([Decimal(value) for value in values], direction) is None


def test_a_number_that_can_only_stay_as_it_is_gets_no_range():
    assert guess([Decimal(2)], "maintain") is None


def test_what_was_usual_does_not_reach_a_guessed_target_and_better_does():
    goalpost = guess([Decimal(100)] * 13, "decrease")

    assert goalpost is not None
    assert (is_met(Decimal(100), goalpost), is_met(Decimal(90), goalpost)) == (False, True)
