"""Reading dates as people and their tools write them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from core.intake.cells import MISSING, refuse_other_digits, tidy
from core.intake.date_forms import FORMS, PIVOT, RANGES, find
from core.intake.date_ranges import find_range
from core.intake.errors import CellError
from core.intake.words import shown
from core.periods import Grain

# No date is written longer.
LONGEST = 100
# Texts that come again and again are remembered, up to this many per column.
REMEMBERED = 4096

CODES = tuple(FORMS)


@dataclass(frozen=True, slots=True)
class DateFormat:
    """One way of writing dates: the code of a form, and where short years turn."""

    code: str
    pivot: int = PIVOT

    @property
    def words(self) -> str:
        """Say in words, with an example, how the dates are written."""
        return _(FORMS[self.code].words)

    @property
    def precision(self) -> Grain:
        """How much time one cell stands for. Of ranges it is what is usual: a week."""
        return FORMS[self.code].precision

    def reader(self) -> Callable[[str], date | None]:
        """
        Give a reader for the cells of one column; an empty cell or a missing value is None.

        It takes ISO days besides its own form: they have one meaning, and they are how typed
        dates of a workbook arrive. The reader raises CellError.
        """
        return lru_cache(maxsize=REMEMBERED)(self.read)

    def read(self, text: str) -> date | None:
        body = tidy_date(text)
        if body in MISSING:
            return None
        try:
            day = self.find(body) or DateFormat("iso").find(body)
        except ValueError:
            raise _no_such_date(text) from None
        if day is None:
            refuse_other_digits(text)
            raise self._not_a_date(text)
        return day

    def find(self, body: str) -> date | None:
        """
        Read a tidied text in this format alone; None if it is written otherwise.

        Raises:
            ValueError: it is written so, but the calendar has no such date.
        """
        if len(body) > LONGEST:
            return None
        if self.code in RANGES:
            return find_range(body, RANGES[self.code], self.pivot)
        return find(self.code, body, self.pivot)

    def _not_a_date(self, text: str) -> CellError:
        return CellError(
            _("“%(text)s” is not a date of the column’s form: %(form)s.")
            % {"text": shown(text), "form": self.words},
            code="not_a_date",
        )


def _no_such_date(text: str) -> CellError:
    return CellError(
        _("“%(text)s” is not a day of the calendar from 1900 to 2100.") % {"text": shown(text)},
        code="no_such_date",
    )


def tidy_date(text: str) -> str:
    """
    Bring a text into the shape that forms are compared with.

    Raises:
        CellError: it holds marks that reorder what is seen.
    """
    return " ".join(tidy(text).casefold().split())
