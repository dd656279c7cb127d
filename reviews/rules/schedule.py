"""When a week's digest is due."""

from datetime import date, datetime, timedelta

from core import clock
from core.periods import Grain
from teams.models import Workspace


def due_at(workspace: Workspace, week: date) -> datetime:
    """
    Give the moment at which the digest of a week goes out, in UTC.

    It is the first digest weekday after the week, at the workspace's hour. A time that the
    clocks skip on that day means the end of the gap, one that they show twice the first.
    """
    day = workspace.calendar.end(Grain.WEEK, week)
    while day.weekday() != workspace.digest_weekday:
        day += timedelta(days=1)
    return clock.instant(datetime.combine(day, workspace.digest_time), workspace.zone)


def latest_due_week(workspace: Workspace, *, at: datetime) -> date:
    """Give the latest week whose digest is due; what was missed before it is not made up."""
    calendar = workspace.calendar
    week = calendar.last_complete(Grain.WEEK, today=workspace.today(at=at))
    while due_at(workspace, week) > at:
        week = calendar.shift(Grain.WEEK, week, -1)
    return week
