"""Finding out what each column of a table holds and how it is written, from its cells."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import count, pairwise
from statistics import median_low

from django.utils.translation import gettext as _

from core.intake.cells import is_missing
from core.intake.column import Certainty, Column
from core.intake.date_forms import RANGES
from core.intake.date_guess import DateGuess, fit_pivot, guess_dates
from core.intake.dates import CODES, DateFormat
from core.intake.errors import CellError
from core.intake.evidence import Evidence
from core.intake.labels import totals_label
from core.intake.numbers import MARKS, UNDECIDED, guess_mark, has_long_fraction, is_number
from core.intake.options import ColumnOptions, Kind, ReadOptions

# A column is one of numbers when at least this share of its different cells are numbers.
MOSTLY = 0.5
SAMPLES = 5
# A column with more different texts, or longer ones, names things rather than kinds of things.
MOST_CHOICES = 100
# Headers over years, in English, Polish, Italian, Thai and German.
_YEARS = frozenset({"year", "rok", "anno", "ปี", "ปี พ.ศ.", "พ.ศ.", "jahr"})
LONGEST_CHOICE = 100


def describe_columns(
    headers: Sequence[str], evidence: Sequence[Evidence], options: ReadOptions
) -> tuple[Column, ...]:
    """Find out how each column is written, obeying what the options say."""
    evidence = evidence[: len(headers)]
    texts = [list(filter(_tells_something, one.texts)) for one in evidence]
    columns = [
        _column(index, header, texts[index], evidence[index].shapes, options)
        for index, header in enumerate(headers)
    ]
    columns = _years_told(_dates_agreed(_marks_agreed(columns), texts), texts, options)
    names = _unique([column.name for column in columns])
    return tuple(
        replace(
            column,
            name=name,
            readable=_readable(column, own),
            different=len(own),
            choices=_choices(column, own),
            spacing=_spacing(column, own),
        )
        for column, name, own in zip(columns, names, texts, strict=True)
    )


def _tells_something(text: str) -> bool:
    return not is_missing(text) and totals_label(text) is None


def _column(
    index: int, header: str, texts: list[str], shapes: set[str], options: ReadOptions
) -> Column:
    asked = options.columns.get(index, ColumnOptions())
    name = header or _("Column %(number)s") % {"number": index + 1}
    column = Column(index, header, name, Kind.TEXT, samples=tuple(texts[:SAMPLES]))
    guess = guess_dates(texts) if asked.kind in ("", Kind.DATE) else None
    if guess or asked.kind == Kind.DATE:
        return _of_dates(column, texts, asked.date_format, guess)
    if asked.kind == Kind.NUMBER or (not asked.kind and _mostly_numbers(texts)):
        column = _of_numbers(column, texts, shapes, asked.decimal_mark or options.decimal_mark)
        is_long = any(map(has_long_fraction, shapes))
        return replace(column, rounded=is_long if asked.rounded is None else asked.rounded)
    return column if texts or asked.kind == Kind.TEXT else replace(column, kind=Kind.EMPTY)


def _mostly_numbers(texts: list[str]) -> bool:
    return bool(texts) and sum(map(is_number, texts)) >= MOSTLY * len(texts)


def _of_dates(column: Column, texts: list[str], asked: str, guess: DateGuess | None) -> Column:
    column = replace(column, kind=Kind.DATE)
    if asked:
        return replace(column, date_format=fit_pivot(asked, texts))
    if guess and guess.sure:
        return replace(column, date_format=guess.formats[0])
    codes = tuple(form.code for form in guess.formats) if guess else CODES
    return replace(column, certainty=Certainty.OPEN, alternatives=codes)


def _of_numbers(column: Column, texts: list[str], shapes: set[str], asked: str) -> Column:
    # What a workbook stores as a number says nothing about how its texts are written.
    written = {text for text in texts if type(text) is str}
    mark = asked or guess_mark(written | shapes)
    column = replace(column, kind=Kind.NUMBER)
    if mark == UNDECIDED:
        return replace(column, certainty=Certainty.OPEN, alternatives=MARKS)
    return replace(column, decimal_mark=mark)


def _marks_agreed(columns: list[Column]) -> list[Column]:
    """Read what can be read two ways as the other columns are read, if they agree."""
    decided = {column.decimal_mark for column in columns if column.decimal_mark}
    if len(decided) != 1:
        return columns
    (mark,) = decided
    return [
        replace(column, decimal_mark=mark, certainty=Certainty.LIKELY)
        if column.kind is Kind.NUMBER and column.certainty is Certainty.OPEN
        else column
        for column in columns
    ]


def _dates_agreed(columns: list[Column], texts: list[list[str]]) -> list[Column]:
    """Put day or month first as the other columns do, if they agree."""
    orders = {_order(column.date_format.code) for column in columns if column.date_format}
    decided = orders & set(RANGES.values())
    order = decided.pop() if len(decided) == 1 else ""

    def agreed(column: Column) -> Column:
        code = next((code for code in column.alternatives if _order(code) == order), "")
        if column.kind is not Kind.DATE or column.date_format or not code:
            return column
        form = fit_pivot(code, texts[column.index])
        return replace(column, date_format=form, certainty=Certainty.LIKELY)

    return [agreed(column) for column in columns]


def _years_told(
    columns: list[Column], texts: list[list[str]], options: ReadOptions
) -> list[Column]:
    """Read a column called "Year" as one, where nothing else says when something was."""
    if any(column.kind is Kind.DATE for column in columns):
        return columns
    form = DateFormat("year")

    def told(column: Column) -> Column:
        own = texts[column.index]
        is_called_so = column.header.casefold() in _YEARS and column.index not in options.columns
        if not is_called_so or not own or not all(_reads(form.read, text) for text in own):
            return column
        return replace(column, kind=Kind.DATE, date_format=form, certainty=Certainty.LIKELY)

    return [told(column) for column in columns]


def _order(code: str) -> str:
    return RANGES.get(code, code)


def _choices(column: Column, texts: list[str]) -> tuple[str, ...]:
    is_short = column.kind is Kind.TEXT and len(texts) <= MOST_CHOICES
    if not is_short or any(len(text) > LONGEST_CHOICE for text in texts):
        return ()
    return tuple(dict.fromkeys(text.strip() for text in texts))


def _spacing(column: Column, texts: list[str]) -> int | None:
    if column.date_format is None:
        return None
    days = {day for text in texts if (day := _day(column.date_format, text))}
    gaps = [(later - earlier).days for earlier, later in pairwise(sorted(days))]
    return median_low(gaps) if gaps else None


def _day(form: DateFormat, text: str) -> date | None:
    try:
        return form.read(text)
    except CellError:
        return None


def _readable(column: Column, texts: list[str]) -> float:
    reader: Callable[[str], object] = str
    if column.date_format:
        reader = column.date_format.read
    elif column.is_readable_number:
        reader = column.number_reader()
    return sum(_reads(reader, text) for text in texts) / len(texts) if texts else 1.0


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except CellError:
        return False
    return True


def _unique(names: Sequence[str]) -> list[str]:
    """Tell names that come again apart: Clicks, Clicks (2)."""
    taken: set[str] = set()
    unique = []
    for name in names:
        candidates = (f"{name} ({number})" for number in count(2))
        chosen = name if name not in taken else next(c for c in candidates if c not in taken)
        taken.add(chosen)
        unique.append(chosen)
    return unique
