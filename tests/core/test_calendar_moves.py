"""Which period of another calendar a period becomes when a workspace changes its calendar."""

import datetime as dt

import pytest

from core.periods import Grain, PeriodCalendar

MONDAYS, SATURDAYS, SUNDAYS = (PeriodCalendar(week_start=day) for day in (0, 5, 6))


@pytest.mark.parametrize(
    ("before", "after", "start", "moved"),
    [
        (MONDAYS, SUNDAYS, dt.date(2026, 11, 16), dt.date(2026, 11, 15)),
        (SUNDAYS, MONDAYS, dt.date(2026, 11, 15), dt.date(2026, 11, 16)),
        (MONDAYS, SATURDAYS, dt.date(2026, 11, 16), dt.date(2026, 11, 14)),
        (SUNDAYS, SATURDAYS, dt.date(2026, 11, 15), dt.date(2026, 11, 14)),
    ],
)
def test_a_week_becomes_the_one_that_it_shares_most_days_with_U25(before, after, start, moved):
    assert before.move_to(after, Grain.WEEK).of(start) == moved


@pytest.mark.parametrize(
    ("grain", "fiscal_start", "moved"),
    [
        # From a year that begins in January: first the quarter, then the year of 1 January 2026.
        (Grain.QUARTER, 2, dt.date(2026, 2, 1)),
        (Grain.QUARTER, 3, dt.date(2025, 12, 1)),
        (Grain.QUARTER, 4, dt.date(2026, 1, 1)),
        (Grain.QUARTER, 10, dt.date(2026, 1, 1)),
        (Grain.YEAR, 4, dt.date(2026, 4, 1)),
        (Grain.YEAR, 7, dt.date(2026, 7, 1)),
        (Grain.YEAR, 8, dt.date(2025, 8, 1)),
        (Grain.YEAR, 10, dt.date(2025, 10, 1)),
    ],
)
def test_a_fiscal_period_becomes_the_one_that_it_shares_most_with_U25(grain, fiscal_start, moved):
    after = PeriodCalendar(fiscal_start=fiscal_start)

    assert PeriodCalendar().move_to(after, grain).of(dt.date(2026, 1, 1)) == moved


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.MONTH])
def test_days_and_months_stay_where_they_are_U25(grain):
    assert not MONDAYS.move_to(PeriodCalendar(week_start=6, fiscal_start=8), grain)


@pytest.mark.parametrize("grain", [Grain.WEEK, Grain.QUARTER, Grain.YEAR])
@pytest.mark.parametrize("week_start", range(7))
@pytest.mark.parametrize("fiscal_start", range(1, 13))
def test_moved_starts_are_starts_and_moving_back_undoes_it_U25(grain, week_start, fiscal_start):
    before, after = PeriodCalendar(3, 5), PeriodCalendar(week_start, fiscal_start)
    starts = list(before.starts(grain, dt.date(2023, 1, 1), dt.date(2028, 12, 31)))

    moved = [before.move_to(after, grain).of(start) for start in starts]

    assert [after.start(grain, day) for day in moved] == moved
    assert [after.move_to(before, grain).of(day) for day in moved] == starts
