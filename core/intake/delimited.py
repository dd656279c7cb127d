"""Tables in text: CSV and its relatives, and what is copied out of a spreadsheet."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.intake.errors import IntakeError, cell_too_long
from core.intake.limits import MAX_CELL, MAX_LINE_LENGTH
from core.intake.rows import Row
from core.intake.source import Source
from core.intake.text import open_text
from core.numbers import figure

# In a tie the first one wins; a comma may also be in numbers, so it comes last.
DELIMITERS: Final = {
    "\t": gettext_noop("tab"),
    ";": gettext_noop("semicolon"),
    "|": gettext_noop("vertical bar"),
    ",": gettext_noop("comma"),
}
SNIFFED_LINES = 200
SNIFFED_CHARACTERS = 1_000_000
MOSTLY_ALIKE = 0.5

_SEPARATOR_LINE = re.compile(r"\"?sep=([^\w\s\"]|\t)", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_WHOLE_NUMBER = re.compile(r"\"?[-+−]?[0-9]+,[0-9]+ ?%?\"?")
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Delimited:
    """Text whose cells are told apart by a delimiter."""

    source: Source
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[Row]:
        """
        Walk the rows.

        Raises:
            IntakeError: the quotes do not pair up.
        """
        with open_text(self.source, self.encoding) as text:
            reader = csv.reader(  # noqa: TID251 - this is the place that reads files
                text, delimiter=self.delimiter, strict=True
            )
            last = 0
            try:
                for cells in reader:
                    first, last = last + 1, reader.line_num
                    yield Row(first, last, cells)
            except csv.Error as error:
                raise self._explained(last + 1) from error

    def _explained(self, line: int) -> IntakeError:
        """Find out what is wrong with the row that begins on ``line``."""
        with open_text(self.source, self.encoding) as text:
            for _line in islice(text, line - 1):
                pass
            rest = text.read(MAX_LINE_LENGTH)
        start = 0
        while start < len(rest):
            here = line + len(_LINE_END.findall(rest, 0, start))
            if rest[start] != '"':
                end = self._end_of_cell(rest, start)
            elif (quoted := _QUOTED.match(rest, start)) is None:
                return _unclosed_quote(here)
            elif self._end_of_cell(rest, end := quoted.end()) != end:
                return _stray_quote(here)
            if end - start > MAX_CELL:
                return cell_too_long(here)
            start = end + 1
        return _unclosed_quote(line)

    def _end_of_cell(self, text: str, start: int) -> int:
        ends = (text.find(sign, start) for sign in (self.delimiter, "\r", "\n"))
        return min((end for end in ends if end >= 0), default=len(text))


def detect_delimiter(source: Source, encoding: str) -> str:
    """
    Find the delimiter that splits the lines most evenly, from the first line on.

    A "sep=" line settles it. A header that a delimiter does not split speaks against it: with
    "date;value" above, the comma of "2026-11-09;1,5" is a decimal comma.
    """
    lines = _first_lines(source, encoding)
    if lines and (named := _SEPARATOR_LINE.match(lines[0])):
        return named[1]
    scores = {delimiter: _evenness(lines, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])


def _first_lines(source: Source, encoding: str) -> list[str]:
    with open_text(source, encoding) as text:
        return _LINE.findall(text.read(SNIFFED_CHARACTERS))[:SNIFFED_LINES]


def _evenness(lines: list[str], delimiter: str) -> tuple[bool, int, float]:
    """Rate a delimiter: whether it splits most lines alike, how early it begins to, how many."""
    if delimiter == ",":
        lines = [line for line in lines if not _WHOLE_NUMBER.fullmatch(line.strip())]
    rows = csv.reader(lines, delimiter=delimiter)  # noqa: TID251 - a look before reading
    widths: list[int] = []
    with suppress(csv.Error):  # a cell that is too long is refused when it is read
        widths.extend(len(cells) for cells in rows if cells and not cells[0].startswith("#"))
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return False, 0, 0
    usual = max(counts, key=lambda width: (counts[width], width))
    share = round(counts[usual] / len(widths), 1)
    return share >= MOSTLY_ALIKE, -widths.index(usual), share


def _unclosed_quote(line: int) -> IntakeError:
    return IntakeError(
        _('The quote (") that opens on line %(line)s is never closed.') % {"line": figure(line)},
        code="unclosed_quote",
        line=line,
    )


def _stray_quote(line: int) -> IntakeError:
    return IntakeError(
        _(
            'The cell that opens with a quote (") on line %(line)s goes on after the closing '
            "quote. Quotes inside a quoted cell must be doubled."
        )
        % {"line": figure(line)},
        code="stray_quote",
        line=line,
    )
