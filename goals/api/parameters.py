"""Reading query parameters: what is none of what is allowed is a 400 that names it."""

from datetime import date

from django.utils.translation import gettext as _

from core.api.problems import Problem
from core.periods import FIRST_DAY, LAST_DAY


def day_in(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise bad_parameter(name, _("Write a date such as 2026-11-16.")) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        names = {"first": FIRST_DAY, "last": LAST_DAY}
        raise bad_parameter(name, _("Write a date from %(first)s to %(last)s.") % names)
    return day


def choice_in(name: str, value: str, allowed: list[str]) -> str:
    if value not in allowed:
        raise bad_parameter(
            name, _("Choose one of: %(allowed)s.") % {"allowed": ", ".join(allowed)}
        )
    return value


def flag_in(name: str, value: str) -> bool:
    return choice_in(name, value, ["true", "false"]) == "true"


def bad_parameter(name: str, detail: str) -> Problem:
    return Problem(400, detail, [{"field": name, "detail": detail}])
