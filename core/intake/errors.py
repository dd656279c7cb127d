"""What can be wrong with a file or a cell, said to the person who brought it."""

from decimal import Decimal

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.intake.limits import MAX_CELL
from core.numbers import figure


class IntakeError(DomainError):
    """
    The file cannot be read as a table.

    ``code`` names the reason for machines; ``line`` (from 1) and ``column`` (from 0) say where
    it is, when it is somewhere.
    """

    def __init__(
        self, message: str, *, code: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.column = column


class CellError(DomainError):
    """A cell does not hold what its column promises; ``code`` names the reason for machines."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class AmbiguousNumberError(CellError):
    """A number such as ``1,234`` has two readings, kept in ``readings``, smaller first."""

    def __init__(self, message: str, *, readings: tuple[Decimal, Decimal]) -> None:
        super().__init__(message, code="ambiguous_number")
        self.readings = readings


def cell_too_long(line: int) -> IntakeError:
    return IntakeError(
        _(
            "Line %(line)s has a cell of more than %(limit)s characters. "
            'Is a closing quote (") missing?'
        )
        % {"line": figure(line), "limit": figure(MAX_CELL)},
        code="cell_too_long",
        line=line,
    )


def control_character(line: int) -> IntakeError:
    return IntakeError(
        _("Line %(line)s holds a control character, which no table has. Is the file damaged?")
        % {"line": figure(line)},
        code="control_character",
        line=line,
    )
