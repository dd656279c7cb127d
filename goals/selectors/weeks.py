"""Which week a page shows."""

from datetime import date

from core.periods import FIRST_DAY, Grain, PeriodCalendar


def chosen_week(key: str, calendar: PeriodCalendar, *, today: date) -> date:
    """
    Give the start of the week named ``2026-W46``, no later than the running one.

    Weeks are whole: without a name, or with one that means nothing, it is the last week that is
    over. So it is with one before anything could be measured.
    """
    try:
        week = calendar.week_from_key(key)
    except (ValueError, OverflowError):
        week = date.min
    if week < FIRST_DAY:
        return calendar.last_complete(Grain.WEEK, today=today)
    return min(week, calendar.start(Grain.WEEK, today))
