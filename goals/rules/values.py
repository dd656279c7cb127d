"""What can be measured: the same for every door that takes numbers."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from core.periods import FIRST_DAY

# A date further ahead than this is a slip of the keyboard.
FURTHEST_AHEAD = timedelta(days=366)


def problem_of_day(day: date, *, today: date) -> str:
    """Say why nothing can be measured on a day, if so."""
    if FIRST_DAY <= day <= today + FURTHEST_AHEAD:
        return ""
    return _("%(day)s is not a day on which this can be measured.") % {"day": day}


def problem_of_unit(value: Decimal, unit: str) -> str:
    """Say why a number means nothing in a unit, if so."""
    if unit == "yes_no" and value not in (0, 1):
        return _("Write 1 for yes or 0 for no.")
    return ""
