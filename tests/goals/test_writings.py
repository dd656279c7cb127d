"""Undoing what was written in one act: by hand, by paste, by API; and what was removed."""

import datetime as dt
from decimal import Decimal

import pytest

from core.errors import ConflictError, NotAllowedError
from goals.models import Kpi, Measurement, Writing
from goals.services import measurements, rollups
from goals.services.kpis import change_kpi
from goals.services.measurement_rows import Author, Key, NewValue
from goals.services.writings import ChangedKpiError, TooLateError, undo_writing
from tests.beside import at_once
from tests.conftest import NOW
from tests.factories.goals import KpiFactory, kpi_by_market
from tests.goals.reference import recomputed_rollups, stored_rollups

WEEKS = [dt.date(2026, 10, day) for day in (5, 12, 19, 26)]
A_MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


@pytest.fixture
def by(lead):
    return Author(membership=lead, source="My numbers")


def write(by, *values, at=NOW):
    rows = [NewValue("leads", day, Decimal(value)) for day, value in values]
    return measurements.record(rows, by=by, at=at).writing


def remove(by, *days, at=NOW):
    return measurements.remove([Key("leads", day) for day in days], by=by, at=at)


def undo(writing, by, *, at=NOW + 5 * A_MINUTE):
    return undo_writing(writing=writing, by=by, at=at).undone


def stored():
    return {
        row.on_date: (row.value, row.note, row.source, row.recorded_by_id, row.recorded_at)
        for row in Measurement.objects.all()
    }


def values():
    return {day: value[0] for day, value in stored().items()}


def test_an_act_has_one_account_with_its_first_numbers(leads, by):
    write(by, (WEEKS[0], 5))

    writing = write(by, (WEEKS[0], 6), (WEEKS[1], 7), at=NOW + A_MINUTE)

    assert (writing.created, writing.updated, writing.removed) == (1, 1, 0)
    [series] = writing.series
    assert writing.gist == [
        {"series": series, "on_date": "2026-10-05", "before": "5.00000000", "after": "6.00000000"},
        {"series": series, "on_date": "2026-10-12", "before": None, "after": "7.00000000"},
    ]


def test_what_changed_nothing_has_no_account(leads, by):
    write(by, (WEEKS[0], 5))

    assert write(by, (WEEKS[0], 5), at=NOW + A_MINUTE) is None
    assert remove(by, WEEKS[1]) is None
    assert Writing.objects.count() == 1


def test_everything_is_as_before(leads, by, workspace, admin):
    write(Author(admin, "API"), (WEEKS[0], 1), (WEEKS[1], 70), at=NOW - A_MINUTE)
    before = stored()
    writing = write(by, *((week, 9) for week in WEEKS))
    rollups.drain(workspace=workspace, at=NOW)

    undone = undo(writing, by)

    assert undone == {"restored": 2, "removed": 2, "kept": 0, "listed": []}
    assert stored() == before
    rollups.drain(workspace=workspace, at=NOW)
    assert stored_rollups(workspace) == recomputed_rollups(workspace)


def test_what_was_corrected_since_stays_and_is_listed(leads, by, admin):
    writing = write(by, (WEEKS[0], 1), (WEEKS[1], 2), (WEEKS[2], 3))
    other = Author(admin, "My numbers")
    write(other, (WEEKS[0], 100), at=NOW + A_MINUTE)
    remove(other, WEEKS[1], at=NOW + 2 * A_MINUTE)

    undone = undo(writing, by)

    assert values() == {WEEKS[0]: 100}
    assert (undone["restored"], undone["removed"], undone["kept"]) == (0, 1, 2)
    assert undone["listed"] == [
        {"kpi": "Leads", "period": "week 41", "written": "1", "stored": "100"},
        {"kpi": "Leads", "period": "week 42", "written": "2", "stored": None},
    ]


def test_what_was_removed_comes_back_as_it_was(leads, by, workspace):
    write(by, (WEEKS[0], 5), (WEEKS[1], 6), at=NOW - A_MINUTE)
    before = stored()
    removal = remove(by, *WEEKS[:2])
    rollups.drain(workspace=workspace, at=NOW)

    undone = undo(removal, by)

    assert undone == {"restored": 2, "removed": 0, "kept": 0, "listed": []}
    assert stored() == before
    rollups.drain(workspace=workspace, at=NOW)
    assert stored_rollups(workspace) == recomputed_rollups(workspace)


