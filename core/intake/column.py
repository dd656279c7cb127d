"""One column of a table, and the readers of its cells."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from core.intake.dates import DateFormat
from core.intake.errors import IntakeError
from core.intake.numbers import number_reader
from core.intake.options import Kind


class Certainty(StrEnum):
    """How well it is known how a column is written."""

    SURE = "sure"  # its own cells say so, or a person did
    LIKELY = "likely"  # its cells can be read two ways, but the other columns say which
    OPEN = "open"  # its cells can be read several ways: somebody must choose


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a table.

    ``header`` is the file's, ``name`` one that is never empty and never twice in a table.
    ``decimal_mark`` is "" where no cell depends on it. ``alternatives`` are decimal marks or
    codes of date formats between which a person can choose. ``readable`` is the share of the
    different cells that can be read.
    """

    index: int
    header: str
    name: str
    kind: Kind
    samples: tuple[str, ...]
    decimal_mark: str = ""
    date_format: DateFormat | None = None
    rounded: bool = False
    certainty: Certainty = Certainty.SURE
    alternatives: tuple[str, ...] = ()
    readable: float = 1.0

    @property
    def is_readable_number(self) -> bool:
        return self.kind is Kind.NUMBER and self.certainty is not Certainty.OPEN

    def number_reader(self) -> Callable[[str], Decimal | None]:
        """
        Give a reader for the column's cells; it raises CellError.

        Raises:
            IntakeError: nobody has chosen the decimal mark, and it makes a difference.
        """
        if self.kind is Kind.NUMBER and self.certainty is Certainty.OPEN:
            raise self._undecided()
        return number_reader(self.decimal_mark or ".", rounded=self.rounded)

    def date_reader(self) -> Callable[[str], date | None]:
        """
        Give a reader for the column's cells; it raises CellError.

        Raises:
            IntakeError: the column's cells are no dates, or nobody has chosen how to read them.
        """
        if self.date_format is not None:
            return self.date_format.reader()
        if self.kind is Kind.DATE:
            raise self._undecided()
        raise IntakeError(
            _("Column “%(column)s” does not hold dates.") % {"column": self.name},
            code="not_dates",
            column=self.index,
        )

    def _undecided(self) -> IntakeError:
        return IntakeError(
            _("Column “%(column)s” can be read in more than one way; choose one.")
            % {"column": self.name},
            code="undecided",
            column=self.index,
        )
