"""Which target a period has."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.periods import Grain, PeriodCalendar
from goals.rules.status import Goalpost


@dataclass(frozen=True, slots=True)
class TargetLine:
    """The targets of one KPI or segment, each valid until the next; sorted by ``starts``."""

    starts: Sequence[date]
    goalposts: Sequence[Goalpost | None]

    def at(self, period: date) -> Goalpost | None:
        """Give the target of the cadence period that starts on ``period``."""
        position = bisect_right(self.starts, period) - 1
        return self.goalposts[position] if position >= 0 else None

    def over(
        self,
        grain: Grain,
        start: date,
        *,
        cadence: Grain,
        adds_up: bool,
        calendar: PeriodCalendar,
    ) -> Goalpost | None:
        """
        Give the target of a period of ``grain``, no finer than the cadence.

        KPIs that add up add the targets of the cadence periods; where one of these has none, or
        another comparator, the sum would mean nothing and there is no target. All others use
        the target that is valid on the last day.
        """
        if not self.starts:
            return None
        if grain is cadence:
            return self.at(start)
        end = calendar.end(grain, start)
        return self.between(start, end, cadence=cadence, adds_up=adds_up, calendar=calendar)

    def between(
        self,
        first: date,
        until: date,
        *,
        cadence: Grain,
        adds_up: bool,
        calendar: PeriodCalendar,
    ) -> Goalpost | None:
        """Give the target of the cadence periods that begin from ``first`` to before ``until``."""
        last_day = until - timedelta(days=1)
        if not adds_up:
            return self.at(last_day)
        if not self._changes_within(first, last_day):
            return _times(self.at(first), calendar.count_starts(cadence, first, until))
        inside = (day for day in calendar.starts(cadence, first, last_day) if day >= first)
        return _sum([self.at(day) for day in inside])

    def _changes_within(self, first: date, last: date) -> bool:
        return bisect_right(self.starts, first) != bisect_right(self.starts, last)


EMPTY = TargetLine(starts=(), goalposts=())


def _times(goalpost: Goalpost | None, count: int) -> Goalpost | None:
    if goalpost is None:
        return None
    upper = None if goalpost.upper is None else goalpost.upper * count
    return Goalpost(goalpost.comparator, goalpost.value * count, upper)


def _sum(goalposts: Sequence[Goalpost | None]) -> Goalpost | None:
    known = [goalpost for goalpost in goalposts if goalpost is not None]
    if len(known) < len(goalposts) or len({goalpost.comparator for goalpost in known}) != 1:
        return None
    uppers = [goalpost.upper for goalpost in known if goalpost.upper is not None]
    first = known[0]
    return Goalpost(
        first.comparator,
        sum((goalpost.value for goalpost in known[1:]), first.value),
        sum(uppers[1:], uppers[0]) if uppers else None,
    )
