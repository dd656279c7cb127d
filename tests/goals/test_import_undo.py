"""Undoing an import: what it changed is put back, what was changed since then stays."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from core.intake import ReadOptions
from goals.models import DirtyMark, Import, Measurement, MeasurementRevision
from goals.services import imports, measurements, rollups
from goals.services.imports import ImportStateError
from goals.services.imports.files import KEPT_FOR
from goals.services.measurement_rows import Author, Key, NewValue
from tests.beside import at_once, start_child
from tests.conftest import NOW
from tests.doors import api_of, browser_of
from tests.factories.goals import KpiFactory
from tests.goals.bad_files import csv
from tests.goals.reference import recomputed_rollups, stored_rollups

pytestmark = pytest.mark.usefixtures("frozen")

State = Import.State
WEEKS = [dt.date(2026, 10, day) for day in (5, 12, 19, 26)]
FILE = csv("Date,Leads", *(f"{week},{n}" for n, week in enumerate(WEEKS, 1)))
A_SECOND = dt.timedelta(seconds=1)
WORKER = """
import datetime as dt
from goals.services import imports
while imports.run_next(at=dt.datetime.fromisoformat(sys.argv[2])):
    pass
"""


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


@pytest.fixture
def by_hand(lead):
    return Author(membership=lead, source="form")


def write(by, *values, note=""):
    rows = [NewValue("leads", day, Decimal(value), note=note) for day, value in values]
    measurements.record(rows, by=by, at=NOW - dt.timedelta(days=1))


def work(row):
    assert imports.run_next(at=NOW, only=row)
    row.refresh_from_db()
    return row


def imported(lead, content=FILE):
    row = imports.take(
        content=content, filename="leads.csv", options=ReadOptions(), mapping=None,
        writes_when_checked=True, by=lead, at=NOW,
    )  # fmt: skip
    work(row)
    assert work(row).state == State.DONE, row.last_error
    return row


def undo(row, lead):
    imports.undo(row=row, by=lead, at=NOW)
    return work(row)


def stored():
    return {
        row.on_date: (row.value, row.note, row.source, row.recorded_at)
        for row in Measurement.objects.all()
    }


def test_everything_is_as_before(lead, leads, by_hand, workspace):
    write(by_hand, (WEEKS[0], 1), (WEEKS[1], 70), note="by hand")
    before = stored()
    row = imported(lead)
    assert len(stored()) == 4
    rollups.drain(workspace=workspace, at=NOW)

    undo(row, lead)

    assert row.state == State.UNDONE
    assert row.summary["undone"] == {"restored": 1, "removed": 2, "kept": 0, "listed": []}
    assert stored() == before
    rollups.drain(workspace=workspace, at=NOW)
    assert not DirtyMark.objects.exists()
    assert stored_rollups(workspace) == recomputed_rollups(workspace)


def test_the_history_says_who_undid(lead, leads, admin):
    row = imported(lead)
    undo(row, admin)
    ended = MeasurementRevision.objects.filter(ending="removed", ended_by=admin)
    assert set(ended.values_list("source", flat=True)) == {f"{row.ref} leads.csv"}
    assert ended.count() == 4


def test_what_was_changed_since_stays_and_is_listed(lead, leads, by_hand):
    row = imported(lead)
    write(by_hand, (WEEKS[0], 100))
    measurements.remove([Key("leads", WEEKS[1])], by=by_hand, at=NOW)

    undo(row, lead)

    assert {day: value[0] for day, value in stored().items()} == {WEEKS[0]: 100}
    undone = row.summary["undone"]
    assert (undone["restored"], undone["removed"], undone["kept"]) == (0, 2, 2)
    assert [(each["imported"], each["stored"]) for each in undone["listed"]] == [
        ("1", "100"), ("2", None),
    ]  # fmt: skip


def test_two_imports_are_undone_one_after_the_other(lead, leads, by_hand):
    write(by_hand, (WEEKS[0], 7))
    before = stored()
    first = imported(lead)
    second = imported(lead, csv("Date,Leads", f"{WEEKS[0]},50", f"{WEEKS[1]},60"))

    undo(second, lead)
    assert {day: value[0] for day, value in stored().items()} == {
        week: n for n, week in enumerate(WEEKS, 1)
    }
    undo(first, lead)

    assert stored() == before


def test_the_earlier_of_two_leaves_the_later_alone(lead, leads):
    first = imported(lead)
    imported(lead, csv("Date,Leads", f"{WEEKS[0]},50"))
    undo(first, lead)
    assert {day: value[0] for day, value in stored().items()} == {WEEKS[0]: 50}
    assert first.summary["undone"]["kept"] == 1


def test_a_value_that_somebody_else_wrote_under_the_same_name_is_theirs(lead, leads, by_hand):
    row = imported(lead)
    rows = [NewValue("leads", WEEKS[0], Decimal(9), source=f"{row.ref} leads.csv")]
    measurements.record(rows, by=by_hand, at=NOW)
    undo(row, lead)
    assert {day: value[0] for day, value in stored().items()} == {WEEKS[0]: 9}


def test_an_undone_file_can_be_written_again_and_undone_again(lead, leads):
    row = imported(lead)
    undo(row, lead)
    imports.match(row=row, mapping=row.mapping, writes_when_checked=True)
    work(row)
    assert work(row).state == State.DONE
    assert len(stored()) == 4
    undo(row, lead)
    assert stored() == {}


def test_after_thirty_days_it_is_too_late(lead, leads):
    row = imported(lead)
    with pytest.raises(ImportStateError, match="30 days"):
        imports.undo(row=row, by=lead, at=NOW + KEPT_FOR)
    imports.forget_files(at=NOW + KEPT_FOR + A_SECOND)
    row.refresh_from_db()
    assert row.state == State.DONE
    assert not row.places.exists()


@pytest.mark.parametrize("state", set(State) - {State.DONE})
def test_only_what_is_written_can_be_undone(state, lead, leads):
    row = imported(lead)
    Import.objects.update(state=state)
    with pytest.raises(ImportStateError):
        imports.undo(row=row, by=lead, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_undo_at_once_undo_once(lead, leads):
    row = imported(lead)

    def attempt():
        try:
            return imports.undo(row=row, by=lead, at=NOW).state
        except ImportStateError:
            return "refused"

    assert sorted(at_once(attempt, attempt)) == ["refused", State.UNDOING]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_undoing_undid_nothing_and_the_next_undoes_all(lead, leads):
    row = imported(lead)
    imports.undo(row=row, by=lead, at=NOW)
    worker = start_child(WORKER, NOW.isoformat(), MOPS_FAULTS="import.before_undone")
    _said, complaints = worker.communicate(timeout=120)
    assert worker.returncode == -9, complaints
    assert len(stored()) == 4

    row.refresh_from_db()
    assert imports.run_next(at=row.claimed_until + A_SECOND)
    row.refresh_from_db()
    assert row.state == State.UNDONE
    assert stored() == {}


def test_what_cannot_be_undone_stays_done_and_says_why(lead, leads, monkeypatch):
    row = imported(lead)
    imports.undo(row=row, by=lead, at=NOW)

    def refuse(_progress):
        raise ImportStateError("Not now.")

    monkeypatch.setattr("goals.services.imports.work.undo", refuse)
    work(row)
    assert (row.state, row.last_error) == (State.DONE, "Not now.")


def test_undone_on_the_page(lead, leads, by_hand):
    client = browser_of(lead)
    row = imported(lead)
    write(by_hand, (WEEKS[0], 100))
    url = row.get_absolute_url()
    assert "Undo this import" in client.get(url).content.decode()

    client.post(reverse("goals:undo-import", args=["rosemary", row.number]))
    assert "Putting the values back" in client.get(url).content.decode()
    work(row)

    shown = client.get(url).content.decode()
    assert "This import was undone." in shown
    assert "As they were before: 0. Removed: 3. Left as they are: 1." in shown
    assert "week 41" in shown
    assert "Undo this import" not in shown
    assert client.get(f"{url}?step=match").status_code == 200


def test_undone_by_the_api(lead, leads):
    api = api_of(lead)
    row = imported(lead)
    answer = api.post(f"/api/v1/imports/{row.ref}/undo/")
    assert answer.status_code == 202
    assert answer.json()["state"] == "undoing"
    work(row)
    told = api.get(f"/api/v1/imports/{row.ref}/").json()
    assert told["undone"] == {"restored": 0, "removed": 4, "kept": 0, "listed": []}
    assert api.post(f"/api/v1/imports/{row.ref}/undo/").status_code == 422
