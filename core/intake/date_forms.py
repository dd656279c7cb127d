"""
The written forms of dates, each under a code.

A month, week or quarter stands for its first day (quarters of the calendar year); a time of day
is dropped as written. Years of the Buddhist era (2569) become common ones (2026). Years of two
digits begin at a pivot: with 70 they lie between 1970 and 2069. Only 1900 to 2100 is taken.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop

from core.intake.months import MONTH_PATTERN, MONTHS, is_thai
from core.periods import Grain

FIRST_YEAR, LAST_YEAR = 1900, 2100
BUDDHIST_ERA = 543
PIVOT = 70

_TIME = (
    r"(?:(?:t|,? (?:at )?)(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]+)?)?"
    r"(?: ?[ap]\.?m\.?)?(?: ?(?:z|utc|gmt|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_DAY = r"(?P<day>[0-9]{1,2})"
_MONTH = r"(?P<month>[0-9]{1,2})"
_NAME = rf"(?P<name>{MONTH_PATTERN})"
_LONG_YEAR = r"(?P<year>[0-9]{4})"
_YEAR = r"(?:พ\.ศ\. ?|ค\.ศ\. ?)?(?P<year>[0-9]{4}|[0-9]{2})(?: ?r\.?)?"


@dataclass(frozen=True, slots=True)
class Form:
    """What a form is called, how much time it stands for, and how it is recognised."""

    words: str
    precision: Grain
    patterns: tuple[re.Pattern[str], ...]


def _form(words: str, precision: Grain, *patterns: str) -> Form:
    return Form(words, precision, tuple(re.compile(pattern) for pattern in patterns))


FORMS = {
    "iso": _form(
        gettext_noop("year-month-day, such as 2026-11-09"),
        Grain.DAY,
        rf"{_LONG_YEAR}([-/.]){_MONTH}\2{_DAY}{_TIME}",
    ),
    "yyyymmdd": _form(
        gettext_noop("year, month and day in eight digits, such as 20261109"),
        Grain.DAY,
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    ),
    "dmy": _form(
        gettext_noop("day first, such as 9.11.2026 or 9/11/2026"),
        Grain.DAY,
        rf"{_DAY}([-/.]) ?{_MONTH}\2 ?{_YEAR}{_TIME}",
    ),
    "mdy": _form(
        gettext_noop("month first, such as 11/9/2026"),
        Grain.DAY,
        rf"{_MONTH}([-/]) ?{_DAY}\2 ?{_YEAR}{_TIME}",
    ),
    "named": _form(
        gettext_noop("day and month in words, such as 9 Nov 2026"),
        Grain.DAY,
        rf"{_DAY}(?:st|nd|rd|th|\.|º)?[-/ ]*{_NAME}\.?,?[-/ ]*{_YEAR}{_TIME}",
        rf"{_NAME}\.?[- ]*{_DAY}(?:st|nd|rd|th)?(?:,[- ]*|[- ]+){_YEAR}{_TIME}",
    ),
    "month_named": _form(
        gettext_noop("month in words and year, such as Nov 2026 or Nov-26"),
        Grain.MONTH,
        rf"{_NAME}\.?,?[-/' ]*{_YEAR}",
        rf"{_LONG_YEAR}[-/ ]*{_NAME}\.?",
    ),
    "month": _form(
        gettext_noop("month and year, such as 2026-11 or 11/2026"),
        Grain.MONTH,
        rf"{_LONG_YEAR}[-/]{_MONTH}",
        rf"{_MONTH}[-/]{_LONG_YEAR}",
    ),
    "yyyymm": _form(
        gettext_noop("year and month in six digits, such as 202611"),
        Grain.MONTH,
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})",
    ),
    "week": _form(
        gettext_noop("ISO week, such as 2026-W46"),
        Grain.WEEK,
        rf"{_LONG_YEAR}[- ]?w ?(?P<week>[0-9]{{1,2}})",
        r"(?:w|wk|week|tydz\.|tydzień|settimana|สัปดาห์ที่) ?(?P<week>[0-9]{1,2})[-/, ]+" + _LONG_YEAR,
    ),
    "quarter": _form(
        gettext_noop("quarter of the calendar year, such as 2026-Q3"),
        Grain.QUARTER,
        rf"{_LONG_YEAR}[-/ ]?[qt](?P<quarter>[1-4])",
        rf"(?:[qt](?P<quarter>[1-4])|(?P<numbered>[1-4]) ?kw\.?)[-/ ]*{_LONG_YEAR}",
    ),
    "year": _form(gettext_noop("year, such as 2026"), Grain.YEAR, _LONG_YEAR),
    "range": _form(
        gettext_noop("from–to with the day first, such as 9–15 Nov 2026 or 9.11–15.11.2026"),
        Grain.WEEK,
    ),
    "range_mdy": _form(
        gettext_noop("from–to with the month first, such as 11/9/2026–11/15/2026"), Grain.WEEK
    ),
}
# Ranges are put together in date_ranges; their days have this order when months are numbers.
RANGES = {"range": "dmy", "range_mdy": "mdy"}


def find(code: str, body: str, pivot: int = PIVOT) -> date | None:
    """
    Read a tidied text in one form; None if it is written otherwise.

    Raises:
        ValueError: it is written so, but the calendar has no such date.
    """
    for pattern in FORMS[code].patterns:
        match = pattern.fullmatch(body)
        if match:
            return _date(match.groupdict(), pivot)
    return None


def _date(parts: dict[str, str | None], pivot: int) -> date:
    name = parts.get("name")
    year = _year(parts["year"] or "", pivot, thai=name is not None and is_thai(name))
    if week := parts.get("week"):
        return date.fromisocalendar(year, int(week), 1)
    if quarter := parts.get("quarter") or parts.get("numbered"):
        return date(year, 3 * int(quarter) - 2, 1)
    month = MONTHS[name] if name else int(parts.get("month") or 1)
    return date(year, month, int(parts.get("day") or 1))


def _year(digits: str, pivot: int, *, thai: bool) -> int:
    year = int(digits)
    if len(digits) == 2:
        if thai:  # "69" beside a Thai month is 2569
            return 2500 + year - BUDDHIST_ERA
        return (1900 if year >= pivot else 2000) + year
    if year >= FIRST_YEAR + BUDDHIST_ERA:
        year -= BUDDHIST_ERA
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(digits)
    return year
