"""Which week a page shows."""

from datetime import date

from core.periods import Grain, PeriodCalendar


def chosen_week(key: str, calendar: PeriodCalendar, *, today: date) -> date:
    """
    Give the start of the week named ``2026-W46``, no later than the running one.

    Weeks are whole: without a name, or with one that means nothing, it is the last week that is
    over.
    """
    try:
        week = calendar.week_from_key(key)
    except ValueError:
        return calendar.last_complete(Grain.WEEK, today=today)
    return min(week, calendar.start(Grain.WEEK, today))
