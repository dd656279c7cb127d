"""What tests of core.intake share: files beside this one, and an account of every line."""

import io
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from core.intake import IntakeError, ReadOptions, Table, open_table
from core.intake.cells import TypedDate, TypedNumber

FOLDER = Path(__file__).parent


def opened(content: bytes | str, **options) -> Table:
    """Open a file's content or pasted text, and check that no line of it is lost."""
    file = content if isinstance(content, str) else io.BytesIO(content)
    table = open_table(file, options=ReadOptions(**options))
    assert_every_line_has_one_fate(table)
    return table


def refused(content: bytes | str, *, name: str = "", **options) -> IntakeError:
    """Give the error with which a file is refused."""
    file = content if isinstance(content, str) else io.BytesIO(content)
    with pytest.raises(IntakeError) as caught:
        open_table(file, name=name, options=ReadOptions(**options))
    return caught.value


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*lines: list[object]) -> bytes:
    """Write rows as a workbook of one sheet."""
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    return saved(book)


def assert_every_line_has_one_fate(table: Table) -> None:
    """Check that each line is in the header, in a row, or skipped with a reason, and only once."""
    problems: list[IntakeError] = []
    given = sum(1 for _row in table.rows(problems.append))
    assert (given, len(problems)) == (table.row_count, table.long_rows.count)

    header = table._data.found.header
    lines = list(range(header.line, header.last_line + 1)) if header else []
    stored_rows = 0
    for row in table._data:
        stored_rows += 1
        lines.extend(range(row.line, row.last_line + 1))
    for skipped in table.skipped:
        lines.extend(range(skipped.first_line, skipped.last_line + 1))
    assert stored_rows == given + len(problems)
    assert sorted(lines) == list(range(1, table.line_count + 1)), _not_once(lines, table)


def _not_once(lines: list[int], table: Table) -> str:
    uses = Counter(lines)
    lost = [line for line in range(1, table.line_count + 1) if not uses[line]]
    doubled = [line for line, count in uses.items() if count > 1]
    return f"lost lines {lost[:9]}, lines used twice {doubled[:9]}, last {max(lines)}"


def rows(table: Table) -> list[list[str]]:
    return [row.cells for row in table.rows()]


def headers(table: Table) -> list[str]:
    return [column.header for column in table.columns]


def names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def kinds(table: Table) -> list[str]:
    return [column.kind.value for column in table.columns]


def numbers(table: Table, index: int) -> list[str]:
    """List the numbers of a column as text, "None" where a value is missing."""
    read = table.columns[index].number_reader()
    return [str(read(row.cells[index])) for row in table.rows()]


def days(table: Table, index: int) -> list[str]:
    """List the dates of a column the ISO way, "None" where one is missing."""
    read = table.columns[index].date_reader()
    return [str(read(row.cells[index])) for row in table.rows()]


def skips(table: Table) -> list[tuple[str, int, int]]:
    """List what is skipped: why, the first line, the last line."""
    return [(one.reason.value, one.first_line, one.last_line) for one in table.skipped]


def stored(cell: str) -> str:
    """Name how a workbook stores a cell: as a number, a date or a text."""
    return {TypedNumber: "number", TypedDate: "date"}.get(type(cell), "text")
