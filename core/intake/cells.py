"""What cells of every kind have in common: missing values, hidden characters, typed values."""

import re
import unicodedata

from django.utils.translation import gettext as _

from core.intake.errors import CellError
from core.intake.words import shown

# The whole list of what counts as "no value", compared without case. Anything else that is not
# a number or a date is an error for people to decide about: "n/d", "brak" and "nan" among it.
MISSING = frozenset({"", "-", "--", "---", "–", "—", "−", "n/a", "#n/a", "null", "none"})

# Marks that show nothing and change nothing; Windows puts them into copied dates.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
# The product speaks Thai, so it reads the digits that Thai offices write.
_READ = _INVISIBLE | {ord(digit): str(value) for value, digit in enumerate("๐๑๒๓๔๕๖๗๘๙")}
# These show digits in another order than they are stored.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class TypedNumber(str):
    """A cell that its file stores as a number, written with a decimal point."""

    __slots__ = ()


class TypedDate(str):
    """A cell that its file stores as a date, written the ISO way."""

    __slots__ = ()


def is_missing(text: str) -> bool:
    return text.strip().casefold() in MISSING


def tidy(text: str) -> str:
    """
    Take off what cannot be seen around and inside a number or a date; read Thai digits.

    Raises:
        CellError: a hidden mark reverses the order of what is seen.
    """
    if text.isascii():
        return text.strip()
    if _REORDERING.search(text):
        raise CellError(
            _("“%(text)s” holds hidden marks that change the order of its digits.")
            % {"text": shown(_REORDERING.sub("", text))},
            code="hidden_marks",
        )
    return text.translate(_READ).strip()


def refuse_other_digits(text: str) -> None:
    """
    Raise a CellError if digits are used that are neither 0 to 9 nor Thai.

    Arabic and other digits are not converted: they are too easily mixed up unseen.
    """
    if not text.isascii() and any(
        unicodedata.category(sign) == "Nd" and not sign.isascii() for sign in text
    ):
        raise CellError(
            _("“%(text)s” is not written with the digits 0 to 9.") % {"text": shown(text)},
            code="other_digits",
        )
