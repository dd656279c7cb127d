"""Why lines of a KPI, and the periods that may get one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from goals.models import Kpi, Segment, WhyLine
from goals.rules.status import Status
from goals.selectors import phrases
from goals.selectors.points import get_freshness, get_lines

# A page shows so many lines; older ones are in the API.
LATEST = 50


@dataclass(frozen=True, slots=True)
class Why:
    """The line of one period that counts, with those that it came after, newest first."""

    period: str
    line: WhyLine
    earlier: Sequence[WhyLine]


def get_whys(kpi: Kpi, segment: Segment | None) -> list[Why]:
    """Read what was said about a series, latest period first, in one query."""
    lines = WhyLine.objects.filter(kpi=kpi, segment=segment).select_related("said_by__user")
    latest = lines.order_by("-start", "-pk")[:LATEST]
    calendar = kpi.workspace.calendar
    return [
        Why(phrases.period_name(calendar, kpi.judged_grain, start), line, earlier)
        for start, (line, *earlier) in groupby(latest, key=lambda each: each.start)
    ]


def off_track_starts(
    kpi: Kpi, *, segment: Segment | None, first: date, last: date, today: date
) -> list[date]:
    """Give the judged periods from ``first`` to ``last`` that are off track."""
    line = get_lines(
        kpi.workspace,
        [kpi],
        generation=get_freshness(kpi.workspace).generation,
        grain=kpi.judged_grain,
        first=first,
        last=last,
        today=today,
        segment=segment,
    )[kpi.pk]
    points = line.points(first, last)
    return [point.start for point in points if point.status == Status.OFF_TRACK]
