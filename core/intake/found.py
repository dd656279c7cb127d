"""A table while its file goes by: where it is, how many rows it has, what its columns hold."""

from dataclasses import dataclass, field, replace

from core.intake.evidence import Evidence
from core.intake.heads import Head, has_values
from core.intake.labels import TotalsLabel, totals_label
from core.intake.rows import Row

BATCH = 1000
SHOWN_LINES = 20
# More rows than this that look like totals are no totals.
MAX_CANDIDATES = 1000


@dataclass(slots=True)
class LineCount:
    """How many lines have a fault, and the numbers of the first ones."""

    count: int = 0
    first_lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        self.count += 1
        if len(self.first_lines) < SHOWN_LINES:
            self.first_lines.append(line)


@dataclass(frozen=True, slots=True)
class TotalsCandidate:
    """A row whose first text is a totals label; ``position`` counts the table's rows from 0."""

    position: int
    row: Row
    label: TotalsLabel


class FoundTable:
    """
    Takes in the rows of one table.

    In text a row longer than the header is a fault, most often an unquoted delimiter. A sheet
    has no delimiters: there the table ``widens`` by a column without a name.
    """

    def __init__(self, title: str, head: Head, *, widens: bool) -> None:
        self.title = title
        self._widens = widens
        self.header = head.header
        widest = [head.header] if head.header else head.rows
        self.width = max(len(row.cells) for row in widest)
        # Cells without a name at the end may be missing in a row, and nobody misses them.
        self._named = _last_filled(head.header.cells) if head.header else self.width
        self.has_values = any(map(has_values, head.rows))
        self.is_list = all(row.filled == 1 for row in (*widest, *head.rows))
        self.first_line = head.header.line if head.header else 0
        self.last_line = head.header.last_line if head.header else 0
        self.row_count = 0
        self.first_row: Row | None = None
        self.last_row: Row | None = None
        self.short = LineCount()
        self.long = LineCount()
        self.candidates: list[TotalsCandidate] = []
        self.evidence = [Evidence() for _column in range(self.width)]
        self._batch: list[list[str]] = []

    def add(self, row: Row) -> None:
        self.first_line = self.first_line or row.line
        self.last_line = row.last_line
        fitted = row.fitted(self.width)
        if fitted is None and self._widens:
            fitted = self._widened(row)
        if fitted is None:
            self.long.add(row.line)
            return
        if len(row.cells) < self._named:
            self.short.add(row.line)
        self.first_row = self.first_row or fitted
        self.last_row = fitted
        self._note_totals(fitted)
        self.row_count += 1
        self._batch.append(fitted.cells)
        if len(self._batch) == BATCH:
            self._flush()

    def close(self) -> None:
        """Take in what is left; no row will follow."""
        self._flush()
        self.first_row = self.first_row and self.first_row.fitted(self.width)
        self.last_row = self.last_row and self.last_row.fitted(self.width)
        self.candidates = [
            replace(candidate, row=candidate.row.fitted(self.width) or candidate.row)
            for candidate in self.candidates
        ]

    def _flush(self) -> None:
        for evidence, cells in zip(self.evidence, zip(*self._batch, strict=True), strict=False):
            evidence.add(cells)
        self._batch.clear()

    def _widened(self, row: Row) -> Row:
        self._flush()
        self.evidence += [Evidence() for _column in range(self.width, len(row.cells))]
        self.width = len(row.cells)
        return row

    def _note_totals(self, row: Row) -> None:
        first = row.cells[0] or next((cell for cell in row.cells if cell.strip()), "")
        label = totals_label(first)
        if label and len(self.candidates) <= MAX_CANDIDATES:
            self.candidates.append(TotalsCandidate(self.row_count, row, label))


def _last_filled(cells: list[str]) -> int:
    return max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0)
