"""Which periods a KPI's page shows, and which it compares them with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from core.periods import FIRST_DAY, LAST_DAY, Grain, PeriodCalendar

SPANS = (13, 26, 52, 104)
COMPARED = ("year", "prev")
# A span of one's own choice is cut to its latest periods.
LONGEST = 520
_YEAR = {Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4, Grain.YEAR: 1}


@dataclass(frozen=True, slots=True)
class Choice:
    """How the page was asked for: so many periods or from day to day, a comparison, a segment."""

    periods: int = SPANS[0]
    compared: str = COMPARED[0]
    segment: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read a query string; what it does not understand it takes as the default."""
        periods, compared = query.get("periods", ""), query.get("vs", "")
        return cls(
            periods=int(periods) if periods in map(str, SPANS) else SPANS[0],
            compared=compared if compared in COMPARED else COMPARED[0],
            segment=query.get("segment", ""),
            first=_day(query.get("from", "")),
            last=_day(query.get("to", "")),
        )

    @property
    def is_custom(self) -> bool:
        return self.first is not None or self.last is not None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


@dataclass(frozen=True, slots=True)
class Span:
    """The starts of the shown periods, newest first, and of the one that each is compared with."""

    starts: Sequence[date]
    compared: Sequence[date]


def get_span(choice: Choice, calendar: PeriodCalendar, grain: Grain, *, today: date) -> Span:
    """Give whole periods: the latest that are over, or those from one chosen day to another."""
    newest, count = calendar.last_complete(grain, today=today), choice.periods
    if choice.last is not None:
        newest = min(newest, calendar.start(grain, choice.last))
    if choice.first is not None:
        oldest = calendar.start(grain, choice.first)
        count = calendar.count_starts(grain, oldest, newest + timedelta(days=1))
    starts = [calendar.shift(grain, newest, -back) for back in range(max(1, min(count, LONGEST)))]
    back = len(starts) if choice.compared == "prev" else _YEAR[grain]
    return Span(starts, [calendar.shift(grain, start, -back) for start in starts])


def year_before(calendar: PeriodCalendar, grain: Grain, start: date) -> date:
    return calendar.shift(grain, start, -_YEAR[grain])
