"""Finding the tables of a file in one pass over its rows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.intake.errors import IntakeError, cell_too_long
from core.intake.found import FoundTable
from core.intake.heads import (
    HEAD,
    NO_HEADER,
    has_only_words,
    is_header,
    split_head,
    without_titles,
)
from core.intake.limits import MAX_CELL, MAX_COLUMNS, MAX_LINES, MAX_ROWS, MAX_TABLES
from core.intake.options import ReadOptions
from core.intake.rows import Row
from core.intake.skipped import Reason, Skipped, SkippedLines
from core.numbers import figure

_SEPARATOR = re.compile(r"sep=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of a file, what lies between them, and how many lines there are in all."""

    tables: list[FoundTable]
    skipped: list[Skipped]
    line_count: int


def find_tables(rows: Iterable[Row], options: ReadOptions, *, widens: bool) -> Layout:
    """
    Find where tables begin and end, and gather what their columns hold.

    Of the options, those about lines and tables are obeyed. ``widens`` is as in FoundTable.

    Raises:
        IntakeError: there is no table, or more of something than the limits allow.
    """
    scan = _Scan(options, widens=widens)
    for row in rows:
        scan.take(row)
    return scan.finish()


class _Scan:
    """
    Takes in rows block by block; a block is what stands between blank lines.

    The first rows of a block wait in ``_head`` until it is clear what they are. Then the block is
    open (``_head`` is None), and each further row belongs to the last table.
    """

    def __init__(self, options: ReadOptions, *, widens: bool) -> None:
        self._options = options
        self._widens = widens
        self._tables: list[FoundTable] = []
        self._skipped = SkippedLines()
        self._head: list[Row] | None = []
        self._titles: list[Row] = []
        self._in_comment = False
        self._seen = self._rows = self._lines = 0

    def take(self, row: Row) -> None:
        _refuse_oversize(row)
        self._lines = row.last_line
        self._seen += 1
        if self._seen > MAX_LINES:
            raise _too_many_rows(row.line)
        if row.is_blank:
            self._end_block()
            self._skipped.add(Reason.BLANK, row)
        elif row.line in self._options.skip_lines:
            self._skipped.add(Reason.CHOSEN, row)
        elif self._head is None and row.line != self._options.header_row:
            self._add(row)
        else:
            self._wait(row)

    def finish(self) -> Layout:
        self._end_block()
        if not self._tables and self._titles:  # a list of words under each other
            titles, self._titles = self._titles, []
            self._begin_table(titles)
        self._drop_titles()
        if not self._tables:
            raise no_table()
        for table in self._tables:
            table.close()
        return Layout(self._tables, self._skipped.in_order(), self._lines)

    def _wait(self, row: Row) -> None:
        if self._head is None:  # the header that a person named, in the middle of a block
            self._head = []
        if not self._head and self._set_aside(row):
            return
        self._head.append(row)
        if len(self._head) == HEAD:
            self._open_block(self._head)

    def _set_aside(self, row: Row) -> bool:
        """Set aside a "sep=" line, or a comment above a table."""
        if row.line == self._options.header_row:
            return False
        if row.line == 1 and _SEPARATOR.match(row.cells[0]):
            self._skipped.add(Reason.SEPARATOR, row)
            return True
        # A row of data may well begin with #, but then it has more cells and no comment above.
        self._in_comment = row.cells[0].startswith("#") and (self._in_comment or row.filled == 1)
        if self._in_comment:
            self._skipped.add(Reason.COMMENT, row)
        return self._in_comment

    def _end_block(self) -> None:
        if self._head:
            self._open_block(self._head)
        self._head = []
        self._in_comment = False

    def _open_block(self, rows: list[Row]) -> None:
        self._head = None
        is_named = any(row.line == self._options.header_row for row in rows)
        rest = rows if is_named else self._without_titles(rows)
        if not rest:
            self._titles += rows
        elif is_named or not self._tables or self._has_another_table(rows, rest):
            self._begin_table(rows)
        else:
            self._titles += rows[: len(rows) - len(rest)]
            self._continue_table(rest)

    def _has_another_table(self, rows: list[Row], rest: list[Row]) -> bool:
        """
        Tell whether a block under a table is another one: wider, or with a header of its own.

        Under a title any words make a header; without one they must stand over values, for a
        row of data may well have all its values missing.
        """
        table, (first, *below) = self._tables[-1], rest
        if first.filled > table.width:
            return True
        if not below or not has_only_words(first):
            return False
        is_under_title = len(rest) < len(rows)
        return (is_under_title and table.has_values) or is_header(first, below) is True

    def _without_titles(self, rows: list[Row]) -> list[Row]:
        is_list = self._tables[-1].is_list if self._tables else len(rows) == HEAD
        return rows if is_list else without_titles(rows)

    def _begin_table(self, rows: list[Row]) -> None:
        if len(self._tables) == MAX_TABLES:
            raise _too_many_tables(rows[0].line)
        header_row = self._options.header_row
        if header_row == NO_HEADER and len(self._tables) != (self._options.table or 0):
            header_row = None  # what a person said about one table is not said about the others
        head = split_head(rows, header_row)
        titles = [*self._titles, *head.titles]
        self._titles = []
        for row in titles:
            self._skipped.add(Reason.TITLE, row)
        texts = (cell.strip() for row in titles for cell in row.cells)
        title = next(filter(None, texts), "")
        self._tables.append(FoundTable(title, head, widens=self._widens))
        for row in head.rows:
            self._add(row)

    def _continue_table(self, rows: list[Row]) -> None:
        self._drop_titles()
        if len(rows) == 1 and _is_remark(rows[0], self._tables[-1]):
            self._skipped.add(Reason.NOTE, rows[0])
            return
        for row in rows:
            self._add(row)

    def _add(self, row: Row) -> None:
        self._tables[-1].add(row)
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise _too_many_rows(row.line)

    def _drop_titles(self) -> None:
        for row in self._titles:
            self._skipped.add(Reason.NOTE, row)
        self._titles = []


def _is_remark(row: Row, table: FoundTable) -> bool:
    return table.has_values and row.filled < table.width and has_only_words(row)


def _refuse_oversize(row: Row) -> None:
    cells = row.cells
    if len(cells) > MAX_COLUMNS and any(cell.strip() for cell in cells[MAX_COLUMNS:]):
        raise IntakeError(
            _("Line %(line)s has more than %(limit)s columns.")
            % {"line": figure(row.line), "limit": figure(MAX_COLUMNS)},
            code="too_many_columns",
            line=row.line,
            column=MAX_COLUMNS,
        )
    if len("".join(cells)) > MAX_CELL and max(map(len, cells)) > MAX_CELL:
        raise cell_too_long(row.line)


def _too_many_rows(line: int) -> IntakeError:
    return IntakeError(
        _("The file has more than %(limit)s rows. Split it before line %(line)s.")
        % {"limit": figure(MAX_ROWS), "line": figure(line)},
        code="too_many_rows",
        line=line,
    )


def _too_many_tables(line: int) -> IntakeError:
    return IntakeError(
        _("The file has more than %(limit)s tables; line %(line)s begins one too many.")
        % {"limit": figure(MAX_TABLES), "line": figure(line)},
        code="too_many_tables",
        line=line,
    )


def no_table() -> IntakeError:
    return IntakeError(_("There is no table in the file."), code="empty")