def test_what_was_entered_where_a_number_was_removed_stays(leads, by):
    write(by, (WEEKS[0], 5), (WEEKS[1], 6), at=NOW - A_MINUTE)
    removal = remove(by, *WEEKS[:2])
    write(by, (WEEKS[0], 50), at=NOW + A_MINUTE)

    undone = undo(removal, by)

    assert values() == {WEEKS[0]: 50, WEEKS[1]: 6}
    assert undone["listed"] == [
        {"kpi": "Leads", "period": "week 41", "written": "5", "stored": "50"}
    ]


def test_removed_numbers_do_not_come_back_to_a_kpi_of_other_periods(leads, by):
    write(by, (WEEKS[0], 5), at=NOW - A_MINUTE)
    removal = remove(by, WEEKS[0])
    change_kpi(kpi=leads, version=leads.version, cadence="monthly")

    with pytest.raises(ChangedKpiError, match="“Leads” is measured in another way now"):
        undo(removal, by)

    assert values() == {}


def test_removed_numbers_do_not_come_back_to_a_formula(leads, by, workspace):
    KpiFactory(workspace=workspace, code="visits")
    write(by, (WEEKS[0], 5), at=NOW - A_MINUTE)
    removal = remove(by, WEEKS[0])
    change_kpi(kpi=leads, version=leads.version, aggregation="formula", formula="visits * 2")

    with pytest.raises(ChangedKpiError):
        undo(removal, by)

    assert values() == {}


def test_an_act_is_undone_once(leads, by):
    writing = write(by, (WEEKS[0], 5))
    undo(writing, by)

    with pytest.raises(ConflictError, match=r"This was undone already\."):
        undo(writing, by)


def test_an_old_act_stays(leads, by):
    writing = write(by, (WEEKS[0], 5))

    with pytest.raises(TooLateError, match="for 30 days"):
        undo(writing, by, at=NOW + dt.timedelta(days=30))

    assert values() == {WEEKS[0]: 5}


def test_who_may_not_write_to_each_of_the_kpis_undoes_nothing(workspace, leads, by, partner):
    KpiFactory(workspace=workspace, owner=partner, code="own")
    rows = [NewValue(code, WEEKS[0], Decimal(1)) for code in ("own", "leads")]
    writing = measurements.record(rows, by=by, at=NOW).writing

    with pytest.raises(NotAllowedError, match="You may not enter numbers of “Leads”"):
        undo(writing, Author(partner, "My numbers"))

    assert Measurement.objects.count() == 2


def test_segments_come_back_each_to_its_own(workspace, lead, by):
    kpi_by_market("pl", "it", workspace=workspace, owner=lead)
    rows = [NewValue("visits", WEEKS[0], Decimal(n), code) for n, code in ((1, "pl"), (2, "it"))]
    measurements.record(rows, by=by, at=NOW - A_MINUTE)
    before = stored_by_series()
    keys = [Key("visits", WEEKS[0], code) for code in ("pl", "it")]
    removal = measurements.remove(keys, by=by, at=NOW)

    undo(removal, by)

    assert stored_by_series() == before


def stored_by_series():
    return set(Measurement.objects.values_list("series", "on_date", "value"))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_undo_at_once_one_does(leads, by, admin):
    writing = write(by, (WEEKS[0], 5), (WEEKS[1], 6))

    def attempt(author):
        def run():
            try:
                return undo(writing, author)["removed"]
            except ConflictError as error:
                return str(error)

        return run

    outcomes = at_once(attempt(by), attempt(Author(admin, "API")))

    assert sorted(map(str, outcomes)) == ["2", "This was undone already."]
    assert values() == {}


@pytest.mark.django_db(transaction=True)
def test_a_correction_at_the_same_moment_is_never_lost(leads, by, admin):
    writing = write(by, (WEEKS[0], 5))
    other = Author(admin, "API")

    at_once(
        lambda: undo(writing, by),
        lambda: write(other, (WEEKS[0], 50), at=NOW + A_MINUTE),
    )

    assert values() == {WEEKS[0]: 50}
    assert Kpi.objects.get().code == "leads"
