"""
The rows of one sheet of a workbook, read from its XML as a stream.

openpyxl reads sheets too, but with the pure-Python parser that safe parsing costs it: some ten
times slower, and without telling an empty cell from a formula whose result was not saved.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from typing import IO

from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel

from core.intake.cells import CONTROL, TypedDate, TypedNumber
from core.intake.errors import IntakeError, control_character
from core.intake.numbers import INTEGER_DIGITS
from core.intake.rows import Row
from core.intake.xml_stream import feed, local
from core.numbers import plain, round_stored

LAST_LINE = 1_048_576  # of any sheet
COMPUTED_DIGITS = 15
MIDNIGHT = time()
# Dates that come again and again are remembered, up to this many.
REMEMBERED = 4096

_TEXTS = frozenset({"s", "str", "inlineStr"})
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")
_SHORT_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{0,6}[1-9])?")


class Style(Enum):
    """What a cell's number format makes of its number."""

    PLAIN = auto()
    PERCENTAGE = auto()
    DATE = auto()
    DURATION = auto()


@dataclass(frozen=True, slots=True)
class SheetContext:
    """What cells refer to: texts and styles by their number, and the day that is day 0."""

    strings: Sequence[str]
    styles: Sequence[Style]
    epoch: datetime


class RowCollector:
    """Builds rows out of a sheet's elements: ``row``, in it ``c``, in that ``v``, ``f``, ``t``."""

    def __init__(self, context: SheetContext) -> None:
        self.rows: list[Row] = []
        self._context = context
        self._date = lru_cache(maxsize=REMEMBERED)(self._read_date)
        self._line = 0
        self._cells: list[str] = []
        self._column = 0
        self._cell: dict[str, str] = {}
        self._value: str | None = None
        self._has_formula = False
        self._pieces: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "c":
                self._cell = attributes
                self._value = None
                self._has_formula = False
                self._column = _column(attributes.get("r")) or self._column + 1
            case "v" | "t":
                self._pieces = []
            case "f":
                self._has_formula = True
            case "row":
                self._start_row(attributes.get("r"))

    def text(self, data: str) -> None:
        if self._pieces is not None:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        match local(name):
            case "v" | "t":
                # Text in the cell itself may be cut into runs, each with a ``t`` of its own.
                self._value = (self._value or "") + "".join(self._pieces or ())
                self._pieces = None
            case "c":
                self._end_cell()
            case "row":
                self.rows.append(Row(self._line, self._line, self._cells))

    def _start_row(self, number: str | None) -> None:
        line = int(number) if number else self._line + 1
        if not self._line < line <= LAST_LINE:
            raise ValueError("rows out of order")
        self._line, self._cells, self._column = line, [], 0

    def _end_cell(self) -> None:
        kind = self._cell.get("t", "n")
        # A formula may well result in an empty text, but not in an empty number.
        if self._value is None or (not self._value and kind not in _TEXTS):
            if self._has_formula:
                raise _no_result(self._cell.get("r", ""), self._line, self._column - 1)
            return
        text = self._text(kind, self._value)
        if text:
            self._cells.extend([""] * (self._column - len(self._cells)))
            self._cells[self._column - 1] = text

    def _text(self, kind: str, value: str) -> str:
        match kind:
            case "n":
                return self._number(value)
            case "b":
                return "TRUE" if value == "1" else "FALSE"
            case "d":
                return TypedDate(value)
        text = self._context.strings[int(value)] if kind == "s" else value
        if CONTROL.search(text):
            raise control_character(self._line)
        return text

    def _number(self, value: str) -> str:
        match self._context.styles[int(self._cell.get("s", "0"))]:
            case Style.PLAIN:
                return TypedNumber(
                    value if _SHORT_NUMBER.fullmatch(value) else plain(exact(float(value)))
                )
            case Style.PERCENTAGE:
                return TypedNumber(plain(exact(float(value), shift=2)) + "%")
            case Style.DATE:
                return self._date(value)
        return str(from_excel(float(value), self._context.epoch, timedelta=True))

    def _read_date(self, value: str) -> str:
        moment = from_excel(float(value), self._context.epoch)
        if isinstance(moment, datetime):
            day = moment.date()
            return TypedDate(day if moment.time() == MIDNIGHT else moment.isoformat())
        return str(moment)


def read_rows(file: IO[bytes], context: SheetContext) -> Iterator[Row]:
    """
    Walk the rows of a sheet; rows that the file leaves out come as blank ones.

    Raises:
        IntakeError: a formula has no result, or a text has control characters.
        ValueError, IndexError, ArithmeticError: it is not a sheet.
    """
    collector = RowCollector(context)
    last = 0
    for _piece in feed(file, collector):
        for row in collector.rows:
            yield from (Row(line, line, []) for line in range(last + 1, row.line))
            yield row
            last = row.line
        collector.rows.clear()


def exact(value: float, shift: int = 0) -> Decimal:
    """
    Give a number of the file, times ten to the ``shift``, exactly unless it was computed.

    The file keeps binary fractions. One whose shortest form has 15 digits or more is the result
    of a computation (0.1 + 0.2 is kept as 0.30000000000000004) and is rounded to eight decimals;
    with fewer digits it is what somebody typed.
    """
    number = Decimal(repr(value)).scaleb(shift)
    was_computed = len(number.as_tuple().digits) >= COMPUTED_DIGITS
    return round_stored(number) if was_computed and number.adjusted() < INTEGER_DIGITS else number


def _column(reference: str | None) -> int:
    match = _REFERENCE.fullmatch(reference or "")
    return column_index_from_string(match[1]) if match else 0


def _no_result(cell: str, line: int, column: int) -> IntakeError:
    return IntakeError(
        _(
            "Cell %(cell)s holds a formula, but the file does not hold its result. Open it in a "
            "spreadsheet program, save it, and try again."
        )
        % {"cell": cell},
        code="formula_without_result",
        line=line,
        column=column,
    )
