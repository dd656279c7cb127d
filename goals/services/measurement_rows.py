"""Batches of measured values as they come in, and what is wrong with each row."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation

import msgspec
from django.utils.translation import gettext as _

from core.numbers import STORED_PLACES, plain
from core.periods import Grain
from goals.models import Kpi, Segment
from goals.rules.values import problem_of_day, problem_of_unit
from goals.selectors.series import Place
from teams.models import Membership, Workspace
from teams.policy import Action

# PostgreSQL stores every character but this one.
NUL = "\0"
LONGEST_NOTE = 500
LONGEST_SOURCE = 80
# Numbers are stored as numeric(24, 8): this takes no more, and rounds nothing.
_STORED = Context(prec=24, traps=[Inexact, InvalidOperation])


class NewValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """
    A value as it comes in; without ``value`` it is a known gap and its note says why.

    A struct, because the API decodes bodies of 10,000 rows right into it.
    """

    kpi: str
    date: date
    value: Decimal | None
    segment: str | None = None
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """The natural key of a measurement, in the words of the API."""

    kpi: str
    date: date
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was not taken: its place in the batch, the field to blame, a sentence."""

    index: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, through which door; ``kpi_codes`` narrows a token to the KPIs it names."""

    membership: Membership
    source: str
    kpi_codes: Collection[str] | None = None

    def may_write(self, kpi: Kpi) -> bool:
        if self.kpi_codes is not None and kpi.code not in self.kpi_codes:
            return False
        if self.membership.may(Action.ENTER_NUMBERS):
            return True
        own = kpi.owner_id == self.membership.pk
        return own and self.membership.may(Action.ENTER_OWN_NUMBERS)


Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the rows of one KPI and segment go, or why they go nowhere."""

    place: Place = (0, None)
    grain: Grain = Grain.DAY
    unit: str = ""
    problem: Problem | None = None


class Reader:
    """
    Finds the series and the period of each row, and what is wrong with it.

    What many rows share is worked out once: who may write to a KPI, whether a segment is there,
    in which period a day falls.
    """

    def __init__(
        self, workspace: Workspace, by: Author, at: datetime, rows: Sequence[NewValue]
    ) -> None:
        codes, segments = {row.kpi for row in rows}, {row.segment for row in rows}
        kpis = Kpi.objects.for_workspace(workspace).filter(code__in=_storable(codes))
        self._kpis: dict[str, Kpi] = {kpi.code: kpi for kpi in kpis}
        breakdowns = {kpi.breakdown_id for kpi in self._kpis.values() if kpi.breakdown_id}
        self._segments = _find_segments(breakdowns, _storable(segments)) if breakdowns else {}
        self._calendar = workspace.calendar
        self._by = by
        self._today = workspace.today(at=at)
        self._spots: dict[tuple[str, str | None], _Spot] = {}
        self._starts: dict[tuple[Grain, date], date] = {}

    def place(
        self, rows: Iterable[NewValue]
    ) -> tuple[dict[tuple[Place, date], NewValue], list[RowError]]:
        """Sort rows under their place and period; of equal rows one is kept."""
        places: dict[tuple[Place, date], NewValue] = {}
        errors: list[RowError] = []
        for index, row in enumerate(rows):
            spot = self._spot(row.kpi, row.segment)
            problem = (
                spot.problem or self._problem_of_date(row.date) or _problem_of_value(spot.unit, row)
            )
            if problem:
                errors.append(RowError(index, *problem))
                continue
            key = (spot.place, self._start(spot.grain, row.date))
            other = places.setdefault(key, row)
            if other is not row and other.value != row.value:
                errors.append(RowError(index, "value", _contradiction(other, row)))
        return places, errors

    def _spot(self, code: str, segment: str | None) -> _Spot:
        spot = self._spots.get((code, segment))
        if spot is None:
            spot = self._spots[code, segment] = self._find_spot(code, segment)
        return spot

    def _find_spot(self, code: str, segment: str | None) -> _Spot:
        kpi = self._kpis.get(code)
        if kpi is None:
            message = _("There is no KPI with the code “%(code)s”.") % {"code": code[:80]}
            return _Spot(problem=("kpi", message))
        problem = self._problem_of_kpi(kpi) or self._problem_of_segment(kpi, segment)
        if problem:
            return _Spot(problem=problem)
        pk = None if segment is None else self._segments[kpi.breakdown_id, segment]
        return _Spot((kpi.pk, pk), kpi.grain, kpi.unit)

    def _problem_of_kpi(self, kpi: Kpi) -> Problem | None:
        if not self._by.may_write(kpi):
            return "kpi", _("You may not enter numbers of “%(kpi)s”.") % {"kpi": kpi.name}
        if kpi.is_formula:
            return "kpi", _("“%(kpi)s” is computed by its formula.") % {"kpi": kpi.name}
        if kpi.is_archived:
            return "kpi", _("“%(kpi)s” is archived.") % {"kpi": kpi.name}
        return None

    def _problem_of_segment(self, kpi: Kpi, code: str | None) -> Problem | None:
        if kpi.breakdown_id is None:
            if code is None:
                return None
            return "segment", _("“%(kpi)s” has no breakdown.") % {"kpi": kpi.name}
        if code is None:
            message = _("Say for which segment: the total of “%(kpi)s” is computed.")
            return "segment", message % {"kpi": kpi.name}
        if (kpi.breakdown_id, code) not in self._segments:
            return "segment", _("There is no segment “%(code)s”.") % {"code": code[:120]}
        return None

    def _problem_of_date(self, day: date) -> Problem | None:
        why = problem_of_day(day, today=self._today)
        return ("date", why) if why else None

    def _start(self, grain: Grain, day: date) -> date:
        start = self._starts.get((grain, day))
        if start is None:
            start = self._starts[grain, day] = self._calendar.start(grain, day)
        return start


