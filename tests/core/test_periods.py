"""Days, weeks, months, quarters and years, as each workspace counts them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import Grain, PeriodCalendar

DAY, WEEK, MONTH, QUARTER, YEAR = Grain
MONDAY, SATURDAY, SUNDAY = 0, 5, 6
PLAIN = PeriodCalendar()
FROM_APRIL = PeriodCalendar(fiscal_start=4)

CALENDARS = st.builds(PeriodCalendar, week_start=st.integers(0, 6), fiscal_start=st.integers(1, 12))
GRAINS = st.sampled_from(list(Grain))
DAYS = st.dates(dt.date(1970, 1, 1), dt.date(2100, 12, 31))


def _day(text):
    return dt.date.fromisoformat(text)


# -- Weeks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("week_start", "start"),
    [
        (0, "2026-11-16"),
        (1, "2026-11-17"),
        (2, "2026-11-18"),
        (3, "2026-11-12"),
        (4, "2026-11-13"),
        (5, "2026-11-14"),
        (6, "2026-11-15"),
    ],
)
def test_a_week_starts_on_the_weekday_of_the_workspace(week_start, start):
    """18 November 2026 is a Wednesday."""
    assert PeriodCalendar(week_start=week_start).start(WEEK, _day("2026-11-18")) == _day(start)


@pytest.mark.parametrize(
    ("day", "key"),
    [
        # 1 January 2016 was a Friday: it belongs to week 53 of 2015.
        ("2016-01-01", "2015-W53"),
        ("2016-01-04", "2016-W01"),
        # 31 December 2018 was a Monday: it begins week 1 of 2019.
        ("2018-12-30", "2018-W52"),
        ("2018-12-31", "2019-W01"),
        ("2020-12-31", "2020-W53"),
        ("2021-01-03", "2020-W53"),
        ("2021-01-04", "2021-W01"),
        ("2023-01-01", "2022-W52"),
        ("2024-12-30", "2025-W01"),
        ("2026-11-16", "2026-W47"),
        ("2026-12-31", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
    ],
)
def test_weeks_at_the_turn_of_a_year_have_their_iso_number(day, key):
    assert PLAIN.key(WEEK, PLAIN.start(WEEK, _day(day))) == key


@pytest.mark.parametrize(
    ("week_start", "start", "key"),
    [
        # The Thursday of the week from Sunday 27 December 2026 is 31 December.
        (SUNDAY, "2026-12-27", "2026-W53"),
        (SUNDAY, "2027-01-03", "2027-W01"),
        # The Thursday of the week from Saturday 2 January 2027 is 7 January.
        (SATURDAY, "2026-12-26", "2026-W53"),
        (SATURDAY, "2027-01-02", "2027-W01"),
    ],
)
def test_a_week_that_starts_on_another_day_is_numbered_by_its_thursday(week_start, start, key):
    assert PeriodCalendar(week_start=week_start).key(WEEK, _day(start)) == key


@pytest.mark.parametrize(
    ("key", "week_start", "start"),
    [
        ("2026-W47", MONDAY, "2026-11-16"),
        ("2026-W47", SUNDAY, "2026-11-15"),
        ("2026-W01", MONDAY, "2025-12-29"),
        ("2026-W53", MONDAY, "2026-12-28"),
        ("2026-W53", SATURDAY, "2026-12-26"),
    ],
)
def test_the_key_of_a_week_gives_its_start(key, week_start, start):
    assert PeriodCalendar(week_start=week_start).week_from_key(key) == _day(start)


@pytest.mark.parametrize(
    "key",
    [
        *("", "2026", "2026-47", "2026-W", "2026-W7", "2026-W047", "2026-w47", " 2026-W47"),
        *("2026-W47\n", "2026-W00", "2026-W54", "2025-W53", "0000-W01", "٢٠٢٦-W47"),
    ],
)
def test_a_week_that_does_not_exist_has_no_start(key):
    with pytest.raises(ValueError):  # noqa: PT011  # the promise is any ValueError
        PLAIN.week_from_key(key)


# -- Months, quarters and years ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grain", "day", "start", "last_day"),
    [
        (DAY, "2026-11-18", "2026-11-18", "2026-11-18"),
        (WEEK, "2026-11-18", "2026-11-16", "2026-11-22"),
        (WEEK, "2027-01-01", "2026-12-28", "2027-01-03"),
        (MONTH, "2026-11-18", "2026-11-01", "2026-11-30"),
        (MONTH, "2024-02-29", "2024-02-01", "2024-02-29"),
        (MONTH, "2100-02-28", "2100-02-01", "2100-02-28"),
        (MONTH, "2026-12-31", "2026-12-01", "2026-12-31"),
        (QUARTER, "2026-11-18", "2026-10-01", "2026-12-31"),
        (QUARTER, "2026-01-01", "2026-01-01", "2026-03-31"),
        (YEAR, "2026-11-18", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_of_the_calendar_year(grain, day, start, last_day):
    found = PLAIN.start(grain, _day(day))

    assert (found, PLAIN.last_day(grain, found)) == (_day(start), _day(last_day))


@pytest.mark.parametrize(
    ("fiscal_start", "day", "quarter", "year"),
    [
        (4, "2026-11-18", "2026-10-01", "2026-04-01"),
        (4, "2026-03-31", "2026-01-01", "2025-04-01"),
        (4, "2026-04-01", "2026-04-01", "2026-04-01"),
        (2, "2026-01-31", "2025-11-01", "2025-02-01"),
        (2, "2026-02-01", "2026-02-01", "2026-02-01"),
        (9, "2026-11-18", "2026-09-01", "2026-09-01"),
        (9, "2026-02-28", "2025-12-01", "2025-09-01"),
        (12, "2026-11-30", "2026-09-01", "2025-12-01"),
        (12, "2026-12-01", "2026-12-01", "2026-12-01"),
    ],
)
def test_a_fiscal_year_and_its_quarters_begin_in_its_month(fiscal_start, day, quarter, year):
    calendar = PeriodCalendar(fiscal_start=fiscal_start)

    assert calendar.start(QUARTER, _day(day)) == _day(quarter)
    assert calendar.start(YEAR, _day(day)) == _day(year)


def test_the_fiscal_year_does_not_move_months_or_weeks():
    day = _day("2026-11-18")

    assert FROM_APRIL.start(MONTH, day) == _day("2026-11-01")
    assert FROM_APRIL.start(WEEK, day) == _day("2026-11-16")


@pytest.mark.parametrize(
    ("calendar", "grain", "start", "key"),
    [
        (PLAIN, DAY, "2026-11-16", "2026-11-16"),
        (PLAIN, MONTH, "2026-02-01", "2026-02"),
        (PLAIN, QUARTER, "2026-01-01", "2026-Q1"),
        (PLAIN, QUARTER, "2026-10-01", "2026-Q4"),
        (PLAIN, YEAR, "2026-01-01", "2026"),
        # A fiscal year is named after the year in which it begins.
        (FROM_APRIL, QUARTER, "2026-04-01", "2026-Q1"),
        (FROM_APRIL, QUARTER, "2027-01-01", "2026-Q4"),
        (FROM_APRIL, YEAR, "2026-04-01", "2026"),
        (FROM_APRIL, MONTH, "2027-01-01", "2027-01"),
    ],
)
def test_a_period_has_a_name_for_addresses(calendar, grain, start, key):
    assert calendar.key(grain, _day(start)) == key


# -- Walking and counting ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grain", "start", "periods", "shifted"),
    [
        (DAY, "2026-12-31", 1, "2027-01-01"),
        (WEEK, "2026-11-16", -47, "2025-12-22"),
        (MONTH, "2026-11-01", 2, "2027-01-01"),
        (MONTH, "2026-01-01", -1, "2025-12-01"),
        (MONTH, "2026-11-01", -23, "2024-12-01"),
        (QUARTER, "2026-10-01", 1, "2027-01-01"),
        (QUARTER, "2026-01-01", -5, "2024-10-01"),
        (YEAR, "2026-04-01", -3, "2023-04-01"),
        (YEAR, "2026-04-01", 0, "2026-04-01"),
    ],
)
def test_a_period_lies_some_periods_from_another(grain, start, periods, shifted):
    assert PLAIN.shift(grain, _day(start), periods) == _day(shifted)


@pytest.mark.parametrize(
    ("grain", "first", "last", "starts"),
    [
        (WEEK, "2026-11-18", "2026-11-30", ["2026-11-16", "2026-11-23", "2026-11-30"]),
        (WEEK, "2026-11-18", "2026-11-29", ["2026-11-16", "2026-11-23"]),
        (MONTH, "2026-11-18", "2027-01-01", ["2026-11-01", "2026-12-01", "2027-01-01"]),
        (QUARTER, "2026-12-31", "2026-12-31", ["2026-10-01"]),
        (DAY, "2026-11-18", "2026-11-17", []),
    ],
)
def test_the_periods_between_two_days(grain, first, last, starts):
    found = PLAIN.starts(grain, _day(first), _day(last))

    assert [start.isoformat() for start in found] == starts


@pytest.mark.parametrize(
    ("finer", "grain", "start", "count"),
    [
        (DAY, WEEK, "2026-11-16", 7),
        (DAY, MONTH, "2026-02-01", 28),
        (DAY, MONTH, "2024-02-01", 29),
        (DAY, QUARTER, "2026-10-01", 92),
        (DAY, YEAR, "2026-01-01", 365),
        (DAY, YEAR, "2024-01-01", 366),
        (MONTH, QUARTER, "2026-10-01", 3),
        (MONTH, YEAR, "2026-01-01", 12),
        (QUARTER, YEAR, "2026-01-01", 4),
        # By their Mondays: 5 to 26 October, 2 to 30 November, 7 to 28 December.
        (WEEK, MONTH, "2026-10-01", 4),
        (WEEK, MONTH, "2026-11-01", 5),
        (WEEK, MONTH, "2026-12-01", 4),
        (WEEK, QUARTER, "2026-10-01", 13),
        (WEEK, YEAR, "2026-01-01", 52),
        # 2024 began on a Monday and ended on a Tuesday.
        (WEEK, YEAR, "2024-01-01", 53),
    ],
)
def test_how_many_finer_periods_a_period_has(finer, grain, start, count):
    assert PLAIN.count(finer, grain, _day(start)) == count


@pytest.mark.parametrize(("week_start", "count"), [(MONDAY, 5), (SATURDAY, 4), (SUNDAY, 5)])
def test_a_week_counts_in_the_month_of_its_first_day(week_start, count):
    """November 2026 runs from a Sunday to a Monday: five of each, four Saturdays."""
    calendar = PeriodCalendar(week_start=week_start)

    assert calendar.count(WEEK, MONTH, _day("2026-11-01")) == count


@pytest.mark.parametrize(
    ("grain", "start", "last_day"),
    [
        (DAY, "2026-11-16", "2026-11-16"),
        (WEEK, "2026-11-16", "2026-11-22"),
        (MONTH, "2026-11-01", "2026-11-30"),
        (QUARTER, "2026-10-01", "2026-12-31"),
        (YEAR, "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_is_over_on_the_day_after_its_last(grain, start, last_day):
    today = _day(last_day)

    assert not PLAIN.is_over(grain, _day(start), today=today)
    assert PLAIN.is_over(grain, _day(start), today=today + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("grain", "today", "start"),
    [
        (DAY, "2026-11-16", "2026-11-15"),
        (WEEK, "2026-11-15", "2026-11-02"),
        (WEEK, "2026-11-16", "2026-11-09"),
        (MONTH, "2026-01-01", "2025-12-01"),
        (QUARTER, "2026-12-31", "2026-07-01"),
        (YEAR, "2026-12-31", "2025-01-01"),
    ],
)
def test_the_last_complete_period_is_the_one_before_today_s(grain, today, start):
    assert PLAIN.last_complete(grain, today=_day(today)) == _day(start)


def test_grains_go_from_fine_to_coarse():
    assert DAY.upwards() == [DAY, WEEK, MONTH, QUARTER, YEAR]
    assert QUARTER.upwards() == [QUARTER, YEAR]
    assert [grain.rank for grain in Grain] == [0, 1, 2, 3, 4]


# -- For any calendar and any day ----------------------------------------------------------------


@given(calendar=CALENDARS, grain=GRAINS, day=DAYS)
def test_every_day_lies_in_its_period(calendar, grain, day):
    start = calendar.start(grain, day)

    assert start <= day <= calendar.last_day(grain, start)


@given(calendar=CALENDARS, grain=GRAINS, day=DAYS)
def test_the_first_and_the_last_day_lie_in_the_same_period(calendar, grain, day):
    start = calendar.start(grain, day)

    assert calendar.start(grain, start) == start
    assert calendar.start(grain, calendar.last_day(grain, start)) == start


@given(calendar=CALENDARS, grain=GRAINS, day=DAYS)
def test_the_next_period_begins_where_this_one_ends(calendar, grain, day):
    start = calendar.start(grain, day)
    end = calendar.end(grain, start)

    assert calendar.start(grain, end) == end
    assert calendar.shift(grain, end, -1) == start


@given(calendar=CALENDARS, grain=GRAINS, day=DAYS)
def test_a_period_has_the_length_of_its_kind(calendar, grain, day):
    allowed = {
        DAY: {1},
        WEEK: {7},
        MONTH: {28, 29, 30, 31},
        QUARTER: {89, 90, 91, 92},
        YEAR: {365, 366},
    }
    start = calendar.start(grain, day)

    assert (calendar.end(grain, start) - start).days in allowed[grain]


@given(calendar=CALENDARS, grain=GRAINS, day=DAYS, periods=st.integers(-60, 60))
def test_going_there_and_back_ends_where_it_began(calendar, grain, day, periods):
    start = calendar.start(grain, day)

    assert calendar.shift(grain, calendar.shift(grain, start, periods), -periods) == start


@given(calendar=CALENDARS, day=DAYS, grain=st.sampled_from([MONTH, QUARTER, YEAR]))
def test_every_week_counts_in_exactly_one_coarser_period(calendar, day, grain):
    """So the counts of the months are the weeks that begin in them, none lost, none twice."""
    start = calendar.start(grain, day)
    last = calendar.last_day(grain, start)
    begun = [week for week in calendar.starts(WEEK, start, last) if week >= start]

    assert calendar.count(WEEK, grain, start) == len(begun)


@given(calendar=CALENDARS, day=DAYS)
def test_quarters_nest_in_fiscal_years_and_months_in_quarters(calendar, day):
    year = calendar.start(YEAR, day)
    quarter = calendar.start(QUARTER, day)

    assert calendar.start(YEAR, quarter) == year
    assert calendar.start(QUARTER, calendar.start(MONTH, day)) == quarter
    assert sum(
        calendar.count(WEEK, QUARTER, calendar.shift(QUARTER, year, number)) for number in range(4)
    ) == calendar.count(WEEK, YEAR, year)


@given(calendar=CALENDARS, day=DAYS)
def test_the_key_of_any_week_leads_back_to_it(calendar, day):
    start = calendar.start(WEEK, day)

    assert calendar.week_from_key(calendar.key(WEEK, start)) == start


@given(day=DAYS)
def test_a_week_from_monday_has_its_iso_number(day):
    year, week, _weekday = day.isocalendar()

    assert PLAIN.week_number(PLAIN.start(WEEK, day)) == (year, week)


@given(calendar=CALENDARS, grain=GRAINS, day=DAYS)
def test_neighbouring_periods_have_different_keys(calendar, grain, day):
    start = calendar.start(grain, day)

    assert calendar.key(grain, start) != calendar.key(grain, calendar.end(grain, start))
