"""What is set aside in a file, and why: no line disappears without a reason."""

from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.intake.rows import Row
from core.intake.words import shown


class Reason(StrEnum):
    SEPARATOR = "separator"
    COMMENT = "comment"
    TITLE = "title"
    NOTE = "note"
    BLANK = "blank"
    TOTALS = "totals"
    OTHER_TABLE = "other_table"
    CHOSEN = "chosen"

    @property
    def words(self) -> str:
        return _(_WORDS[self])


_WORDS = {
    Reason.SEPARATOR: gettext_noop("says which separator is used"),
    Reason.COMMENT: gettext_noop("a comment"),
    Reason.TITLE: gettext_noop("a title above a table"),
    Reason.NOTE: gettext_noop("a note outside the tables"),
    Reason.BLANK: gettext_noop("empty"),
    Reason.TOTALS: gettext_noop("a totals row"),
    Reason.OTHER_TABLE: gettext_noop("belongs to another table of the file"),
    Reason.CHOSEN: gettext_noop("left out by choice"),
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """Lines that are set aside, from the first to the last; ``text`` is how the first begins."""

    reason: Reason
    first_line: int
    last_line: int
    text: str = ""


class SkippedLines:
    """Collects what is set aside, neighbours of one reason together."""

    def __init__(self) -> None:
        self._found: list[Skipped] = []

    def add(self, reason: Reason, row: Row) -> None:
        if self._found:
            before = self._found[-1]
            if before.reason is reason and before.last_line == row.line - 1:
                self._found[-1] = replace(before, last_line=row.last_line)
                return
        text = shown(" ".join(filter(None, row.cells)))
        self._found.append(Skipped(reason, row.line, row.last_line, text))

    def in_order(self) -> list[Skipped]:
        return sorted(self._found, key=lambda skipped: skipped.first_line)
