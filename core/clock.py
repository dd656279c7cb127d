"""What time it is: read by doors, passed down as an argument everywhere else."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """Give the present moment, in UTC."""
    return timezone.now()  # noqa: TID251  # the one place that asks


def local_day(zone: ZoneInfo, *, at: datetime) -> date:
    """Give the calendar day on which ``at`` falls in ``zone``."""
    return at.astimezone(zone).date()


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """
    Give the moment at which the clocks of ``zone`` show the naive time ``wall``, in UTC.

    A time that the clocks show twice means the first one. A time that they skip means the first
    moment after the gap, so something due at 02:30 on such a night is due when the gap ends.
    """
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if before.astimezone(zone).replace(tzinfo=None) == wall:
        return before
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    # Inside a gap, fold=1 reads the wall time with the offset after the change and fold=0 with
    # the one before it: the change lies between the two moments.
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    offset_after = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset_after:
            high = middle
        else:
            low = middle
    return high
