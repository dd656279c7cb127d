"""
Tables written as CSV, the only place that does.

A spreadsheet runs a cell that begins like a formula, whoever wrote it. Such texts get an
apostrophe in front, which spreadsheets take for "this is text"; numbers and dates stay what
they are. ``unguarded`` takes the apostrophe off again, so what was exported can be read back.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from core.numbers import plain

# The mark by which spreadsheets know UTF-8.
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# Where the comma is in the numbers, it cannot be between them.
_DELIMITERS: Final = {".": ",", ",": ";"}
# Spaces and quotes do not protect: spreadsheets take them off before they look.
_FORMULA = re.compile("[\\s'\"`´‘’“”]*?[=+\\-@＝＋－＠\t\r\n\0]")


def csv_chunks(rows: Iterable[Sequence[object]], *, decimal_mark: str = ".") -> Iterator[bytes]:
    """
    Write rows as CSV in UTF-8, piece by piece, the header being the first row.

    Numbers (int, Decimal) are written exactly and without grouping, dates and moments the ISO
    way, None as an empty cell, everything else as guarded text. With ``decimal_mark`` ``,`` the
    file is one that spreadsheets of such a language open: semicolons between the cells.
    """
    writer = csv.writer(_Echo(), delimiter=_DELIMITERS[decimal_mark])  # noqa: TID251 - the one
    yield BYTE_ORDER_MARK
    for row in rows:
        line: str = writer.writerow([_cell(value, decimal_mark) for value in row])
        yield line.encode()


def guarded(text: str) -> str:
    """Give the text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """Give the text of a cell that ``guarded`` may have changed."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def _cell(value: object, decimal_mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | Decimal):
        return plain(Decimal(value)).replace(".", decimal_mark)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float):
        raise TypeError("Numbers are exported exactly: pass a Decimal, not a float.")
    return guarded(str(value))


class _Echo:
    """A file that hands back what is written, so that ``writerow`` returns the line."""

    def write(self, line: str) -> str:
        return line
