"""How figures and pieces of a file appear in sentences."""

from decimal import Decimal

from django.utils.translation import get_language

from core.numbers import NumberFormat

SHOWN_CHARACTERS = 40


def figure(number: Decimal | int) -> str:
    """Write a number in the manner of the reader's language: 250,000 or 250 000."""
    return NumberFormat.of(get_language()).exact(Decimal(number))


def shown(text: str) -> str:
    """Give a cell's text as a sentence may quote it: on one line and not too long."""
    line = " ".join(text[: 2 * SHOWN_CHARACTERS].split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"
