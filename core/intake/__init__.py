"""
Strict reading of tables out of files and pasted text.

Knows nothing of what the tables mean. ``open_table`` describes a file, its ``rows`` stream, and
each column gives a reader that turns its cells into numbers or dates, or says what is wrong.
"""

from core.intake.column import Certainty, Column, reading_words
from core.intake.dates import CODES, DateFormat
from core.intake.errors import AmbiguousNumberError, CellError, IntakeError
from core.intake.found import LineCount
from core.intake.opening import open_table
from core.intake.options import ColumnOptions, Kind, ReadOptions
from core.intake.rows import Row
from core.intake.skipped import Reason, Skipped
from core.intake.table import Table, TableInfo

__all__ = [
    "CODES",
    "AmbiguousNumberError",
    "CellError",
    "Certainty",
    "Column",
    "ColumnOptions",
    "DateFormat",
    "IntakeError",
    "Kind",
    "LineCount",
    "ReadOptions",
    "Reason",
    "Row",
    "Skipped",
    "Table",
    "TableInfo",
    "open_table",
    "reading_words",
]
