"""What workers do with imports on bad days: killed, doubled, overtaken, stopped."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest
from django.db import OperationalError

from core.intake import ReadOptions
from goals.models import Import, Kpi, Measurement, Segment
from goals.services import imports
from goals.services.breakdowns import add_segment
from goals.services.imports import writing
from goals.services.imports.progress import LEASE, NotHeldError, Progress
from goals.services.kpis import archive_kpi, change_kpi
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from tests.beside import at_once, start_child
from tests.conftest import NOW
from tests.factories.goals import KpiFactory, kpi_by_market
from tests.goals.bad_files import csv

State = Import.State
MONDAY = dt.date(2026, 11, 9)
A_SECOND = dt.timedelta(seconds=1)
# More rows than a chunk of reading, more values than a chunk of writing.
DAYS, MARKETS = 250, 100
WORKER = """
import datetime as dt
from goals.services import imports
while imports.run_next(at=dt.datetime.fromisoformat(sys.argv[2])):
    pass
"""


@pytest.fixture
def visits(workspace, lead):
    """A daily KPI by market; no market is known yet."""
    return kpi_by_market(workspace=workspace, owner=lead, name="Visits", cadence="daily")


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


def panel(value, *, days=DAYS, markets=MARKETS):
    first = dt.date(2025, 1, 1)
    lines = (
        f"{first + dt.timedelta(days=day)},m{market},{value}"
        for day in range(days)
        for market in range(markets)
    )
    return csv("Date,Market,Visits", *lines)


def uploaded(lead, content, **mapping):
    row = imports.upload(
        content=content, filename="panel.csv", options=ReadOptions(), by=lead, at=NOW
    )
    imports.match(row=row, mapping={**row.mapping, "new_segments": True, **mapping})
    row.refresh_from_db()
    return row


def checked(lead, content, **mapping):
    row = uploaded(lead, content, **mapping)
    assert imports.run_next(at=NOW, only=row)
    row.refresh_from_db()
    assert row.state == State.CHECKED, row.last_error
    return row


def written(row):
    imports.apply(row=row)
    assert imports.run_next(at=NOW, only=row)
    row.refresh_from_db()
    return row


def killed_at(place):
    """Run a worker in a process of its own that dies at a named place."""
    worker = start_child(WORKER, NOW.isoformat(), MOPS_FAULTS=place)
    _said, complaints = worker.communicate(timeout=120)
    assert worker.returncode == -9, complaints


# -- Killed ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["import.while_staging", "import.after_stage"])
def test_a_worker_killed_while_checking_leaves_the_check_to_the_next(lead, visits, place):
    row = uploaded(lead, panel(5))

    killed_at(place)

    row.refresh_from_db()
    assert row.state == State.CHECKING
    assert row.done >= 5_000
    assert not imports.run_next(at=NOW), "the dead worker still holds it"
    assert imports.run_next(at=row.claimed_until + A_SECOND)
    row.refresh_from_db()
    assert row.state == State.CHECKED
    assert (row.summary["new"], row.staged.count()) == (DAYS * MARKETS, DAYS * MARKETS)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_writing_wrote_nothing_and_the_next_writes_all(lead, visits):
    row = checked(lead, panel(5))
    imports.apply(row=row)

    killed_at("import.between_chunks")

    row.refresh_from_db()
    assert (row.state, row.done) == (State.APPLYING, 20_000), "progress is seen from outside"
    assert not Measurement.objects.exists()
    assert not Segment.objects.exists()
    assert imports.run_next(at=row.claimed_until + A_SECOND)
    row.refresh_from_db()
    assert row.summary["outcome"] == {"created": DAYS * MARKETS, "updated": 0, "unchanged": 0}
    assert Measurement.objects.count() == DAYS * MARKETS


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_once_the_kpis_are_there_leaves_the_values_to_the_next(lead):
    row = checked(lead, csv("Week,Calls", "2026-11-02,5", "2026-11-09,6"))
    imports.apply(row=row)

    killed_at("import.after_kpis")

    assert (Kpi.objects.count(), Measurement.objects.count()) == (1, 0)
    row.refresh_from_db()
    assert imports.run_next(at=row.claimed_until + A_SECOND)
    assert (Kpi.objects.count(), Measurement.objects.count()) == (1, 2)


def test_a_worker_that_breaks_off_three_times_is_not_tried_again(lead, leads, monkeypatch):
    row = uploaded(lead, csv("Date,Leads", "2026-11-09,5"))

    def break_off(*_args, **_options):
        raise OperationalError("gone")

    monkeypatch.setattr("goals.services.imports.work.check", break_off)
    for _time in range(3):
        with pytest.raises(OperationalError):
            imports.run_next(at=NOW)

    assert not imports.run_next(at=NOW)
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert row.last_error == "A worker stopped three times while it was at work on this."


# -- Two at once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_imports_over_the_same_kpi_at_once_do_not_mix(lead, visits):
    rows = [checked(lead, panel(value, days=60, markets=40)) for value in (5, 6)]
    for row in rows:
        imports.apply(row=row)

    done = at_once(*(partial(imports.run_next, at=NOW, only=row) for row in rows))

    assert done == [True, True]
    second, first = Import.objects.order_by("-state")
    assert (first.state, second.state) == (State.DONE, State.FAILED)
    assert second.last_error == (
        "Numbers that this file replaces were changed after it was checked. Check it again."
    )
    values = set(Measurement.objects.values_list("value", flat=True))
    assert values == {Decimal(5 if first.number < second.number else 6)}
    assert (Measurement.objects.count(), Segment.objects.count()) == (2_400, 40)


def test_two_workers_never_take_the_same_import(lead, leads):
    row = uploaded(lead, csv("Date,Leads", "2026-11-09,5"))
    taken = [Import.waiting.filter(pk=row.pk).take(limit=1, lease=LEASE, at=NOW) for _n in (1, 2)]

    assert [len(rows) for rows in taken] == [1, 0]


def test_whoever_lost_the_claim_stops_at_the_next_step(lead, leads):
    row = uploaded(lead, csv("Date,Leads", "2026-11-09,5"))
    [held] = Import.waiting.filter(pk=row.pk).take(limit=1, lease=LEASE, at=NOW)
    slow = Progress(held, at=NOW)
    slow.tell(0)

    imports.cancel(row=row)

    with pytest.raises(NotHeldError):
        slow.tell(1)
    with pytest.raises(NotHeldError):
        slow.change(state=State.DONE)


@pytest.mark.django_db(transaction=True)
def test_a_write_that_is_stopped_ends_with_the_next_chunk(lead, visits, monkeypatch):
    row = checked(lead, panel(5, days=1, markets=4))
    imports.apply(row=row)
    written_chunks = []

    def at_place(place):
        if place == "import.between_chunks":
            written_chunks.append(place)
            if len(written_chunks) == 1:
                at_once(partial(imports.cancel, row=row))

    monkeypatch.setattr(writing, "VALUES_AT_ONCE", 1)
    monkeypatch.setattr(writing, "crash_point", at_place)
    imports.run_next(at=NOW, only=row)

    row.refresh_from_db()
    assert (row.state, len(written_chunks)) == (State.CHECKED, 1)
    assert not Measurement.objects.exists()


def test_telling_progress_keeps_the_claim(lead, leads):
    row = uploaded(lead, csv("Date,Leads", "2026-11-09,5"))
    [held] = Import.waiting.filter(pk=row.pk).take(limit=1, lease=dt.timedelta(seconds=1), at=NOW)

    Progress(held, at=NOW).tell(1)

    row.refresh_from_db()
    assert row.done == 1
    assert row.claimed_until >= NOW + LEASE


# -- Between the check and the write --------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda kpi: change_kpi(kpi=kpi, version=kpi.version, cadence="monthly"),
        lambda kpi: archive_kpi(kpi=kpi, at=NOW),
    ],
    ids=["cadence", "archived"],
)
def test_a_kpi_changed_after_the_check_stops_the_write(lead, leads, change):
    row = checked(lead, csv("Date,Leads", "2026-11-09,5"))
    change(leads)

    written(row)

    assert row.state == State.FAILED
    assert row.last_error == (
        "A KPI was changed after this file was checked. Check the file again."
    )
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("unseen", [5, 7], ids=["a new one", "another one"])
def test_a_number_that_nobody_saw_is_not_replaced(lead, leads, unseen):
    if unseen == 7:
        written(checked(lead, csv("Date,Leads", "2026-11-09,4")))
    row = checked(lead, csv("Date,Leads", "2026-11-09,6"))
    written(checked(lead, csv("Date,Leads", f"2026-11-09,{unseen}")))

    assert written(row).state == State.FAILED
    assert row.last_error.startswith("Numbers that this file replaces were changed")
    assert Measurement.objects.get().value == unseen


def test_the_same_file_twice_at_once_is_no_conflict(lead, leads):
    row = checked(lead, csv("Date,Leads", "2026-11-09,6"))
    written(checked(lead, csv("Date,Leads", "2026-11-09,6")))

    assert written(row).summary["outcome"] == {"created": 0, "updated": 0, "unchanged": 1}


def test_a_segment_made_after_the_check_is_used_and_not_made_again(lead, visits):
    row = checked(lead, csv("Date,Market,Visits", "2026-11-09,pl,5"))
    add_segment(breakdown=visits.breakdown, code="pl")

    written(row)

    assert row.summary["outcome"] == {"created": 1, "updated": 0, "unchanged": 0}
    assert Segment.objects.count() == 1


# -- What is written ------------------------------------------------------------------------------


def test_a_value_says_which_file_it_came_from(lead, leads):
    row = written(checked(lead, csv("Date,Leads", "2026-11-09,5")))

    stored = Measurement.objects.get()
    assert (stored.source, stored.recorded_by) == (f"{row.ref} panel.csv", lead)


def test_the_note_beside_an_equal_value_stays_and_beside_another_goes(lead, leads):
    author = Author(membership=lead, source="hand")
    days = (MONDAY, MONDAY - dt.timedelta(days=7))
    record([NewValue("leads", day, Decimal(5), note="A fair.") for day in days], by=author, at=NOW)

    row = checked(lead, csv("Date,Leads", f"{days[0]},5", f"{days[1]},6"))
    assert [row.summary[name] for name in ("new", "changed", "unchanged")] == [0, 1, 1]
    written(row)

    assert row.summary["outcome"] == {"created": 0, "updated": 1, "unchanged": 1}
    stored = Measurement.objects.order_by("on_date").values_list("value", "note", "source")
    assert list(stored) == [(6, "", f"{row.ref} panel.csv"), (5, "A fair.", "hand")]


def test_equal_rows_for_one_period_are_one_value(lead, leads):
    row = written(checked(lead, csv("Date,Leads", "2026-11-09,5", "2026-11-10,5")))

    assert row.summary["outcome"] == {"created": 1, "updated": 0, "unchanged": 0}


def test_every_row_is_accounted_for(lead, leads):
    file = csv(
        "# a comment", "Date,Leads", "2026-11-02,5", "2026-11-09,", "2026-02-30,6", "Total,11"
    )

    row = uploaded(lead, file)
    imports.run_next(at=NOW)
    row.refresh_from_db()

    counts = {
        name: row.summary[name] for name in ("rows", "rows_with_values", "empty_cells", "problems")
    }
    assert counts == {"rows": 3, "rows_with_values": 2, "empty_cells": 1, "problems": 1}
    aside = [(each["first"], each["reason"]) for each in row.summary["skipped"]]
    assert aside == [(1, "a comment"), (6, "a totals row")]


def test_series_are_made_in_one_order_by_imports_and_by_writers(lead, visits):
    """In an order of its own, each of two writers would wait for what the other one made."""
    for market in range(12):
        add_segment(breakdown=visits.breakdown, code=f"m{market}")
    lines = [f"2026-11-09,m{market},5" for market in reversed(range(12))]
    written(checked(lead, csv("Date,Market,Visits", *lines)))
    by_import = list(visits.series.order_by("pk").values_list("segment", flat=True))

    visits.series.all().delete()
    rows = [NewValue("visits", MONDAY, Decimal(5), f"m{n}") for n in reversed(range(12))]
    record(rows, by=Author(membership=lead, source="hand"), at=NOW)
    by_hand = list(visits.series.order_by("pk").values_list("segment", flat=True))

    assert by_import == by_hand == sorted(by_hand)


def test_what_a_worker_says_is_in_the_language_of_who_waits(lead, workspace):
    lead.user.language = "pl"
    lead.user.save()
    KpiFactory(workspace=workspace, owner=lead, code="mrr", name="MRR", cadence="monthly")
    row = uploaded(lead, csv("Date,MRR", "2026-10-01,5", "2026-10-01,6"))
    imports.run_next(at=NOW, only=row)
    assert "Październik" in row.problems.get().detail
