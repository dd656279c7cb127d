"""From bytes to text: which encoding, and nothing in it that no table holds."""

import codecs
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.intake.cells import CONTROL
from core.intake.errors import IntakeError, control_character
from core.intake.limits import MAX_LINE_LENGTH
from core.intake.source import Source
from core.numbers import figure

ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": gettext_noop("UTF-16, high byte first"),
    "cp1252": gettext_noop("Windows-1252 (Western European)"),
    "cp1250": gettext_noop("Windows-1250 (Central European)"),
    "iso-8859-2": gettext_noop("ISO 8859-2 (Central European)"),
    "cp874": gettext_noop("Windows-874 (Thai)"),
}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Letters that tell the pages with one byte per letter apart, for the product's languages; in a
# tie the first page wins.
_LETTERS = {
    "cp1252": "àèéìíòùúçäöüßÀÈÉÌÒÙÇÄÖÜ",
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻäöüéçß",
    "iso-8859-2": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻäöüéçß",
}
_ASCII = bytes(range(128))
_HIGH_WORD = re.compile(rb"(?<![A-Za-z\xa1-\xfb])[\xa1-\xfb]{2,}(?![A-Za-z\xa1-\xfb])")
_CHUNK = 1 << 16


@contextmanager
def open_text(source: Source, encoding: str, errors: str = "strict") -> Iterator[io.TextIOWrapper]:
    """Open the text with its line ends as they are, and without a byte order mark."""
    mark, _encoding = _byte_order_mark(source)
    with source.open() as file:
        file.read(len(mark))
        yield io.TextIOWrapper(file, encoding, errors=errors, newline="")


def detect_encoding(source: Source) -> str:
    """Tell the encoding from a byte order mark, or from what the bytes can and cannot be."""
    _mark, marked = _byte_order_mark(source)
    return marked or _utf_16(source.head()) or _utf_8(source) or _one_byte(source)


def check_text(source: Source, encoding: str) -> None:
    """
    Read the whole text once, so that whoever parses it meets no surprise.

    Raises:
        IntakeError: bytes that the encoding does not have, control characters, or a line so
            long that it cannot be a row.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    mark, _encoding = _byte_order_mark(source)
    length = 0
    with source.open() as file:
        file.read(len(mark))
        at_end = False
        while not at_end:
            chunk = file.read(_CHUNK)
            at_end = not chunk
            try:
                text = decoder.decode(chunk, at_end)
            except UnicodeDecodeError as error:
                raise _undecodable(source, encoding) from error
            if CONTROL.search(text):
                raise control_character(_first_line(source, encoding, CONTROL.search))
            length = _unbroken(text, length)
            if length > MAX_LINE_LENGTH:
                raise _too_long_line(source, encoding)


def _byte_order_mark(source: Source) -> tuple[bytes, str]:
    head = source.head()
    return next(
        ((mark, name) for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), (b"", "")
    )


def _utf_16(head: bytes) -> str:
    """Recognise UTF-16 without a mark by its zero bytes: Western digits and separators have one."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) % 2 or 5 * max(even, odd) < len(head) or min(even, odd) > max(even, odd) // 10:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _utf_8(source: Source) -> str:
    """Recognise UTF-8 by its sequences, even if a few of them are damaged."""
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with source.open() as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            if not text.isascii():
                bad += text.count("\N{REPLACEMENT CHARACTER}")
                good += len(text) - len(text.encode("ascii", "ignore"))
    return "utf-8" if good - bad >= 3 * bad else ""


def _one_byte(source: Source) -> str:
    """Choose a page by its letters. Thai words are made of them, other words have one or two."""
    count: Counter[int] = Counter()
    in_words = 0
    with source.open() as file:
        while chunk := file.read(_CHUNK):
            count.update(chunk.translate(None, _ASCII))
            in_words += sum(map(len, _HIGH_WORD.findall(chunk)))
    if 2 * in_words > count.total():
        return "cp874"
    scores = {
        page: sum(count[byte] for byte in letters.encode(page))
        for page, letters in _LETTERS.items()
    }
    return max(scores, key=lambda page: scores[page])


def _unbroken(text: str, before: int) -> int:
    """Count the characters since the last line end, given the count at the text's start."""
    end = max(text.rfind("\n"), text.rfind("\r"))
    return before + len(text) if end < 0 else len(text) - end - 1


def _undecodable(source: Source, encoding: str) -> IntakeError:
    line = _first_line(source, encoding, re.compile("\N{REPLACEMENT CHARACTER}").search)
    return IntakeError(
        _("Line %(line)s cannot be read as %(encoding)s. Choose another encoding.")
        % {"line": figure(line), "encoding": _(ENCODINGS[encoding])},
        code="undecodable",
        line=line,
    )


def _too_long_line(source: Source, encoding: str) -> IntakeError:
    line = _first_line(source, encoding, lambda text: len(text) > MAX_LINE_LENGTH)
    return IntakeError(
        _("Line %(line)s is longer than %(limit)s characters. Is this a table?")
        % {"line": figure(line), "limit": figure(MAX_LINE_LENGTH)},
        code="line_too_long",
        line=line,
    )


def _first_line(source: Source, encoding: str, is_at_fault: Callable[[str], object]) -> int:
    with open_text(source, encoding, errors="replace") as text:
        return next((line for line, row in enumerate(text, 1) if is_at_fault(row)), 1)
