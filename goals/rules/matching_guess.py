"""Guessing from headers and contents where the columns of a file go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.intake import Column, Kind
from core.intake.evidence import REMEMBERED_TEXTS as COUNTED
from goals.rules.mapping import JOINT, Repeats
from goals.rules.names import has_word, normal
from goals.rules.new_kpis import usual_cadence
from goals.rules.other_names import code_called
from goals.rules.presets import Preset, plain_header, recognise

# Headers over names of KPIs, in English, Polish, Italian and Thai.
_NAMING = frozenset({
    "metric", "measure", "kpi", "indicator", "variable",
    "wskaźnik", "miara", "metryka", "metrica", "misura", "indicatore", "ตัวชี้วัด",
})  # fmt: skip
# Headers over what a KPI is cut by, even where a file is about one of them only.
_CUTTING = frozenset({
    "campaign", "channel", "source", "medium", "country", "market", "region", "city", "segment",
    "audience", "list", "group", "ad", "device", "platform", "brand", "product", "store",
    "kampania", "kanał", "źródło", "kraj", "rynek", "miasto", "urządzenie", "produkt", "sklep",
    "campagna", "canale", "fonte", "paese", "mercato", "regione", "città", "prodotto", "negozio",
    "แคมเปญ", "ช่องทาง", "ประเทศ", "ตลาด", "ภูมิภาค", "จังหวัด", "อุปกรณ์", "สินค้า", "สาขา",
})  # fmt: skip
# Numbers that say when something was, or which row it is.
_NO_VALUES = frozenset({
    "id", "year", "month", "week", "quarter", "day", "hour", "rok", "miesiąc", "tydzień", "kwartał",
    "anno", "mese", "settimana", "trimestre", "ปี", "เดือน", "สัปดาห์", "ไตรมาส",
})  # fmt: skip
# Headers that say only that numbers are below; what they are says the title above the table.
_NAMELESS = frozenset({
    "primary", "value", "values", "count", "number", "total", "wartość", "liczba", "razem",
    "valore", "numero", "totale", "ค่า", "จำนวน", "รวม",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A KPI that columns may go to, and what its breakdown is called if it has one."""

    code: str
    name: str
    breakdown: str = ""


def telling_title(columns: Sequence[Column], title: str) -> str:
    """Give the title of a table if it, and not the header, says what its only numbers are."""
    numbers = [column for column in columns if column.kind is Kind.NUMBER]
    return title if len(numbers) == 1 and normal(numbers[0].header) in _NAMELESS else ""


def find_known(text: str, kpis: Iterable[Known]) -> Known | None:
    """Give the KPI that is called like this, by its code or its name."""
    wanted = normal(text)
    return next((kpi for kpi in kpis if wanted in (normal(kpi.code), normal(kpi.name))), None)


def guess(
    columns: Sequence[Column], kpis: Sequence[Known], *, rows: int, title: str = ""
) -> dict[str, Any]:
    """
    Propose a mapping of a table of ``rows`` under a ``title``; what cannot be guessed is left out.

    The first column of dates is the date. Columns of numbers called like a KPI, or as one of the
    library often is, go to it. Where none is, the file is read as a long one if a column of text
    names KPIs, or else each column of numbers becomes a KPI of its own. Columns of text that tell
    rows of the same day apart are segments. What is known of a tool's exports goes before all that.
    """
    preset = recognise(column.header for column in columns)
    dates = _dates(columns, preset)
    texts = [column for column in columns if column.kind is Kind.TEXT]
    numbers = [
        column
        for column in columns
        if column.kind is Kind.NUMBER
        and column.header
        and not (preset and preset.leaves_out(column))
    ]
    called = _called(numbers, preset, title)
    values = {
        column.name: known.code
        for column in numbers
        if (known := find_known(called.get(column.name, ""), kpis) or find_known(column.name, kpis))
    }
    if preset is None:
        values |= _otherwise_called(numbers, kpis, values)
    proposal: dict[str, Any] = {
        "date": dates[0].name if dates else None,
        "segment": [],
        "values": values,
        "repeats": Repeats.ADD if preset and preset.adds else Repeats.REFUSE,
    }
    cadence = usual_cadence(dates[0].spacing if dates else None)
    naming = None if values or len(numbers) != 1 else _naming_column(texts, kpis)
    if naming is not None:
        texts = [column for column in texts if column is not naming]
        proposal |= {"kpi": [naming.name], "value": numbers[0].name, "values": {}}
        proposal["create"] = _creation(cadence, names=True)
        rows //= naming.different
    elif not values:
        new = [column.name for column in numbers if not has_word(column.name, _NO_VALUES)]
        named = {name: called[name] for name in new if name in called}
        proposal["create"] = _creation(cadence, columns=new, called=named)
    if "create" in proposal:
        segments = _of_preset(texts, preset) or _segments(texts, dates[:1], rows)
        proposal |= {"segment": segments, "new_segments": True}
    else:
        cuts = {kpi.breakdown for kpi in kpis if kpi.code in values.values()} - {""}
        proposal["segment"] = _cut(texts, cuts, preset, dates[:1], rows) if cuts else []
    return proposal


