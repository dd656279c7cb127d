"""When the numbers of a week are due, and its digest; both stand in the workspace's settings."""

from datetime import date, datetime, time, timedelta

from core import clock
from core.periods import Grain
from teams.models import Workspace

WEEK = timedelta(weeks=1)
# Digests of a run leave spread over so many seconds, so that neither the mail server nor the
# pages behind the links meet everybody at once.
SPREAD_SECONDS = 20 * 60
# Has no divisor in common with the spread, so keys in a row land evenly and far apart.
_STRIDE = 719


def due_at(workspace: Workspace, week: date) -> datetime:
    """
    Give the moment at which the digest of a week goes out, in UTC.

    It is the first digest weekday after the week, at the workspace's hour. A time that the
    clocks skip on that day means the end of the gap, one that they show twice the first.
    """
    return _after(workspace, week, workspace.digest_weekday, workspace.digest_time)


def numbers_due_at(workspace: Workspace, week: date) -> datetime:
    """Give the moment at which the numbers of a week are due, read as that of the digest is."""
    return _after(workspace, week, workspace.numbers_due_weekday, workspace.numbers_due_time)


def _after(workspace: Workspace, week: date, weekday: int, wall: time) -> datetime:
    day = workspace.calendar.end(Grain.WEEK, week)
    while day.weekday() != weekday:
        day += timedelta(days=1)
    return clock.instant(datetime.combine(day, wall), workspace.zone)


def latest_due_week(workspace: Workspace, *, at: datetime) -> date:
    """Give the latest week whose digest is due; what was missed before it is not made up."""
    calendar = workspace.calendar
    week = calendar.last_complete(Grain.WEEK, today=workspace.today(at=at))
    while due_at(workspace, week) > at:
        week = calendar.shift(Grain.WEEK, week, -1)
    return week


def comes_after(week: date, due: datetime, *, last: tuple[date, datetime]) -> bool:
    """
    Tell whether a digest of ``week`` may follow the last one, given by its week and due moment.

    Weeks overlap only where the day on which they start was changed. Then the one that falls
    due together with the last digest was told by it, and the next is told in full.
    """
    last_week, last_due = last
    if week >= last_week + WEEK:
        return True
    return week > last_week and due - last_due > timedelta(days=2)


def spread(key: int) -> timedelta:
    """Give the delay of one subscription within a run: every week the same, below 20 minutes."""
    return timedelta(seconds=key * _STRIDE % SPREAD_SECONDS)
