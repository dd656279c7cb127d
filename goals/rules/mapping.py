"""Where the columns of a file go, as it is written in JSON or chosen on a page."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, TypeVar

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.intake import Column
from goals.rules.rollups import CADENCE_GRAINS

JOINT = " / "
LONGEST_JOINT = 20
_Choice = TypeVar("_Choice", bound=StrEnum)


class MappingError(DomainError):
    """The columns cannot be taken as they are matched."""


class Repeats(StrEnum):
    """What several rows for one period come to."""

    REFUSE = "refuse"  # a problem, if they differ
    ADD = "add"
    LAST = "last"  # the row that stands last in the file


class Stopgap(StrEnum):
    """What stands in for a cell that should be a number and is not."""

    EMPTY = "empty"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Creation:
    """
    The KPIs that a file may create: one for each of ``columns``, one for each unknown name.

    They are measured at ``cadence``; what else they are is proposed by ``rules.new_kpis``.
    ``called`` are the names of those that are not called like their column.
    """

    cadence: str
    columns: tuple[int, ...] = ()
    names: bool = False
    called: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matching:
    """
    Where the columns go, by their index.

    The days stand in the column ``date``, or all rows are of one ``day``. A wide file has a
    column per KPI (``values``: index to code; ``create``). A long one names the KPI in the
    columns ``kpi`` and has one ``value`` column; ``names`` maps what stands there to codes, with
    "" for what is left out. Several columns are joined by ``joint``. ``filters`` keeps the rows
    that have one of some texts in a column, ``without`` drops them. ``unreadable`` says what
    cells of a column are taken for that should be numbers and are not.
    """

    date: int | None = None
    day: dt.date | None = None
    segment: tuple[int, ...] = ()
    values: Mapping[int, str] = field(default_factory=dict)
    kpi: tuple[int, ...] = ()
    value: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    joint: str = JOINT
    new_segments: bool = False
    filters: Mapping[int, frozenset[str]] = field(default_factory=dict)
    without: Mapping[int, frozenset[str]] = field(default_factory=dict)
    unreadable: Mapping[int, Stopgap] = field(default_factory=dict)
    repeats: Repeats = Repeats.REFUSE
    create: Creation | None = None

    @property
    def is_long(self) -> bool:
        return self.value is not None

    @property
    def new_columns(self) -> tuple[int, ...]:
        return self.create.columns if self.create else ()

    def as_json(self, columns: Sequence[Column]) -> dict[str, Any]:
        """Write the matching with the names of ``columns``, for ``from_json``."""

        def names(indexes: Iterable[int]) -> list[str]:
            return [columns[index].name for index in indexes]

        return {
            "date": None if self.date is None else columns[self.date].name,
            "day": None if self.day is None else self.day.isoformat(),
            "segment": names(self.segment),
            "values": {columns[index].name: code for index, code in self.values.items()},
            "kpi": names(self.kpi),
            "value": None if self.value is None else columns[self.value].name,
            "names": dict(self.names),
            "joint": self.joint,
            "new_segments": self.new_segments,
            "filters": {columns[i].name: sorted(texts) for i, texts in self.filters.items()},
            "without": {columns[i].name: sorted(texts) for i, texts in self.without.items()},
            "unreadable": {columns[i].name: str(stop) for i, stop in self.unreadable.items()},
            "repeats": str(self.repeats),
            "create": None
            if self.create is None
            else {
                "cadence": self.create.cadence,
                "columns": names(self.create.columns),
                "names": self.create.names,
                "called": {columns[i].name: name for i, name in self.create.called.items()},
            },
        }

    @classmethod
    def from_json(cls, data: Any, columns: Sequence[Column]) -> Self:
        """
        Read a mapping; columns are named by their name, their header or their index.

        Raises:
            MappingError: it names a column that is not there, or does not say enough.
        """
        given = _object(data, _("The mapping"))
        _refuse_unknown(given, _KEYS)
        if (given.get("date") is None) == (given.get("day") is None):
            raise MappingError(_("Say which column holds the date, or of which day all rows are."))
        long = given.get("value") is not None
        values = {} if long else _codes(given.get("values"), columns)
        create = _creation(given.get("create"), columns)
        has_values = bool(values or (create and create.columns))
        if long != bool(given.get("kpi")) or long == has_values:
            raise MappingError(_("Say where the values are: a column per KPI, or one for all."))
        if create and set(create.columns) & set(values):
            raise MappingError(_("A column goes to a KPI that is there, or to a new one."))
        names = _object(given.get("names") or {}, "names")
        return cls(
            date=None if given.get("date") is None else _index(given["date"], columns),
            day=_day(given.get("day")),
            segment=_indexes(given.get("segment"), columns),
            values=values,
            kpi=_indexes(given.get("kpi"), columns),
            value=_index(given["value"], columns) if long else None,
            names={str(name): str(code or "") for name, code in names.items()},
            joint=str(given.get("joint", JOINT))[:LONGEST_JOINT],
            new_segments=given.get("new_segments") is True,
            filters=_filters(given, "filters", columns),
            without=_filters(given, "without", columns),
            unreadable=_unreadable(given.get("unreadable"), columns),
            repeats=_choice(Repeats, "repeats", given.get("repeats") or Repeats.REFUSE),
            create=create,
        )


def without_others(mapping: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Leave out of a complete mapping the columns that are not among ``names``."""

    def kept(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: each for name, each in part.items() if name in names}
        if isinstance(part, list):
            return [name for name in part if name in names]
        return part if part in names else None

    create = mapping["create"]
    if create:
        create = {**create, "columns": kept(create["columns"]), "called": kept(create["called"])}
    parts = {name: kept(mapping.get(name)) for name in _OF_COLUMNS}
    return {**mapping, **parts, "create": create}


