"""How the value of a KPI is written for people."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.numbers import NO_BREAK_SPACE, NumberFormat
from goals.rules.status import RANGES, Comparator, Goalpost

# Decimals of a rounded value, by unit; values with up to _SHOWN decimals are not rounded.
_PLACES = {"count": 0, "currency": 2, "percent": 1, "duration": 1, "number": 2, "yes_no": 0}
_SHOWN = 4
_COMPACT_FROM = 10_000
_SIGNS = {
    Comparator.AT_LEAST: "≥",
    Comparator.AT_MOST: "≤",
    Comparator.MORE_THAN: ">",
    Comparator.LESS_THAN: "<",
    Comparator.EQUALS: "=",
}


@dataclass(frozen=True, slots=True)
class UnitFormat:
    """Writes values of one KPI in one reader's manner."""

    unit: str
    label: str
    currency: str
    numbers: NumberFormat

    def full(self, value: Decimal) -> str:
        """Write a value as it is, or rounded where it has more than four decimals."""
        if self.unit == "yes_no":
            return self._yes_or_no(value)
        return self._with_unit(self._digits(value))

    def cell(self, value: Decimal) -> str:
        """Write a value for a narrow column: short from 10,000 on, and without its unit."""
        if self.unit == "yes_no":
            return self._yes_or_no(value)
        if abs(value) >= _COMPACT_FROM:
            return self.numbers.short(value)
        if self.unit == "percent":
            return self.numbers.fixed(value, 1)
        return self.numbers.at_most(value, 1 if abs(value) >= 100 else 2)

    def exact(self, value: Decimal) -> str:
        """Write every digit that is stored."""
        if self.unit == "yes_no":
            return self._yes_or_no(value)
        return self._with_unit(self._every_digit(value))

    def difference(self, value: Decimal) -> str:
        """Write how far two values lie apart; percents differ by percentage points."""
        digits = self._digits(abs(value))
        if self.unit == "percent":
            points = pgettext("percentage points", "pp")
            return f"{digits}{NO_BREAK_SPACE}{points}"
        return self._with_unit(digits)

    def target(self, goalpost: Goalpost) -> str:
        """Write a target: ``≥ 230``, ``10 to 20``."""
        if goalpost.comparator in RANGES and goalpost.upper is not None:
            bounds = {"low": self._bound(goalpost.value), "high": self._bound(goalpost.upper)}
            if goalpost.comparator == Comparator.IN_RANGE:
                return _("%(low)s to %(high)s") % bounds
            return _("outside %(low)s to %(high)s") % bounds
        return f"{_SIGNS[goalpost.comparator]}{NO_BREAK_SPACE}{self._bound(goalpost.value)}"

    def _bound(self, value: Decimal) -> str:
        # As it was set: rounded, a value could look equal to a target that it misses. Only what
        # nobody sets is cut to four digits: a sum over periods has the far decimals of its parts.
        if self.unit == "yes_no":
            return self._yes_or_no(value)
        places = _SHOWN if _decimals(value) <= _SHOWN else max(1, 3 - value.adjusted())
        return self._with_unit(self.numbers.at_most(value, places))

    def _digits(self, value: Decimal) -> str:
        if _decimals(value) <= _SHOWN:
            return self._every_digit(value)
        if self.unit == "percent":
            return self.numbers.fixed(value, 1)
        return self.numbers.at_most(value, _PLACES[self.unit] or 1)

    def _every_digit(self, value: Decimal) -> str:
        if self.unit == "percent" and value == value.to_integral_value():
            return self.numbers.fixed(value, 1)
        return self.numbers.exact(value)

    def _with_unit(self, digits: str) -> str:
        match self.unit:
            case "percent":
                return f"{digits}%"
            case "currency":
                return f"{self.currency}{NO_BREAK_SPACE}{digits}"
        return f"{digits}{NO_BREAK_SPACE}{self.label}" if self.label else digits

    def _yes_or_no(self, value: Decimal) -> str:
        if value in (0, 1):
            return _("Yes") if value else _("No")
        return self.numbers.at_most(value, 2)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
