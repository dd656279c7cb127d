"""Finding out from a column's cells how its dates are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final

from core.intake.cells import MISSING
from core.intake.date_forms import PIVOT
from core.intake.dates import CODES, DateFormat, tidy_date
from core.intake.errors import CellError

# A column is one of dates when at least this share of its different cells are dates.
MOSTLY = 0.6
# Only forms that occur among the first cells are tried on the others.
TRIED_FIRST = 50
# Counts of some 200,000 look like months by chance: all must, and there must be so many of them.
ENOUGH_BY_CHANCE = 3
# Where years of two digits may turn, the likeliest first, and how many cells are asked.
PIVOTS = (PIVOT, 60, 50, 40, 80, 30, 90, 20, 10, 0)
ENOUGH_FOR_PIVOT = 200
# "2026" alone is taken for a year only when a person says so.
GUESSED = tuple(code for code in CODES if code != "year")

_MAY_BE_DAY = re.compile(r"(?<![0-9])(?:0[1-9]|[12][0-9]|3[01])$")

# Written as a date, but there is no such day.
NO_SUCH_DAY: Final = "no such day"
_Reading = date | str | None


@dataclass(frozen=True, slots=True)
class DateGuess:
    """The formats that fit best; more than one, or not ``sure``, means a person must choose."""

    formats: tuple[DateFormat, ...]
    sure: bool


def guess_dates(texts: Sequence[str]) -> DateGuess | None:
    """
    Find the format that reads most of the texts, given in the order of their rows.

    Day and month first are told apart by the days after the 12th; where there are none, both
    formats are given.
    """
    bodies = [body for text in texts if (body := _body(text)) not in MISSING]
    readings = {
        code: _readings(code, bodies)
        for code in GUESSED
        if any(_read(DateFormat(code), body) for body in bodies[:TRIED_FIRST])
    }
    if len(bodies) < ENOUGH_BY_CHANCE or not all(map(_is_day, readings.get("yyyymm", []))):
        readings.pop("yyyymm", None)
    formats = [fit_pivot(code, bodies) for code in _best(readings, needed=MOSTLY * len(bodies))]
    if not formats:
        return None
    may_be_days = formats[0].code == "month_named" and _look_like_days(bodies)
    return DateGuess(tuple(formats), sure=len(formats) == 1 and not may_be_days)


def _readings(code: str, bodies: list[str]) -> list[_Reading]:
    """Read each body as the column's reader would: in the format, or else as an ISO day."""
    form, iso = DateFormat(code), DateFormat("iso")
    return [_read(form, body) or _read(iso, body) for body in bodies]


def _best(readings: dict[str, list[_Reading]], *, needed: float) -> list[str]:
    """
    List the formats that read the most days; of those that agree in every cell only the first.

    For a column to be one of dates at all, days that do not exist count half, unless
    they are plain digits, which may be anything.
    """
    existing = {code: sum(map(_is_day, days)) for code, days in readings.items()}
    wrong = {
        code: 0 if code.startswith("yyyy") else days.count(NO_SUCH_DAY)
        for code, days in readings.items()
    }
    fitting = [code for code in readings if existing[code] + wrong[code] / 2 >= needed]
    most = max(existing.values(), default=0)
    best: dict[str, list[_Reading]] = {}
    for code in fitting:
        if existing[code] == most and readings[code] not in best.values():
            best[code] = readings[code]
    return list(best)


def fit_pivot(code: str, texts: Sequence[str]) -> DateFormat:
    """
    Find where the column's years of two digits turn from 20.. to 19...

    If the column runs in one direction not with the usual pivot but with another, as
    Jan-65, …, Jan-75 does, that other is meant.
    """
    form = DateFormat(code)
    bodies = [_body(text) for text in texts[:ENOUGH_FOR_PIVOT]]

    def days(pivot: int) -> list[date]:
        pivoted = replace(form, pivot=pivot)
        readings = [_read(pivoted, body) for body in bodies]
        return [reading for reading in readings if isinstance(reading, date)]

    if days(0) == days(100):  # all years have four digits
        return form
    pivot = next((pivot for pivot in PIVOTS if _runs_one_way(days(pivot))), PIVOT)
    return replace(form, pivot=pivot)


def _runs_one_way(days: list[date]) -> bool:
    pairs = list(pairwise(days))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def _look_like_days(bodies: list[str]) -> bool:
    """Tell whether "Jan-05" may be the fifth of January: the month stays, the number changes."""
    if not all(_MAY_BE_DAY.search(body) for body in bodies):
        return False
    months = [_MAY_BE_DAY.sub("", body) for body in bodies]
    repeats = sum(a == b for a, b in pairwise(months))
    return 2 * repeats > len(months) - 1


def _read(form: DateFormat, body: str) -> _Reading:
    try:
        return form.find(body)
    except ValueError:
        return NO_SUCH_DAY


def _is_day(reading: _Reading) -> bool:
    return isinstance(reading, date)


def _body(text: str) -> str:
    try:
        return tidy_date(text)
    except CellError:
        return text


def is_date(text: str) -> bool:
    """Tell whether ``text`` is written as a date in any format that is guessed."""
    body = _body(text)
    return any(_is_day(_read(DateFormat(code), body)) for code in GUESSED)
