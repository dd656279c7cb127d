"""Pulling a source in tests: setting it up, doing what workers do, and what is stored then."""

import datetime as dt

from goals.models import Measurement, Source
from goals.services import imports, sources
from goals.services.sources.pulling import PAUSES
from tests.conftest import NOW
from tests.goals.bad_files import csv

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
FILE = csv("Date,Leads", "2026-11-02,5", "2026-11-09,6")
NEXT = csv("Date,Leads", "2026-11-02,5", "2026-11-09,6", "2026-11-16,7")
BEFORE = {"2026-10-26": 4}
AFTER = {"2026-10-26": 4, "2026-11-02": 5, "2026-11-09": 6}


def set_up(lead, address, **given):
    kept = sources.create_source(
        name="Leads of the CRM",
        address=address,
        hour=6,
        owner=lead,
        by=lead,
        at=NOW - HOUR,
        **given,
    )
    if kept.state == Source.State.PAUSED:
        kept = sources.change_source(source=kept, version=1, at=NOW - HOUR, state="active")
    return kept


def work(at=NOW):
    """Do what the workers do."""
    while sources.run_next(at=at):
        pass
    while imports.run_next(at=at):
        pass
    sources.settle(at=at)


def pulled(source, *, at=NOW):
    """Pull a source, with as many tries as it takes; give the pull."""
    pull = sources.ask_for_pull(source=source, by=source.owner, at=at)
    work(at)
    for pause in PAUSES:
        at += pause + dt.timedelta(minutes=1)
        work(at)
    pull.refresh_from_db()
    source.refresh_from_db()
    return pull


def stored():
    values = Measurement.objects.order_by("on_date").values_list("on_date", "value")
    return {day.isoformat(): int(value) for day, value in values}
