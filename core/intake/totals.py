"""Recognising totals rows, which are no data: their label says so, or their sums do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.intake.cells import is_missing
from core.intake.column import Column
from core.intake.errors import CellError
from core.intake.found import MAX_CANDIDATES, FoundTable
from core.intake.labels import TotalsLabel, totals_label
from core.intake.options import Kind
from core.intake.rows import Row

# The share of the other rows that must fill a cell for its absence to tell something.
NEARLY_ALL = 0.9
FEWEST_ROWS = 3  # the total of two

_Reader = Callable[[str], Decimal | None]


def labelled_totals(table: FoundTable, columns: Sequence[Column]) -> list[Row]:
    """
    List the rows whose first text is a totals label.

    In a table with dates they are those without one: a row of the segment "Total" has a date.
    In a table without dates they stand first or last, and say "Total" or "Total: …".
    """
    if len(table.candidates) > MAX_CANDIDATES:
        return []
    dates = [column.index for column in columns if _tells_rows_apart(column)]
    if dates:
        rows = [candidate.row for candidate in table.candidates]
        return [row for row in rows if all(_lacks_date(row.cells[index]) for index in dates)]
    plain = {
        candidate.position: candidate.row
        for candidate in table.candidates
        if candidate.label is TotalsLabel.PLAIN
    }
    first = _run(plain, range(table.row_count))
    last = _run(plain, range(table.row_count - 1, len(first) - 1, -1))
    return first + last


def may_be_total(row: Row, table: FoundTable, columns: Sequence[Column]) -> bool:
    """Tell whether a row lacks a text or date that nearly all other rows have."""
    others = table.row_count - 1
    return table.row_count >= FEWEST_ROWS and any(
        column.kind in (Kind.TEXT, Kind.DATE)
        and not row.cells[column.index].strip()
        and table.evidence[column.index].filled >= NEARLY_ALL * others
        for column in columns
    )


def adds_up(total: Row, others: Iterable[Row], columns: Sequence[Column]) -> bool:
    """
    Tell whether the numbers of a row are the sums of the other rows' numbers.

    Half of its numbers are enough: reach and rates are in totals rows too, and do not add up.
    """
    readers = {
        column.index: column.number_reader() for column in columns if column.is_readable_number
    }
    sums = {index: _Sum(number) for index, number in _numbers(total, readers).items()}
    for row in others:
        for index, number in _numbers(row, readers).items():
            if number and index in sums:
                sums[index].add(number)
    counted = [one for one in sums.values() if one.count > 1]
    agreeing = [one for one in counted if one.agrees]
    return bool(agreeing) and 2 * len(agreeing) >= len(counted)


@dataclass(slots=True)
class _Sum:
    """What a number is compared with: the sum of the others in its column."""

    expected: Decimal
    value: Decimal = Decimal(0)
    largest: Decimal = Decimal(0)
    count: int = 0

    def add(self, number: Decimal) -> None:
        self.value += number
        self.largest = max(self.largest, number)
        self.count += 1

    @property
    def agrees(self) -> bool:
        # A running number adds up by chance: 1 + 2 = 3.
        is_next = self.expected - self.largest == 1
        gap = abs(self.expected - self.value)
        # Where rounding may be as large as the number, any number would agree.
        return not is_next and (not gap or gap <= self._rounding <= abs(self.expected) / 2)

    @property
    def _rounding(self) -> Decimal:
        """Allow half of the last decimal per summand; whole numbers must agree exactly."""
        exponent = self.expected.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) else 0
        return Decimal(self.count).scaleb(-places) / 2 if places > 0 else Decimal(0)


def _lacks_date(text: str) -> bool:
    return is_missing(text) or totals_label(text) is not None


def _tells_rows_apart(column: Column) -> bool:
    return column.kind is Kind.DATE and len(column.samples) > 1


def _run(rows: dict[int, Row], positions: Iterable[int]) -> list[Row]:
    run = []
    for position in positions:
        if position not in rows:
            break
        run.append(rows[position])
    return run


def _numbers(row: Row, readers: dict[int, _Reader]) -> dict[int, Decimal]:
    numbers = {}
    for index, reader in readers.items():
        try:
            number = reader(row.cells[index]) if index < len(row.cells) else None
        except CellError:
            continue
        if number is not None:
            numbers[index] = number
    return numbers