def _otherwise_called(
    numbers: Sequence[Column], kpis: Sequence[Known], values: dict[str, str]
) -> dict[str, str]:
    """Match columns that are called as a KPI of the library often is; each KPI is taken once."""
    free = {kpi.code for kpi in kpis} - {*values.values()}
    found: dict[str, str] = {}
    for column in numbers:
        code = code_called(column.name)
        if column.name not in values and code in free:
            found[column.name] = code
            free.discard(code)
    return found


def _creation(
    cadence: str,
    *,
    columns: Sequence[str] = (),
    called: dict[str, str] | None = None,
    names: bool = False,
) -> dict[str, Any]:
    return {"cadence": cadence, "columns": [*columns], "names": names, "called": called or {}}


def _dates(columns: Sequence[Column], preset: Preset | None) -> list[Column]:
    """
    List the columns of dates, the one that counts first.

    None counts where a tool says over which days it summed up: then no row is of one day.
    """
    dates = [column for column in columns if column.kind is Kind.DATE]
    if preset is None or preset.span is None:
        return dates
    ends = [column for column in dates if plain_header(column.header) in preset.span]
    days = {column.samples for column in ends}
    if ends and all(column.different == 1 for column in ends) and len(days) > 1:
        return []
    return ends or dates


def _called(numbers: Sequence[Column], preset: Preset | None, title: str) -> dict[str, str]:
    """Name what would become a KPI after the tool or the title, where its header is not enough."""
    if told := telling_title(numbers, title):
        return {numbers[0].name: told}
    if preset and preset.prefix:
        return {column.name: preset.name_of(column) for column in numbers}
    return {}


def _of_preset(texts: Sequence[Column], preset: Preset | None) -> list[str]:
    names = {plain_header(column.header): column.name for column in texts}
    return next(
        ([names[name]] for name in (preset.segments if preset else ()) if name in names), []
    )


def _cut(
    texts: Sequence[Column],
    cuts: Iterable[str],
    preset: Preset | None,
    dates: Sequence[Column],
    rows: int,
) -> list[str]:
    """Name the columns that the breakdown of known KPIs is called after, or else the likeliest."""
    names = {column.name for column in texts}
    for cut in cuts:
        if names.issuperset(parts := cut.split(JOINT)):
            return parts
    likely = _of_preset(texts, preset) or _segments(texts, dates, rows)
    return likely or [column.name for column in texts]


def _segments(texts: Sequence[Column], dates: Sequence[Column], rows: int) -> list[str]:
    """
    Name as many columns as it takes to tell the rows of a day apart, the richest first.

    A file about one campaign alone says so in every row: the next file is about another one.
    """
    told_apart = max((rows if c.different > COUNTED else c.different for c in dates), default=1)
    chosen = set()
    for column in sorted(texts, key=lambda column: -column.different):
        if told_apart >= rows:
            break
        chosen.add(column.index)
        told_apart *= column.different
    always = (c.index for c in texts if c.different == 1 and has_word(c.name, _CUTTING))
    chosen.update(always if dates and not chosen else ())
    return [column.name for column in texts if column.index in chosen]


def _naming_column(texts: Sequence[Column], kpis: Sequence[Known]) -> Column | None:
    named = (c for c in texts if any(find_known(choice, kpis) for choice in c.choices))
    return next(named, next((c for c in texts if has_word(c.name, _NAMING)), None))
