"""A year of targets as a plan: what stands in each column, and the fewest rows that say it."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from core.numbers import plain
from core.periods import Grain, PeriodCalendar
from goals.rules.status import RANGES, Comparator, Goalpost
from goals.rules.targets import TargetLine

VARIES = "varies"
_NUMBER = r"-?[0-9]{1,16}(?:\.[0-9]{1,8})?"
_TOKEN = re.compile(rf"(?P<comparator>[a-z_]+):(?P<value>{_NUMBER})(?::(?P<upper>{_NUMBER}))?")
# What a cadence period's target may be: none at all is None.
Rows = dict[date, Goalpost | None]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a plan: periods of one grain, one after the other."""

    grain: Grain
    starts: Sequence[date]
    calendar: PeriodCalendar

    def before(self, column: date) -> date:
        """Give the column of the year before: the same month, or 52 weeks earlier."""
        return self.calendar.shift(self.grain, column, -12 if self.grain is Grain.MONTH else -52)

    def slots(self, cadence: Grain, *, today: date) -> "dict[date, Slot]":
        """Give what one can plan in each column in which a period of a KPI begins."""
        found = {column: self._slot(column, cadence, today=today) for column in self.starts}
        return {column: slot for column, slot in found.items() if slot is not None}

    def _slot(self, column: date, cadence: Grain, *, today: date) -> "Slot | None":
        until = self.calendar.end(self.grain, column)
        last = self.calendar.last_day(self.grain, column)
        begins = [day for day in self.calendar.starts(cadence, column, last) if day >= column]
        if not begins:
            return None
        still = (day for day in begins if not self.calendar.is_over(cadence, day, today=today))
        first = next(still, None)
        return Slot(first or begins[-1], until, closed=first is None)


@dataclass(frozen=True, slots=True)
class Slot:
    """
    The cadence periods that begin from ``first`` to before ``until``.

    Those of a column that are over do not belong to it; a ``closed`` slot is the last of these.
    """

    first: date
    until: date
    closed: bool


class Standing(NamedTuple):
    """What the periods of a slot should reach; ``varies`` where not all the same."""

    goalpost: Goalpost | None
    varies: bool = False

    @property
    def is_range(self) -> bool:
        return self.goalpost is not None and self.goalpost.comparator in RANGES

    @property
    def token(self) -> str:
        """Name what was shown, so that somebody else's change is noticed when it comes back."""
        if self.varies:
            return VARIES
        if self.goalpost is None:
            return ""
        bounds = (self.goalpost.value, self.goalpost.upper)
        written = [plain(bound) for bound in bounds if bound is not None]
        return ":".join([self.goalpost.comparator, *written])


def read_token(token: str) -> Standing | None:
    """Read what ``Standing.token`` wrote; None where it wrote nothing of the kind."""
    if token in {"", VARIES}:
        return Standing(None, varies=token == VARIES)
    named = _TOKEN.fullmatch(token)
    if named is None or named["comparator"] not in Comparator:
        return None
    upper = Decimal(named["upper"]) if named["upper"] else None
    return Standing(Goalpost(Comparator(named["comparator"]), Decimal(named["value"]), upper))


def standing(line: TargetLine, slot: Slot) -> Standing:
    goalpost = line.at(slot.first)
    inside = range(bisect_left(line.starts, slot.first), bisect_left(line.starts, slot.until))
    return Standing(goalpost, varies=any(line.goalposts[n] != goalpost for n in inside))


def usual_comparator(line: TargetLine, day: date, direction: str) -> Comparator:
    """Give the comparator of a new target: that of the one before it, else of the direction."""
    earlier = line.at(day)
    if earlier is not None and earlier.comparator not in RANGES:
        return earlier.comparator
    return Comparator.AT_MOST if direction == "decrease" else Comparator.AT_LEAST


def replan(
    line: TargetLine, slots: Mapping[date, Slot], wanted: Mapping[date, Goalpost | None]
) -> Rows:
    """
    Give the rows of a KPI once the columns that are ``wanted`` have their new targets.

    The column after a changed one keeps what it had. Where it had nothing, and after the last
    column, the new target goes on until another begins.
    """
    rows: Rows = dict(zip(line.starts, line.goalposts, strict=True))
    columns = sorted(slots)
    touched = []
    for column, goalpost in sorted(wanted.items()):
        slot = slots[column]
        for start in [each for each in rows if slot.first <= each < slot.until]:
            del rows[start]
        rows[slot.first] = goalpost
        touched.append(slot.first)
        after = columns[columns.index(column) + 1 :][:1]
        if after and after[0] not in wanted:
            following = slots[after[0]].first
            if (kept := line.at(following)) is not None and following not in rows:
                rows[following] = kept
                touched.append(following)
    for start in touched:
        if _before(rows, start) == rows[start]:
            del rows[start]
    return rows


def _before(rows: Rows, start: date) -> Goalpost | None:
    earlier = [day for day in rows if day < start]
    return rows[max(earlier)] if earlier else None
