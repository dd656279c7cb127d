"""Ranges such as "9–15 Nov 2026", which stand for the day on which they start."""

import re
from datetime import date, timedelta

from core.intake.date_forms import find
from core.intake.months import MONTH_PATTERN, MONTHS

LONGEST_RANGE = timedelta(days=366)

_BETWEEN = re.compile(r" ?[-–—] ?| ?(?:to|do|al|ถึง|\.\.\.?) ?")
_DAY_ONLY = re.compile(r"[0-9]{1,2}")
_NAMED = re.compile(rf"([0-9]{{1,2}})[. ]*({MONTH_PATTERN})|({MONTH_PATTERN})\.? ?([0-9]{{1,2}})")
_NUMBERED = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})\.?")
_DAY_AND_YEAR = re.compile(r"([0-9]{1,2}),? ([0-9]{4})")


def find_range(body: str, order: str, pivot: int) -> date | None:
    """
    Read the first day of a range; ``order`` is dmy or mdy, for months written as numbers.

    The start may leave out what the end says: "9–15 Nov 2026", "28 Dec – 3 Jan 2027".

    Raises:
        ValueError: the calendar has no such dates, or the range runs backwards or too long.
    """
    for between in _BETWEEN.finditer(body):
        left, right = body[: between.start()], body[between.end() :]
        if left and right:
            start = _start(left, right, order, pivot)
            if start is not None:
                return start
    return None


def _start(left: str, right: str, order: str, pivot: int) -> date | None:
    def full_day(text: str) -> date | None:
        return find("iso", text) or find(order, text, pivot) or find("named", text, pivot)

    if (day_and_year := _DAY_AND_YEAR.fullmatch(right)) and _NAMED.fullmatch(left):
        # "Nov 9 – 15, 2026": the month stands before the first day.
        return full_day(f"{left}, {day_and_year[2]}")
    end = full_day(right)
    if end is None:
        return None
    start = full_day(left) or _completed(left, end, order)
    if start is not None and not timedelta(0) <= end - start <= LONGEST_RANGE:
        raise ValueError(left)
    return start


def _completed(left: str, end: date, order: str) -> date | None:
    """Give the start with month and year taken from the end where it does not name them."""
    if _DAY_ONLY.fullmatch(left):
        return end.replace(day=int(left))
    if named := _NAMED.fullmatch(left):
        month = MONTHS[named[2] or named[3]]
        return _before(end, month, int(named[1] or named[4]))
    if numbered := _NUMBERED.fullmatch(left):
        first, second = int(numbered[1]), int(numbered[2])
        return _before(end, *((second, first) if order == "dmy" else (first, second)))
    return None


def _before(end: date, month: int, day: int) -> date:
    start = date(end.year, month, day)
    return start if start <= end else date(end.year - 1, month, day)
