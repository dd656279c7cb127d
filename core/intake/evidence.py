"""What is remembered of a column while its file goes by, to find out how it is written."""

from collections.abc import Sequence

from core.intake.numbers import LONGEST

# Different texts, in the order of their rows. Enough to tell day from month, and bounded.
REMEMBERED_TEXTS = 1000
# Different shapes of numbers: "1.234,5" and "9.876,1" have one. These cover the whole file, so
# that a decimal comma in the last row is still seen.
REMEMBERED_SHAPES = 1000

_SHAPE = str.maketrans("023456789", "111111111")


class Evidence:
    """The different texts and shapes of a column, and how many of its cells are filled."""

    __slots__ = ("filled", "shapes", "texts")

    def __init__(self) -> None:
        self.filled = 0
        self.texts: dict[str, None] = {}
        self.shapes: set[str] = set()

    def add(self, cells: Sequence[str]) -> None:
        """Take in the column's cells of some rows."""
        self.filled += len(cells) - cells.count("")
        if len(self.texts) < REMEMBERED_TEXTS:
            self.texts.update(dict.fromkeys(cells))
        if len(self.shapes) < REMEMBERED_SHAPES:
            self._add_shapes(cells)

    def _add_shapes(self, cells: Sequence[str]) -> None:
        # Joined they are translated at once, many times faster than one by one. A cell with a
        # line break in it falls apart, but is no number either.
        # What the file stores as a number says nothing about how others are written.
        joined = "\n".join([cell for cell in cells if type(cell) is str])
        if len(joined) < LONGEST * len(cells):
            self.shapes.update(joined.translate(_SHAPE).split("\n"))
