"""Where the columns of a file go: written by hand, chosen on a page, or guessed from headers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.intake import Column, Kind

JOINT = " / "
LONGEST_JOINT = 20


class MappingError(DomainError):
    """The columns cannot be taken as they are matched."""


@dataclass(frozen=True, slots=True)
class Matching:
    """
    Where the columns go, by their index.

    A wide file has a column per KPI (``values``: index to code). A long one names the KPI in
    the columns ``kpi`` and has one ``value`` column; ``names`` maps what stands there to codes,
    with "" for what is left out. Several columns are joined by ``joint``.
    """

    date: int
    segment: tuple[int, ...] = ()
    values: Mapping[int, str] = field(default_factory=dict)
    kpi: tuple[int, ...] = ()
    value: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    joint: str = JOINT
    new_segments: bool = False

    @property
    def is_long(self) -> bool:
        return self.value is not None

    def as_json(self) -> dict[str, Any]:
        return {
            "date": self.date,
            "segment": list(self.segment),
            "values": {str(index): code for index, code in self.values.items()},
            "kpi": list(self.kpi),
            "value": self.value,
            "names": dict(self.names),
            "joint": self.joint,
            "new_segments": self.new_segments,
        }

    @classmethod
    def from_json(cls, data: Any, columns: Sequence[Column]) -> Self:
        """
        Read a mapping; columns are named by index or by header.

        Raises:
            MappingError: it names a column that is not there, or does not say enough.
        """
        given = _object(data, _("The mapping"))
        unknown = set(given) - _KEYS
        if unknown:
            parts = ", ".join(sorted(map(str, unknown)))
            raise MappingError(_("The mapping has unknown parts: %(names)s.") % {"names": parts})
        if given.get("date") is None:
            raise MappingError(_("Say which column holds the date."))
        long = given.get("value") is not None
        values = {} if long else _codes(given.get("values"), columns)
        if long != bool(given.get("kpi")) or not (long or values):
            raise MappingError(_("Say where the values are: a column per KPI, or one for all."))
        names = _object(given.get("names") or {}, "names")
        return cls(
            date=_index(given["date"], columns),
            segment=_indexes(given.get("segment"), columns),
            values=values,
            kpi=_indexes(given.get("kpi"), columns),
            value=_index(given["value"], columns) if long else None,
            names={str(name): str(code or "") for name, code in names.items()},
            joint=str(given.get("joint", JOINT))[:LONGEST_JOINT],
            new_segments=given.get("new_segments") is True,
        )


_KEYS = {"date", "segment", "values", "kpi", "value", "names", "joint", "new_segments"}


def _object(given: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise MappingError(_("“%(name)s” must be a JSON object.") % {"name": name})
    return given


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


def _indexes(given: Any, columns: Sequence[Column]) -> tuple[int, ...]:
    names = given if isinstance(given, list | tuple) else [] if given is None else [given]
    return tuple(_index(name, columns) for name in names)


def _index(name: Any, columns: Sequence[Column]) -> int:
    for column in columns:
        if name in (column.header, column.name):
            return column.index
    text = str(name)
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < len(columns):
        return int(text)
    raise MappingError(_("The file has no column “%(name)s”.") % {"name": text[:80]})


@dataclass(frozen=True, slots=True)
class Known:
    """A KPI that columns may go to."""

    code: str
    name: str
    has_breakdown: bool


def normal(text: str) -> str:
    """Reduce a name to what two spellings of it have in common."""
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def find_known(text: str, kpis: Iterable[Known]) -> Known | None:
    """Give the KPI that is called like this, by its code or its name."""
    wanted = normal(text)
    return next((kpi for kpi in kpis if wanted in (normal(kpi.code), normal(kpi.name))), None)


def guess(columns: Sequence[Column], kpis: Sequence[Known]) -> dict[str, Any]:
    """
    Propose a mapping from headers and contents; what cannot be guessed is left out.

    The first column of dates is the date. Columns of numbers called like a KPI go to it; where
    none is, and a column of text names KPIs, the file is read as a long one.
    """
    dates = [column for column in columns if column.kind is Kind.DATE]
    proposal: dict[str, Any] = {"date": dates[0].index if dates else None, "segment": []}
    numbers = [column for column in columns if column.kind is Kind.NUMBER]
    values = {c.index: known.code for c in numbers if (known := find_known(c.name, kpis))}
    texts = [column for column in columns if column.kind is Kind.TEXT]
    naming = next((c for c in texts if any(find_known(s, kpis) for s in c.samples)), None)
    if not values and naming is not None and len(numbers) == 1:
        proposal |= {"kpi": [naming.index], "value": numbers[0].index}
        texts = [column for column in texts if column is not naming]
    else:
        proposal["values"] = {str(index): code for index, code in values.items()}
    if any(kpi.has_breakdown for kpi in kpis):
        proposal["segment"] = [column.index for column in texts]
    return proposal