_OF_COLUMNS = ("date", "segment", "values", "kpi", "value", "filters", "without", "unreadable")
_KEYS = {
    "date", "day", "segment", "values", "kpi", "value", "names", "joint", "new_segments",
    "filters", "without", "unreadable", "repeats", "create",
}  # fmt: skip


def _object(given: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise MappingError(_("“%(name)s” must be a JSON object.") % {"name": name})
    return given


def _refuse_unknown(given: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(given) - known:
        parts = ", ".join(sorted(map(str, unknown)))
        raise MappingError(_("The mapping has unknown parts: %(names)s.") % {"names": parts})


def _codes(given: Any, columns: Sequence[Column]) -> dict[int, str]:
    codes: dict[int, str] = {}
    for name, code in _object(given or {}, "values").items():
        if not code:
            continue
        if code in codes.values():
            message = _("Two columns go to “%(code)s”. Choose one of them.")
            raise MappingError(message % {"code": str(code)[:80]})
        codes[_index(name, columns)] = str(code)
    return codes


def _day(given: Any) -> dt.date | None:
    try:
        return None if given is None else dt.date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        message = _("“%(day)s” is not a day such as 2026-11-09.")
        raise MappingError(message % {"day": str(given)[:80]}, field="day") from error


def _filters(
    given: Mapping[str, Any], part: str, columns: Sequence[Column]
) -> dict[int, frozenset[str]]:
    filters = {}
    for name, texts in _object(given.get(part) or {}, part).items():
        if not isinstance(texts, list | tuple):
            raise MappingError(_("“%(name)s” must be a list.") % {"name": part})
        if texts:
            filters[_index(name, columns)] = frozenset(map(str, texts))
    return filters


def _unreadable(given: Any, columns: Sequence[Column]) -> dict[int, Stopgap]:
    return {
        _index(name, columns): _choice(Stopgap, "unreadable", stop)
        for name, stop in _object(given or {}, "unreadable").items()
    }


def _choice(kind: type[_Choice], name: str, given: Any) -> _Choice:
    try:
        return kind(given)
    except ValueError as error:
        raise _no_choice(name, kind) from error


def _creation(given: Any, columns: Sequence[Column]) -> Creation | None:
    if given is None:
        return None
    wanted = _object(given, "create")
    _refuse_unknown(wanted, {"cadence", "columns", "names", "called"})
    if wanted.get("cadence") not in CADENCE_GRAINS:
        raise _no_choice("cadence", CADENCE_GRAINS)
    return Creation(
        cadence=wanted["cadence"],
        columns=_indexes(wanted.get("columns"), columns),
        names=wanted.get("names") is True,
        called=_called(wanted.get("called"), columns),
    )


def _called(given: Any, columns: Sequence[Column]) -> dict[int, str]:
    named = _object(given or {}, "called").items()
    return {_index(column, columns): " ".join(str(name).split()) for column, name in named if name}


def _no_choice(name: str, choices: Iterable[str]) -> MappingError:
    message = _("“%(name)s” must be one of: %(choices)s.")
    return MappingError(message % {"name": name, "choices": ", ".join(choices)})


def _indexes(given: Any, columns: Sequence[Column]) -> tuple[int, ...]:
    names = given if isinstance(given, list | tuple) else [] if given is None else [given]
    return tuple(dict.fromkeys(_index(name, columns) for name in names))


def _index(name: Any, columns: Sequence[Column]) -> int:
    for column in columns:
        if name in (column.name, column.header):
            return column.index
    text = str(name)
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < len(columns):
        return int(text)
    raise MappingError(_("The file has no column “%(name)s”.") % {"name": text[:80]})
