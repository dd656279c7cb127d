"""Days, weeks, months, quarters and years as a workspace counts them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

THURSDAY = 3
# Where periods are asked for. Nothing is measured outside, and beyond both ends there is room to
# walk without leaving the calendar.
FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)


class Grain(StrEnum):
    """How long a period is, from fine to coarse."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    def upwards(self) -> list["Grain"]:
        """List this grain and the coarser ones, finest first."""
        return list(Grain)[self.rank :]


_RANKS = {grain: rank for rank, grain in enumerate(Grain)}
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Move:
    """How far a date goes, later or (below zero) earlier; false where it stays."""

    months: int = 0
    days: int = 0

    def __bool__(self) -> bool:
        return bool(self.months or self.days)

    def of(self, first_of_period: date) -> date:
        if self.months:
            return _plus_months(first_of_period, self.months)
        return first_of_period + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class PeriodCalendar:
    """
    The rules by which one workspace cuts time into periods.

    ``week_start`` is 0 for Monday to 6 for Sunday; ``fiscal_start`` is the month (1-12) in which
    the fiscal year, and with it the first quarter, begins. Months are calendar months.
    """

    week_start: int = 0
    fiscal_start: int = 1

    def start(self, grain: Grain, day: date) -> date:
        """Give the first day of the period that holds ``day``."""
        if grain is Grain.DAY:
            return day
        if grain is Grain.WEEK:
            return day - timedelta(days=(day.weekday() - self.week_start) % 7)
        length = _MONTHS[grain]
        into_period = (day.month - self.fiscal_start) % length
        return _plus_months(day.replace(day=1), -into_period)

    def end(self, grain: Grain, start: date) -> date:
        """Give the first day after the period that starts on ``start``."""
        return self.shift(grain, start, 1)

    def last_day(self, grain: Grain, start: date) -> date:
        return self.end(grain, start) - timedelta(days=1)

    def shift(self, grain: Grain, start: date, periods: int) -> date:
        """Give the start of the period that lies ``periods`` later (or earlier, if negative)."""
        if grain is Grain.DAY:
            return start + timedelta(days=periods)
        if grain is Grain.WEEK:
            return start + timedelta(weeks=periods)
        return _plus_months(start, periods * _MONTHS[grain])

    def starts(self, grain: Grain, first: date, last: date) -> Iterator[date]:
        """Walk the starts of the periods from the one that holds ``first`` to that of ``last``."""
        start = self.start(grain, first)
        while start <= last:
            yield start
            start = self.shift(grain, start, 1)

    def count(self, finer: Grain, grain: Grain, start: date) -> int:
        """
        Count the ``finer`` periods of the period that starts on ``start``.

        A finer period belongs wholly to the period that holds its first day.
        """
        return self.count_starts(finer, start, self.end(grain, start))

    def count_starts(self, grain: Grain, first: date, until: date) -> int:
        """Count the periods that start on ``first`` or later and before ``until``."""
        return max(0, self._index_after(grain, until) - self._index_after(grain, first))

    def _index_after(self, grain: Grain, day: date) -> int:
        """Give the number, counted from long ago, of the first period from ``day`` on."""
        if grain is Grain.DAY:
            return day.toordinal()
        if grain is Grain.WEEK:
            # The first of all days, number 1, is a Monday.
            return _ceil_divide(day.toordinal() - 1 - self.week_start, 7)
        months = day.year * 12 + day.month - self.fiscal_start + (day.day > 1)
        return _ceil_divide(months, _MONTHS[grain])

    def move_to(self, other: "PeriodCalendar", grain: Grain) -> Move:
        """
        Say how far the starts of this calendar's periods are from their heirs in another.

        The heir of a period is the one that has the most days in common with it; of two halves
        of a year, the one that begins in the same calendar year. All starts go equally far, so
        no two meet, and moving back brings each to where it was.
        """
        if grain is Grain.WEEK:
            return Move(days=_shortest(other.week_start - self.week_start, 7))
        if grain in {Grain.QUARTER, Grain.YEAR}:
            distance = other.fiscal_start - self.fiscal_start
            return Move(months=_shortest(distance, _MONTHS[grain]))
        return Move()

    def is_over(self, grain: Grain, start: date, *, today: date) -> bool:
        return self.end(grain, start) <= today

    def last_complete(self, grain: Grain, *, today: date) -> date:
        """Give the start of the latest period that is over."""
        return self.shift(grain, self.start(grain, today), -1)

    def week_number(self, start: date) -> tuple[int, int]:
        """Give the ISO year and number of the week: those of the Thursday in it."""
        year, week, _weekday = self._thursday(start).isocalendar()
        return year, week

    def _thursday(self, start: date) -> date:
        return start + timedelta(days=(THURSDAY - self.week_start) % 7)

    def key(self, grain: Grain, start: date) -> str:
        """Name the period for addresses: 2026-11-16, 2026-W47, 2026-11, 2026-Q4 or 2026."""
        if grain is Grain.DAY:
            return start.isoformat()
        if grain is Grain.WEEK:
            return "{}-W{:02}".format(*self.week_number(start))
        if grain is Grain.MONTH:
            return f"{start:%Y-%m}"
        year = self.start(Grain.YEAR, start).year
        if grain is Grain.YEAR:
            return str(year)
        return f"{year}-Q{self._quarter(start)}"

    def _quarter(self, start: date) -> int:
        return (start.month - self.fiscal_start) % 12 // 3 + 1

    def week_from_key(self, key: str) -> date:
        """
        Give the start of the week named ``2026-W46``.

        Raises:
            ValueError: the name is not of that form, or that year has no such week.
        """
        match = re.fullmatch(r"(\d{4})-W(\d{2})", key, re.ASCII)
        if match is None:
            raise ValueError(key)
        thursday = date.fromisocalendar(int(match[1]), int(match[2]), THURSDAY + 1)
        return self.start(Grain.WEEK, thursday)


def _shortest(distance: int, around: int) -> int:
    """Give the shortest way on a circle; of two equally long ones, that of ``distance``."""
    forward = distance % around
    if forward * 2 == around:
        return distance
    return forward if forward * 2 < around else forward - around


def _ceil_divide(number: int, by: int) -> int:
    return -(-number // by)


def _plus_months(first_of_month: date, months: int) -> date:
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return first_of_month.replace(year=index // 12, month=index % 12 + 1)
