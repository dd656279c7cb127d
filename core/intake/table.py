"""A table in a file: what was found out about it, and its rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.intake.cells import TypedNumber
from core.intake.column import Column
from core.intake.errors import IntakeError
from core.intake.found import FoundTable, LineCount
from core.intake.options import ReadOptions
from core.intake.rows import Row
from core.intake.skipped import Reason, Skipped
from core.numbers import figure

OnProblem = Callable[[IntakeError], None]


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One of the tables of a text or sheet, for a person to choose from."""

    index: int
    title: str
    header_line: int
    first_line: int
    last_line: int
    row_count: int


@dataclass(frozen=True, slots=True)
class DataRows:
    """The rows of one table that are neither its header nor set aside; iterable again and again."""

    all_rows: Callable[[], Iterator[Row]]
    found: FoundTable
    skipped: Sequence[Skipped]

    def __iter__(self) -> Iterator[Row]:
        header, last_line = self.found.header, self.found.last_line
        start = header.last_line + 1 if header else self.found.first_line
        aside = {
            line
            for one in self.skipped
            if one.reason is not Reason.BLANK and start <= one.first_line <= last_line
            for line in range(one.first_line, one.last_line + 1)
        }
        for row in self.all_rows():
            if row.line > last_line:
                return
            if row.line >= start and row.line not in aside and not row.is_blank:
                yield row


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table, described and ready to be read.

    ``options`` say how it is read, in full except for columns that are still open; opening the
    file with them gives the same table. Each line of the file is in a row, in the header, or in
    ``skipped``. The file must stay open while rows are read, and have one reader at a time.
    """

    options: ReadOptions
    sheets: tuple[str, ...]
    tables: tuple[TableInfo, ...]
    columns: tuple[Column, ...]
    skipped: tuple[Skipped, ...]
    row_count: int
    line_count: int
    short_rows: LineCount
    long_rows: LineCount
    _data: DataRows

    @property
    def info(self) -> TableInfo:
        return self.tables[self.options.table or 0]

    def rows(self, on_problem: OnProblem | None = None) -> Iterator[Row]:
        """
        Walk the rows of data; cells missing at the end of a row come as empty ones.

        Raises:
            IntakeError: a row has more cells than there are columns. With ``on_problem`` the
                error is handed to it instead, and reading goes on with the next row.
        """
        width = len(self.columns)
        commas = [column.index for column in self.columns if column.decimal_mark == ","]
        for row in self._data:
            fitted = row.fitted(width)
            if fitted is None:
                _report(_long_row(row, width), on_problem)
                continue
            for index in commas:
                if type(fitted.cells[index]) is TypedNumber:
                    fitted.cells[index] = fitted.cells[index].replace(".", ",")
            yield fitted


def _report(error: IntakeError, on_problem: OnProblem | None) -> None:
    if on_problem is None:
        raise error
    on_problem(error)


def _long_row(row: Row, columns: int) -> IntakeError:
    return IntakeError(
        _("Line %(line)s has more cells than the table has columns: %(cells)s, not %(columns)s.")
        % {
            "line": figure(row.line),
            "cells": figure(len(row.cells)),
            "columns": figure(columns),
        },
        code="long_row",
        line=row.line,
        column=columns,
    )
