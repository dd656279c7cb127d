"""Guessing from headers and contents where the columns of a file go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.intake import Column, Kind
from core.intake.evidence import REMEMBERED_TEXTS as COUNTED
from goals.rules.names import has_word, normal
from goals.rules.new_kpis import usual_cadence

# Headers over names of KPIs, in English, Polish, Italian and Thai.
_NAMING = frozenset({
    "metric", "measure", "kpi", "indicator", "variable",
    "wskaźnik", "miara", "metryka", "metrica", "misura", "indicatore", "ตัวชี้วัด",
})  # fmt: skip
# Numbers that say when something was, or which row it is.
_NO_VALUES = frozenset({
    "id", "year", "month", "week", "quarter", "day", "hour", "rok", "miesiąc", "tydzień", "kwartał",
    "anno", "mese", "settimana", "trimestre", "ปี", "เดือน", "สัปดาห์", "ไตรมาส",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A KPI that columns may go to."""

    code: str
    name: str
    has_breakdown: bool


def find_known(text: str, kpis: Iterable[Known]) -> Known | None:
    """Give the KPI that is called like this, by its code or its name."""
    wanted = normal(text)
    return next((kpi for kpi in kpis if wanted in (normal(kpi.code), normal(kpi.name))), None)


def guess(columns: Sequence[Column], kpis: Sequence[Known], *, rows: int) -> dict[str, Any]:
    """
    Propose a mapping of a table of ``rows``; what cannot be guessed is left out.

    The first column of dates is the date. Columns of numbers called like a KPI go to it. Where
    none is, the file is read as a long one if a column of text names KPIs, or else each column of
    numbers becomes a KPI of its own. Columns of text that tell rows of the same day apart are
    segments.
    """
    dates = [column for column in columns if column.kind is Kind.DATE]
    numbers = [column for column in columns if column.kind is Kind.NUMBER and column.header]
    texts = [column for column in columns if column.kind is Kind.TEXT]
    values = {c.name: known.code for c in numbers if (known := find_known(c.name, kpis))}
    proposal: dict[str, Any] = {
        "date": dates[0].name if dates else None,
        "segment": [],
        "values": values,
    }
    cadence = usual_cadence(dates[0].spacing if dates else None)
    naming = None if values or len(numbers) != 1 else _naming_column(texts, kpis)
    if naming is not None:
        texts = [column for column in texts if column is not naming]
        proposal |= {"kpi": [naming.name], "value": numbers[0].name, "values": {}}
        proposal["create"] = {"cadence": cadence, "columns": [], "names": True}
        rows //= naming.different
    elif not values:
        new = [column.name for column in numbers if not has_word(column.name, _NO_VALUES)]
        proposal["create"] = {"cadence": cadence, "columns": new, "names": False}
    segments = _segments(texts, dates[:1], rows)
    if "create" in proposal:
        proposal |= {"segment": segments, "new_segments": True}
    elif any(kpi.has_breakdown for kpi in kpis):
        proposal["segment"] = segments or [column.name for column in texts]
    return proposal


def _segments(texts: Sequence[Column], dates: Sequence[Column], rows: int) -> list[str]:
    """Name as many columns as it takes to tell the rows of a day apart, the richest first."""
    told_apart = max((rows if c.different > COUNTED else c.different for c in dates), default=1)
    chosen = set()
    for column in sorted(texts, key=lambda column: -column.different):
        if told_apart >= rows:
            break
        chosen.add(column.index)
        told_apart *= column.different
    return [column.name for column in texts if column.index in chosen]


def _naming_column(texts: Sequence[Column], kpis: Sequence[Known]) -> Column | None:
    named = (c for c in texts if any(find_known(choice, kpis) for choice in c.choices))
    return next(named, next((c for c in texts if has_word(c.name, _NAMING)), None))
