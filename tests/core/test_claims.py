"""Leases: how long a worker may hold a row."""

import datetime as dt
import time

from core.claims import Lease

START = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
TWO_MINUTES = dt.timedelta(minutes=2)


def test_a_lease_ends_so_long_after_the_last_sign_of_life(monkeypatch):
    seconds = iter([1000.0, 1000.0, 1090.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds))

    lease = Lease(TWO_MINUTES, at=START)

    assert lease.until() == START + TWO_MINUTES
    assert lease.until() == START + TWO_MINUTES + dt.timedelta(seconds=90)
