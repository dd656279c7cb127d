"""Moments and days by the clocks of a place (reliability row FM-23)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from core import clock


def moment(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Europe/Warsaw", "2026-11-16T09:00", "2026-11-16T08:00"),
        # Skipped: the first moment after the gap.
        ("Europe/Warsaw", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),
        ("Africa/Cairo", "2027-04-30T00:00", "2027-04-29T22:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-30T10:00"),
        # Shown twice: the first of the two.
        ("Europe/Warsaw", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/Havana", "2026-11-01T00:30", "2026-11-01T04:30"),
        # The hours around the change are the usual ones.
        ("Europe/Warsaw", "2026-03-29T01:59", "2026-03-29T00:59"),
        ("Europe/Warsaw", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("Europe/Warsaw", "2026-10-25T03:00", "2026-10-25T02:00"),
    ],
)
def test_a_time_on_the_wall_is_a_moment(zone, wall, expected):
    found = clock.instant(dt.datetime.fromisoformat(wall), ZoneInfo(zone))

    assert (found, found.tzinfo) == (moment(expected), dt.UTC)


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Europe/Warsaw", "2026-11-15T22:59", dt.date(2026, 11, 15)),
        ("Europe/Warsaw", "2026-11-15T23:00", dt.date(2026, 11, 16)),
        ("America/Los_Angeles", "2026-11-16T07:59", dt.date(2026, 11, 15)),
        ("Asia/Bangkok", "2026-11-15T17:00", dt.date(2026, 11, 16)),
    ],
)
def test_a_moment_falls_on_the_day_of_the_place(zone, at, day):
    assert clock.local_day(ZoneInfo(zone), at=moment(at)) == day
