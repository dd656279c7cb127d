"""Text in columns of a fixed width, as plain mail shows it, in every script."""

import re
import unicodedata
from collections.abc import Iterator


def width(text: str) -> int:
    """Count the columns that a text takes: marks on other signs take none, wide signs two."""
    return len(text) if text.isascii() else sum(map(_sign_width, text))


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """Fill up with spaces behind the text, or before it if it shall stand on the ``right``."""
    space = " " * (columns - width(text))
    return space + text if right else text + space


def wrapped(text: str, columns: int, *, indent: str = "") -> list[str]:
    """Break a text at its spaces into lines of at most ``columns``; a longer word is cut."""
    room = columns - width(indent)
    lines = [""]
    # Not at no-break spaces, which group digits.
    for word in re.split(r"[ \t\r\n]+", text.strip()):
        if lines[-1] and width(lines[-1]) + 1 + width(word) <= room:
            lines[-1] += f" {word}"
            continue
        first, *more = _cut(word, room)
        lines[-1:] = [lines[-1], first] if lines[-1] else [first]
        lines += more
    return [indent + line for line in lines]


def _cut(word: str, room: int) -> Iterator[str]:
    piece = ""
    for sign in word:
        # A mark stays with the sign that it stands on.
        if width(piece) + _sign_width(sign) > room:
            yield piece
            piece = ""
        piece += sign
    yield piece


def _sign_width(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
