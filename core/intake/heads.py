"""
How a block of rows begins: with titles, a header, or at once with data.

A block is what stands between blank lines. Its first rows are enough to tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.intake.cells import is_missing
from core.intake.date_guess import is_date
from core.intake.numbers import is_number
from core.intake.rows import Row

HEAD = 20  # rows of a block that are looked at
LONGEST_VALUE = 100
NO_HEADER = 0  # as header row: there is none


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a block, each with its part."""

    titles: Sequence[Row]
    header: Row | None
    rows: Sequence[Row]


def split_head(rows: Sequence[Row], header_row: int | None) -> Head:
    """
    Tell titles, header and data apart; ``header_row`` is the line that a person named.

    The header is the first row about as wide as the data, unless it looks like data itself.
    """
    lines = [row.line for row in rows]
    if header_row in lines:
        start = lines.index(header_row)
        return Head(rows[:start], rows[start], rows[start + 1 :])
    start = _first_wide(rows)
    titles, candidate, below = rows[:start], rows[start], rows[start + 1 :]
    is_named = is_header(candidate, below)
    if is_named is None:  # words only, or nothing below
        is_named = bool(below) or not has_values(candidate)
    if is_named and header_row != NO_HEADER:
        return Head(titles, candidate, below)
    return Head(titles, None, rows[start:])


def without_titles(rows: list[Row]) -> list[Row]:
    """Leave out the rows at the start that hold a single text."""
    for index, row in enumerate(rows):
        if row.filled > 1 or has_values(row):
            return rows[index:]
    return []


def has_values(row: Row) -> bool:
    """Tell whether any cell is a number or a date."""
    return any(map(_is_value, row.cells))


def _first_wide(rows: Sequence[Row]) -> int:
    widths = [row.filled for row in rows]
    enough = max(min(2, max(widths)), max(widths) / 2)
    start = next(index for index, width in enumerate(widths) if width >= enough)
    # A title may have a second cell; then the row below is wider, and all words.
    below = start + 1
    if below + 1 < len(rows) and widths[below] > widths[start]:
        is_title = not has_values(rows[below]) and has_values(rows[below + 1])
        return below if is_title else start
    return start


def is_header(candidate: Row, rows: Sequence[Row]) -> bool | None:
    """
    Tell a header from data: over dates and numbers it has words. None if there are neither.

    Dates decide alone, because numbers may well be names: product codes, years.
    """
    over_dates, over_numbers = [], []
    for index, name in enumerate(candidate.cells):
        cells = [row.cells[index] for row in rows if index < len(row.cells)]
        below = [cell for cell in cells if not is_missing(cell)]
        if is_missing(name) or not below:
            continue
        if 2 * sum(map(_is_date, below)) > len(below):
            over_dates.append(name)
        elif 2 * sum(map(_is_value, below)) > len(below):
            over_numbers.append(name)
    if over_dates:
        return not all(map(_is_date, over_dates))
    if not over_numbers:
        return None
    data = [name for name in over_numbers if is_number(name)]
    return 2 * len(data) <= len(over_numbers) or all(map(_is_year, data))


def has_only_words(row: Row) -> bool:
    """Tell whether a row has no number, date or sign for a missing value in it."""
    return not has_values(row) and not any(cell.strip() and is_missing(cell) for cell in row.cells)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and 1900 <= int(text) <= 2100


def _is_value(text: str) -> bool:
    return len(text) <= LONGEST_VALUE and _is_number_or_date(text)


def _is_date(text: str) -> bool:
    return len(text) <= LONGEST_VALUE and is_date(text)


@lru_cache(maxsize=4096)
def _is_number_or_date(text: str) -> bool:
    return is_number(text) or is_date(text)
