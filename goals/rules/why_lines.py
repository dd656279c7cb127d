"""Which numbers ask for a why line."""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import islice

from goals.rules.status import Status

# Of so many of the latest periods one still knows why.
ASKED_BACK = 4


def asking(newest_first: Iterable[tuple[date, Status]], said: Collection[date]) -> list[date]:
    """
    Give the latest periods that are off track and about which nobody has said why.

    Periods that are not judged, such as the running one, are looked past.
    """
    judged = (each for each in newest_first if each[1] != Status.NOT_JUDGED)
    return [
        start
        for start, status in islice(judged, ASKED_BACK)
        if status == Status.OFF_TRACK and start not in said
    ]
