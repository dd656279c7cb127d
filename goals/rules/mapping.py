"""Where the columns of a file go: written by hand, chosen on a page, or guessed from headers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.intake import Column, Kind

JOINT = " / "


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
    def from_json(cls, data: Mapping[str, Any], columns: Sequence[Column]) -> Self:
        """
        Read a mapping; columns are named by index or by header.

        Raises:
            MappingError: it names a column that is not there, or does not say enough.
        """
        unknown = set(data) - _KEYS
        if unknown:
            names = ", ".join(sorted(unknown))
            raise MappingError(_("The mapping has unknown parts: %(names)s.") % {"names": names})
        if data.get("date") is None:
            raise MappingError(_("Say which column holds the date."))
        long = data.get("value") is not None
        values = {} if long else _codes(data.get("values"), columns)
        if long != bool(data.get("kpi")) or not (long or values):
            raise MappingError(_("Say where the values are: a column per KPI, or one for all."))
        return cls(
            date=_index(data["date"], columns),
            segment=_indexes(data.get("segment"), columns),
            values=values,
            kpi=_indexes(data.get("kpi"), columns),
            value=_index(data["value"], columns) if long else None,
            names={str(name): str(code or "") for name, code in data.get("names", {}).items()},
            joint=str(data.get("joint", JOINT)),
            new_segments=bool(data.get("new_segments", False)),
        )


_KEYS = {"date", "segment", "values", "kpi", "value", "names", "joint", "new_segments"}


def _codes(given: Any, columns: Sequence[Column]) -> dict[int, str]:
    return {_index(name, columns): str(code) for name, code in dict(given or {}).items() if code}


def _indexes(given: Any, columns: Sequence[Column]) -> tuple[int, ...]:
    names = given if isinstance(given, list | tuple) else [] if given is None else [given]
    return tuple(_index(name, columns) for name in names)


def _index(name: Any, columns: Sequence[Column]) -> int:
    for column in columns:
        if name in (column.header, column.name):
            return column.index
    text = str(name)
    if text.isascii() and text.isdigit() and int(text) < len(columns):
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
