"""The rows of a file, as they arrive from any kind of it."""

from typing import NamedTuple


class Row(NamedTuple):
    """What stands between two line ends, and the lines on which it begins and ends."""

    line: int
    last_line: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        cells = self.cells
        return not cells or (not cells[0].strip() and not any(cell.strip() for cell in cells))

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return sum(1 for cell in self.cells if cell.strip())

    def fitted(self, width: int) -> "Row | None":
        """Fill up a row that is too short, cut empty cells off one that is too long, else None."""
        cells = self.cells
        if len(cells) == width:
            return self
        if len(cells) < width:
            return self._replace(cells=cells + [""] * (width - len(cells)))
        return None if any(map(str.strip, cells[width:])) else self._replace(cells=cells[:width])
