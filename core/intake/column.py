"""One column of a table, and the readers of its cells."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.intake.dates import DateFormat
from core.intake.errors import IntakeError
from core.intake.numbers import number_reader
from core.intake.options import Kind

LONGEST_SAMPLE = 200

_WORDS = {
    Kind.DATE: gettext_noop("dates"),
    Kind.NUMBER: gettext_noop("numbers"),
    Kind.TEXT: gettext_noop("text"),
    Kind.EMPTY: gettext_noop("nothing"),
}
_MARKS = {
    ".": gettext_noop("numbers with a decimal point, such as 1,234.5"),
    ",": gettext_noop("numbers with a decimal comma, such as 1.234,5"),
}


def reading_words(code: str) -> str:
    """Say in words what a decimal mark or the code of a date format means."""
    return _(_MARKS[code]) if code in _MARKS else DateFormat(code).words


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
    different cells that can be read, and ``different`` how many there are; beyond a thousand not
    all are counted. ``choices`` are all of a column of text that has only a few; ``spacing`` is
    how many days most dates of a column lie apart.
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
    different: int = 0
    choices: tuple[str, ...] = ()
    spacing: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Give what is known as plain values, for ``from_json``; long samples are cut."""
        return asdict(self) | {"samples": [sample[:LONGEST_SAMPLE] for sample in self.samples]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Column":
        return cls(
            **data
            | {
                "kind": Kind(data["kind"]),
                "samples": tuple(data["samples"]),
                "date_format": data["date_format"] and DateFormat(**data["date_format"]),
                "certainty": Certainty(data["certainty"]),
                "alternatives": tuple(data["alternatives"]),
                "choices": tuple(data["choices"]),
            }
        )

    @property
    def words(self) -> str:
        """Say in words what the column holds and how it is written."""
        if self.date_format is not None:
            return self.date_format.words
        if self.kind is Kind.NUMBER and self.decimal_mark:
            words = reading_words(self.decimal_mark)
        else:
            words = _(_WORDS[self.kind])
        return _("%(words)s; rounded to 8 decimals") % {"words": words} if self.rounded else words

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
