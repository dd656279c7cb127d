"""Opening a file as a table: what the options leave open is found out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import IO

from django.utils.translation import gettext as _

from core.intake.column import Column
from core.intake.columns import describe_columns
from core.intake.delimited import Delimited, detect_delimiter
from core.intake.errors import IntakeError
from core.intake.found import FoundTable, LineCount
from core.intake.heads import NO_HEADER
from core.intake.layout import Layout, find_tables, no_table
from core.intake.options import ColumnOptions, Kind, ReadOptions
from core.intake.rows import Row
from core.intake.skipped import Reason, Skipped, SkippedLines
from core.intake.source import Source
from core.intake.table import DataRows, Table, TableInfo
from core.intake.text import check_text, detect_encoding
from core.intake.totals import adds_up, labelled_totals, may_be_total
from core.intake.words import shown
from core.intake.workbook import Workbook


def open_table(
    file: IO[bytes] | str, *, name: str = "", options: ReadOptions | None = None
) -> Table:
    """
    Open a file, or pasted text, as a table.

    ``file`` is a seekable binary file: CSV and its relatives, packed with gzip or not, or XLSX.
    Its content decides, not its ``name``, which is only for sentences.

    Raises:
        IntakeError: it holds no table, is damaged, exceeds a limit, or does not have what the
            options name.
    """
    options = options or ReadOptions()
    source = Source.of(file, name)
    if source.is_workbook:
        return _open_workbook(source, options)
    encoding = "utf-8" if isinstance(file, str) else options.encoding or detect_encoding(source)
    check_text(source, encoding)
    delimiter = options.delimiter or detect_delimiter(source, encoding)
    resolved = replace(options, encoding=encoding, delimiter=delimiter, sheet="")
    return _open(Delimited(source, encoding, delimiter).rows, resolved)


def _open_workbook(source: Source, options: ReadOptions) -> Table:
    """Open the sheet that is asked for, or else the first one with numbers or dates in it."""
    workbook = Workbook.of(source)
    if options.sheet:
        if options.sheet not in workbook.sheets:
            raise _unknown(_("There is no sheet “%(what)s” in the file."), options.sheet)
        return _open_sheet(workbook, options.sheet, options)
    tables = []
    for sheet in workbook.sheets:
        try:
            tables.append(_open_sheet(workbook, sheet, options))
        except IntakeError as error:
            if error.code != "empty":
                raise
            continue
        if any(column.kind in (Kind.NUMBER, Kind.DATE) for column in tables[-1].columns):
            return tables[-1]
    if not tables:
        raise no_table()
    return tables[0]


def _open_sheet(workbook: Workbook, sheet: str, options: ReadOptions) -> Table:
    resolved = replace(options, encoding="", delimiter="", sheet=sheet)
    return _open(partial(workbook.rows, sheet), resolved, tuple(workbook.sheets))


def _open(
    rows: Callable[[], Iterator[Row]], options: ReadOptions, sheets: tuple[str, ...] = ()
) -> Table:
    layout = find_tables(rows(), options, widens=bool(sheets))
    index = _chosen(layout, options)
    found = layout.tables[index]
    columns = _columns(found, options)
    totals = [
        row
        for row in _totals(found, columns, DataRows(rows, found, layout.skipped))
        if row.line not in options.keep_lines
    ]
    skipped = _skipped(layout, index, totals)
    return Table(
        options=_resolved(options, index, found, columns),
        sheets=sheets,
        tables=tuple(_info(number, table) for number, table in enumerate(layout.tables)),
        columns=columns,
        skipped=skipped,
        row_count=found.row_count - len(totals),
        line_count=layout.line_count,
        # A sheet does not store empty cells, so there a short row tells nothing.
        short_rows=LineCount() if sheets else found.short,
        long_rows=found.long,
        _data=DataRows(rows, found, skipped),
    )


def _chosen(layout: Layout, options: ReadOptions) -> int:
    """
    Give the index of the table asked for, by its header or its number.

    Else it is the first one with dates in it, or the first one with rows.
    """
    headers = [table.header.line if table.header else NO_HEADER for table in layout.tables]
    if options.header_row:
        if options.header_row not in headers:
            raise _unknown(_("Line %(what)s is no row of a table."), options.header_row)
        return headers.index(options.header_row)
    if options.table is None:
        filled = [index for index, table in enumerate(layout.tables) if table.row_count]
        dated = (i for i in filled if len(filled) > 1 and _has_dates(layout.tables[i]))
        return next(dated, next(iter(filled), 0))
    if options.table >= len(layout.tables):
        raise _unknown(_("There is no table %(what)s in the file."), options.table + 1)
    return options.table


def _columns(found: FoundTable, options: ReadOptions) -> tuple[Column, ...]:
    return describe_columns(_headers(found), found.evidence, options)


def _has_dates(found: FoundTable) -> bool:
    return any(column.kind is Kind.DATE for column in _columns(found, ReadOptions()))


def _headers(found: FoundTable) -> list[str]:
    """List the column names, leaving out columns at the end with neither name nor content."""
    names = found.header.cells if found.header else []
    headers = [" ".join(name.split()) for name in names] + [""] * (found.width - len(names))
    while len(headers) > 1 and not headers[-1] and not found.evidence[len(headers) - 1].filled:
        headers.pop()
    return headers


def _totals(found: FoundTable, columns: Sequence[Column], data: DataRows) -> list[Row]:
    totals = labelled_totals(found, columns)
    for row in (found.first_row, found.last_row):
        if row is None or row in totals or not may_be_total(row, found, columns):
            continue
        aside = {total.line for total in (*totals, row)}
        if adds_up(row, (other for other in data if other.line not in aside), columns):
            totals.append(row)
    return totals


def _skipped(layout: Layout, index: int, totals: Sequence[Row]) -> tuple[Skipped, ...]:
    others = [table for number, table in enumerate(layout.tables) if number != index]
    elsewhere = [
        Skipped(Reason.OTHER_TABLE, table.first_line, table.last_line, shown(table.title))
        for table in others
    ]
    between = [
        one
        for one in layout.skipped
        if not any(table.first_line <= one.first_line <= table.last_line for table in others)
    ]
    lines = SkippedLines()
    for row in sorted(totals):
        lines.add(Reason.TOTALS, row)
    found = [*between, *lines.in_order(), *elsewhere]
    return tuple(sorted(found, key=lambda one: one.first_line))


def _info(index: int, table: FoundTable) -> TableInfo:
    return TableInfo(
        index=index,
        title=table.title,
        header_line=table.header.line if table.header else NO_HEADER,
        first_line=table.first_line,
        last_line=table.last_line,
        row_count=table.row_count,
    )


def _resolved(
    options: ReadOptions, index: int, found: FoundTable, columns: Sequence[Column]
) -> ReadOptions:
    return replace(
        options,
        table=index,
        header_row=found.header.line if found.header else NO_HEADER,
        columns={
            column.index: ColumnOptions(
                kind=column.kind,
                decimal_mark=column.decimal_mark,
                date_format=column.date_format.code if column.date_format else "",
                rounded=column.rounded,
            )
            for column in columns
        },
    )


def _unknown(sentence: str, what: object) -> IntakeError:
    return IntakeError(sentence % {"what": what}, code="unknown_option")
