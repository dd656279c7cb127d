"""
Reading numbers as people and their tools write them.

A number may carry a sign in front or behind (``-``, ``+``, Unicode minus and dashes, parentheses
for negative), a currency sign or code, a percent sign, and thousands separated by spaces (also
no-break and narrow ones), apostrophes, or whichever of ``.`` and ``,`` is not the decimal mark.
``12 %`` is 12. Thousands must come in threes, and the result must fit ``numeric(24, 8)``.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.intake.cells import MISSING, refuse_other_digits, tidy
from core.intake.errors import AmbiguousNumberError, CellError
from core.intake.words import shown
from core.numbers import STORED_LIMIT, STORED_PLACES, figure, plain, round_stored

MARKS = (".", ",")
UNDECIDED = "?"
INTEGER_DIGITS = 16
DECIMALS = 8
# No number that fits is written longer, however it is dressed.
LONGEST = 60

_CURRENCIES = (
    "USD|EUR|GBP|PLN|THB|CHF|CZK|UAH|SEK|NOK|DKK|HUF|RON|BGN|JPY|CNY|INR|AUD|CAD|NZD|BRL|MXN|ZAR"
    "|TRY|SGD|HKD|KRW|ILS|VND|IDR|MYR|PHP|AED|SAR"
    r"|(?:US|CA|AU|NZ|HK|SG|[ACR])?\$|€|£|¥|₴|₺|₹|₩|₪|₫|₱|฿|บาท|zł|zl|kr\.?|Kč|Ft|lei"
)
_DRESSED = re.compile(
    rf"(?P<open>\()? ?(?P<before>[-+])? ?(?:{_CURRENCIES})? ?(?P<inside>[-+])? ?"
    r"(?P<digits>[0-9.,](?:[0-9.,'’ ]*[0-9.,])?)"
    rf" ?(?:%|{_CURRENCIES})? ?(?P<behind>[-+])? ?(?P<close>\))?",
    re.IGNORECASE,
)
_DIGITS = {
    mark: re.compile(
        rf"(?P<whole>[0-9]+|[1-9][0-9]{{0,2}}(?P<separator>[{other}'’ ])[0-9]{{3}}"
        rf"(?:(?P=separator)[0-9]{{3}})*)?(?:{re.escape(mark)}(?P<fraction>[0-9]+))?"
    )
    for mark, other in ((".", ","), (",", "."))
}
_SIMPLE = {
    mark: re.compile(rf"-?[0-9]{{1,{INTEGER_DIGITS}}}(?:{re.escape(mark)}[0-9]{{1,{DECIMALS}}})?")
    for mark in MARKS
}
_MINUSES = str.maketrans(dict.fromkeys("−–‒‐‑－", "-"))
_NOT_DIGITS = re.compile("[^0-9]")

# What a text that is no number looks like, the sentence that says so, and its code.
_REFUSALS = (
    (r"[=@].*", gettext_noop("“%(text)s” is a formula; its result is needed."), "formula"),
    (
        r".*[<>≤≥≈~].*",
        gettext_noop("“%(text)s” is a limit and not a number, so it cannot be added up."),
        "bound",
    ),
    (
        r"[-+]?[0-9.,]+e[-+]?[0-9]+",
        gettext_noop("“%(text)s” is shortened with an exponent; all digits are needed."),
        "exponent",
    ),
    (
        r"[-+]?(?:nan|inf|infinity|∞)",
        gettext_noop("“%(text)s” is not a number that can be stored."),
        "not_finite",
    ),
    (
        r"[-+]?[0-9][0-9., ]* ?(?:k|m|b|bn|tys\.?|mln\.?|mld\.?)",
        gettext_noop("“%(text)s” is shortened; all digits are needed."),
        "shortened",
    ),
    (
        r"#[\w/]+[!?]",
        gettext_noop("“%(text)s” is an error message of a spreadsheet and not a number."),
        "spreadsheet_error",
    ),
)


@dataclass(frozen=True, slots=True)
class _Written:
    """A number taken apart: grouping removed, the value not yet judged."""

    negative: bool
    whole: str
    fraction: str

    def value(self) -> Decimal:
        sign = "-" if self.negative else ""
        return Decimal(f"{sign}{self.whole or '0'}.{self.fraction}")


def number_reader(mark: str, *, rounded: bool = False) -> Callable[[str], Decimal | None]:
    """
    Give a reader for the cells of one column; an empty cell or a missing value is None.

    With ``rounded``, decimals beyond the eighth are rounded half-even instead of refused.
    The reader raises CellError.
    """
    is_simple = _SIMPLE[mark].fullmatch

    def read(text: str) -> Decimal | None:
        if is_simple(text):
            return Decimal(text if mark == "." else text.replace(",", "."))
        return read_number(text, mark, rounded=rounded)

    return read


def read_number(text: str, mark: str, *, rounded: bool = False) -> Decimal | None:
    """
    Read a number written with the decimal mark ``mark``; a missing value is None.

    Raises:
        CellError: it is not a number, is written with the other mark, or does not fit.
    """
    body = _body(text)
    if body.casefold() in MISSING:
        return None
    written = _take_apart(body, mark)
    if written is None:
        raise _refusal(body, mark)
    return _fitted(written, body, rounded=rounded)


def parse_number(text: str, decimal_mark: str | None = None) -> Decimal | None:
    """
    Read one number that a person typed, with either decimal mark; a missing value is None.

    ``decimal_mark`` settles what can be read two ways: ``1,234`` is 1.234 with ``,`` and 1234
    with ``.``. Numbers with one reading only need no mark and ignore it: ``12,5`` is 12.5.

    Raises:
        AmbiguousNumberError: there are two readings and no ``decimal_mark``.
        CellError: it is not a number, or does not fit.
    """
    body = _body(text)
    readings = {mark: written.value() for mark, written in _readings(body).items()}
    if len(set(readings.values())) > 1 and decimal_mark is None:
        raise _ambiguous(body, readings.values())
    if decimal_mark in readings or not readings:
        return read_number(body, decimal_mark or ".")
    return read_number(body, next(iter(readings)))


def is_number(text: str) -> bool:
    """Tell whether ``text`` is written as a number, whatever its mark and size."""
    return bool(_readings_or_none(text))


def has_long_fraction(text: str) -> bool:
    """Tell whether a number has more decimals than are stored, whatever its mark."""
    return any(len(written.fraction) > DECIMALS for written in _readings_or_none(text).values())


def guess_mark(texts: Iterable[str]) -> str:
    """
    Find the decimal mark that the numbers of a column are written with.

    Gives ``.`` or ``,`` where a cell can be read with that mark only (``12,5``), the more
    frequent one if both occur; UNDECIDED where cells have two readings (``1,234``) and no
    other cell settles it; and "" where no cell depends on the mark.
    """
    votes = Counter(_mark_shown_by(text) for text in texts)
    if votes[","] or votes["."]:
        return "," if votes[","] > votes["."] else "."
    return UNDECIDED if votes[UNDECIDED] else ""


def _mark_shown_by(text: str) -> str:
    readings = _readings_or_none(text)
    if len(readings) == 1:
        return next(iter(readings))
    return UNDECIDED if len({written.value() for written in readings.values()}) > 1 else ""


def _body(text: str) -> str:
    return " ".join(tidy(text).translate(_MINUSES).split())


def _readings_or_none(text: str) -> dict[str, _Written]:
    try:
        return _readings(_body(text))
    except CellError:
        return {}


def _readings(body: str) -> dict[str, _Written]:
    taken_apart = {mark: _take_apart(body, mark) for mark in MARKS}
    return {mark: written for mark, written in taken_apart.items() if written is not None}


def _take_apart(body: str, mark: str) -> _Written | None:
    dressed = _DRESSED.fullmatch(body) if len(body) <= LONGEST else None
    if dressed is None:
        return None
    digits = _DIGITS[mark].fullmatch(dressed["digits"])
    if digits is None:
        return None
    signs = [sign for sign in dressed.group("before", "inside", "behind", "open") if sign]
    if len(signs) > 1 or bool(dressed["open"]) != bool(dressed["close"]):
        return None
    return _Written(
        negative=signs in (["-"], ["("]),
        whole=_NOT_DIGITS.sub("", digits["whole"] or "").lstrip("0"),
        fraction=(digits["fraction"] or ""),
    )


def _fitted(written: _Written, body: str, *, rounded: bool) -> Decimal:
    if len(written.whole) > INTEGER_DIGITS:
        raise CellError(
            _("“%(text)s” has more than %(limit)s digits.")
            % {"text": shown(body), "limit": figure(INTEGER_DIGITS)},
            code="too_many_digits",
        )
    if len(written.fraction) <= DECIMALS:
        return written.value()
    if rounded and round_stored(written.value()).copy_abs() < STORED_LIMIT:
        return round_stored(written.value())
    if written.fraction[DECIMALS:].strip("0"):
        raise CellError(
            _("“%(text)s” has more than %(limit)s decimals.")
            % {"text": shown(body), "limit": figure(DECIMALS)},
            code="too_many_decimals",
        )
    return written.value().quantize(STORED_PLACES)


def _ambiguous(body: str, readings: Iterable[Decimal]) -> AmbiguousNumberError:
    small, large = sorted(readings, key=abs)
    message = _("“%(text)s” can mean %(large)s or %(small)s.") % {
        "text": shown(body),
        "large": plain(large),
        "small": figure(small),
    }
    return AmbiguousNumberError(message, readings=(small, large))


def _refusal(body: str, mark: str) -> CellError:
    refuse_other_digits(body)
    text = {"text": shown(body)}
    for pattern, sentence, code in _REFUSALS:
        if re.fullmatch(pattern, body, re.IGNORECASE | re.DOTALL):
            return CellError(_(sentence) % text, code=code)
    if _readings(body):
        sentence = (
            _("“%(text)s” is written with a decimal comma, its column with a decimal point.")
            if mark == "."
            else _("“%(text)s” is written with a decimal point, its column with a decimal comma.")
        )
        return CellError(sentence % text, code="other_mark")
    return CellError(_("“%(text)s” is not a number.") % text, code="not_a_number")