def _storable(codes: Iterable[str | None]) -> list[str]:
    return [code for code in codes if code is not None and NUL not in code]


def _find_segments(
    breakdowns: Collection[int], codes: Collection[str]
) -> dict[tuple[int | None, str], int]:
    """Give by breakdown and code the segments that rows name: often few of very many."""
    found = Segment.objects.filter(breakdown__in=breakdowns, code__in=codes)
    return {
        (breakdown, code): pk
        for breakdown, code, pk in found.values_list("breakdown", "code", "pk")
    }


def _problem_of_value(unit: str, row: NewValue) -> Problem | None:
    if row.note or row.source:
        problem = _problem_of_texts(row)
        if problem:
            return problem
    if row.value is not None:
        return _problem_of_number(unit, row.value)
    if row.note.strip():
        return None
    return "note", _("Say in the note why there is no value.")


def _problem_of_texts(row: NewValue) -> Problem | None:
    if len(row.note) > LONGEST_NOTE:
        return "note", _("A note has at most %(most)d characters.") % {"most": LONGEST_NOTE}
    if len(row.source) > LONGEST_SOURCE:
        return "source", _("A source has at most %(most)d characters.") % {"most": LONGEST_SOURCE}
    for field, text in (("note", row.note), ("source", row.source)):
        if NUL in text:
            return field, _("This text holds characters that cannot be stored.")
    return None


def _problem_of_number(unit: str, value: Decimal) -> Problem | None:
    try:
        stored = value.quantize(STORED_PLACES, context=_STORED)
    except Inexact:
        return "value", _("At most 8 decimals can be stored.")
    except InvalidOperation:
        return "value", _("This number is too large.")
    if not stored.is_finite():
        return "value", _("This is not a number.")
    why = problem_of_unit(value, unit)
    return ("value", why) if why else None


def _contradiction(one: NewValue, other: NewValue) -> str:
    return _("Two different values for one period: %(one)s and %(other)s.") % {
        "one": "–" if one.value is None else plain(one.value),
        "other": "–" if other.value is None else plain(other.value),
    }
