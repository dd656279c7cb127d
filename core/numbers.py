"""How numbers are written: exactly for machines, in the reader's manner for people."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.translation import get_language

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
STORED_PLACES = Decimal("1E-8")
# The largest magnitude that numeric(24, 8) holds is just below this.
STORED_LIMIT = Decimal("1E16")

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MARKS = {  # language: (grouping, decimal)
    "en": (",", "."),
    "pl": (NO_BREAK_SPACE, ","),
    "it": (".", ","),
    "th": (",", "."),
}
_SHORT_UNITS = (
    (Decimal(1), ""),
    (Decimal("1E3"), "k"),
    (Decimal("1E6"), "M"),
    (Decimal("1E9"), "bn"),
)


def round_stored(value: Decimal) -> Decimal:
    """Round half-even to the eight places that are stored."""
    return value.quantize(STORED_PLACES, rounding=ROUND_HALF_EVEN)


def read_plain(text: str) -> Decimal | None:
    """
    Read a decimal that a program wrote: digits, a point, perhaps a sign and an exponent.

    Anything else, such as ``1_000``, `` 5 `` or ``NaN``, is None.
    """
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def plain(value: Decimal) -> str:
    """Write a decimal exactly and without trailing zeros: ``5``, ``4.5``, ``-0.00000001``."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Writes numbers with the marks of one language."""

    grouping: str
    decimal: str

    @classmethod
    def of(cls, language: str | None) -> "NumberFormat":
        """Give the format of a language code; of one without marks of its own the English one."""
        return cls(*_MARKS.get((language or "").split("-")[0], _MARKS["en"]))

    def exact(self, value: Decimal) -> str:
        """Write every digit there is."""
        return self._localise(plain(value), value)

    def fixed(self, value: Decimal, places: int) -> str:
        """Write exactly ``places`` decimals, rounded half-even."""
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        return self._localise(f"{rounded:f}", rounded)

    def at_most(self, value: Decimal, places: int) -> str:
        """Write up to ``places`` decimals and no trailing zeros."""
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        return self._localise(plain(rounded), rounded)

    def short(self, value: Decimal) -> str:
        """Write a number in four or five signs: ``980``, ``1.2k``, ``184k``, ``15.5M``."""
        for unit, suffix in _SHORT_UNITS:
            size = abs(value) / unit
            places = 0 if size >= 100 else 1 if size >= 10 or suffix else 2
            # Rounding may reach the next unit: 999,950 is 1M, not 1,000k.
            if round(size, places) < 1000:
                break
        return self.at_most(value / unit, places) + suffix

    def _localise(self, text: str, value: Decimal) -> str:
        whole, _point, fraction = text.lstrip("-").partition(".")
        grouped = f"{int(whole):,}".replace(",", self.grouping)
        sign = MINUS if value < 0 else ""
        return f"{sign}{grouped}{self.decimal}{fraction}" if fraction else f"{sign}{grouped}"


def figure(number: Decimal | int) -> str:
    """Write a number in the manner of the reader's language: 250,000 or 250 000."""
    return NumberFormat.of(get_language()).exact(Decimal(number))
