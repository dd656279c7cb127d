"""When a source is due."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core import clock


def next_pull(*, weekday: int | None, hour: int, zone: ZoneInfo, after: datetime) -> datetime:
    """
    Give the first moment after ``after`` at which the clocks of ``zone`` show ``hour``.

    Without a ``weekday`` any day will do. An hour that the clocks skip means the end of the gap.
    """
    day = clock.local_day(zone, at=after)
    while True:
        moment = clock.instant(datetime.combine(day, time(hour)), zone)
        if moment > after and weekday in (None, day.weekday()):
            return moment
        day += timedelta(days=1)
