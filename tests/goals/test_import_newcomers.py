"""A file may bring KPIs along: proposed from its columns, made when it is written."""

import datetime as dt
from decimal import Decimal

import pytest

from core.intake import ReadOptions
from goals.models import Breakdown, Import, Kpi, Measurement, Segment
from goals.rules.new_kpis import propose, usual_cadence
from goals.services import imports, rollups
from goals.services.kpis import create_kpi
from tests.beside import start_child
from tests.conftest import NOW
from tests.factories.goals import BreakdownFactory, KpiFactory
from tests.goals.bad_files import csv
from tests.goals.reference import recomputed_rollups, stored_rollups

pytestmark = pytest.mark.usefixtures("frozen")

State = Import.State
WEEKS = [dt.date(2026, 10, day) for day in (5, 12, 19, 26)]
WIDE = csv(
    "Week,Website clicks,CTR,Cost EUR", *(f"{w},1{n},{n}.5%,{n}0" for n, w in enumerate(WEEKS))
)
LONG = csv("Day,Measure,Market,Value", *(
    f"{day},{measure},{market},{n}"
    for n, day in enumerate(("2026-10-05", "2026-10-06"))
    for measure in ("Clicks", "Orders")
    for market in ("pl", "it")
))  # fmt: skip
WORKER = """
import datetime as dt
from goals.services import imports
while imports.run_next(at=dt.datetime.fromisoformat(sys.argv[2])):
    pass
"""


def uploaded(lead, content, **options):
    return imports.upload(
        content=content, filename="file.csv", options=ReadOptions(**options), by=lead, at=NOW
    )


def work(row):
    assert imports.run_next(at=NOW, only=row)
    row.refresh_from_db()
    return row


def checked(lead, content, **changes):
    row = uploaded(lead, content)
    imports.match(row=row, mapping={**row.mapping, **changes})
    assert work(row).state == State.CHECKED, row.last_error
    return row


def written(lead, content, **changes):
    row = checked(lead, content, **changes)
    imports.apply(row=row)
    assert work(row).state == State.DONE, row.last_error
    return row


def values(code, segment=None):
    rows = Measurement.objects.filter(series__kpi__code=code, series__segment__code=segment)
    return dict(rows.order_by("on_date").values_list("on_date", "value"))


# -- A file from nothing ---------------------------------------------------------------------------
def test_each_column_of_numbers_becomes_a_kpi(lead, workspace):
    row = checked(lead, WIDE)
    assert not Kpi.objects.exists(), "nothing is made before the file is written"
    assert (row.summary["new"], row.summary["problems"]) == (12, 0)

    imports.apply(row=row)
    work(row)

    made = {
        kpi.code: (kpi.name, kpi.unit, kpi.aggregation, kpi.cadence, kpi.owner)
        for kpi in Kpi.objects.all()
    }
    assert made == {
        "website_clicks": ("Website clicks", "count", "sum", "weekly", lead),
        "ctr": ("CTR", "percent", "average", "weekly", lead),
        "cost_eur": ("Cost EUR", "currency", "sum", "weekly", lead),
    }
    assert values("website_clicks") == {week: 10 + n for n, week in enumerate(WEEKS)}
    rollups.drain(workspace=workspace, at=NOW)
    assert stored_rollups(workspace) == recomputed_rollups(workspace)


def test_each_name_becomes_a_kpi_cut_by_the_other_columns(lead, workspace):
    row = uploaded(lead, LONG)
    assert row.mapping["kpi"] == ["Measure"]
    assert row.mapping["segment"] == ["Market"]
    written(lead, LONG)
    assert set(Kpi.objects.values_list("code", "cadence", "breakdown__name")) == {
        ("clicks", "daily", "Market"), ("orders", "daily", "Market"),
    }  # fmt: skip
    assert values("orders", "it") == {dt.date(2026, 10, 5): 0, dt.date(2026, 10, 6): 1}


def test_the_same_columns_in_another_order_name_the_same_segments(lead):
    first = csv("Day,Type,Market,Clicks", "2026-10-05,paid,pl,5", "2026-10-05,own,pl,6")
    other = csv("Day,Market,Type,Clicks", "2026-10-05,pl,paid,5", "2026-10-05,pl,own,7")
    written(lead, first, segment=["Type", "Market"])

    again = written(lead, other, segment=["Market", "Type"])

    assert again.summary["outcome"] == {"created": 0, "updated": 1, "unchanged": 1}
    assert set(Segment.objects.values_list("code", flat=True)) == {"paid / pl", "own / pl"}


def test_a_breakdown_of_the_same_name_is_taken(lead, workspace):
    markets = BreakdownFactory(workspace=workspace, name="market")
    written(lead, LONG)
    assert Breakdown.objects.get() == markets
    assert {kpi.breakdown for kpi in Kpi.objects.all()} == {markets}


def test_breakdowns_and_codes_of_another_workspace_are_not_in_the_way(lead, workspace, stranger):
    BreakdownFactory(workspace=stranger.workspace, name="MARKET")
    KpiFactory(workspace=stranger.workspace, owner=stranger, code="clicks")

    written(lead, LONG)

    made = Kpi.objects.for_workspace(workspace)
    assert {kpi.code for kpi in made} == {"clicks", "orders"}
    breakdowns = {(kpi.breakdown.workspace, kpi.breakdown.name) for kpi in made}
    assert breakdowns == {(workspace, "Market")}


def test_a_kpi_of_the_library_is_taken_as_it_is_there(lead, workspace):
    written(lead, csv("Week,Unsubscribes", f"{WEEKS[0]},5"))
    kpi = Kpi.objects.get()
    assert (kpi.code, kpi.direction) == ("unsubscribes", "decrease")
    assert kpi.definition == "", "its owner says what it is here"


def test_a_known_kpi_is_not_made_again(lead, workspace):
    KpiFactory(workspace=workspace, owner=lead, code="ctr", name="CTR")
    row = uploaded(lead, WIDE)
    assert row.mapping["values"] == {"CTR": "ctr"}
    assert "create" not in row.mapping, "with known columns the others may well be left out"


@pytest.mark.parametrize(
    ("currency", "unit"), [("USD", ("number", "USD")), ("EUR", ("currency", ""))]
)
def test_money_is_in_the_currency_that_a_column_states(lead, workspace, currency, unit):
    written(lead, csv("Week,Currency code,Cost,Clicks", f"{WEEKS[0]},{currency},5.5,7"))
    units = {kpi.code: (kpi.unit, kpi.unit_label) for kpi in Kpi.objects.all()}
    assert units == {"cost": unit, "clicks": ("count", "")}


def test_money_of_another_country_keeps_its_sign(lead, workspace):
    written(lead, csv("Week,Amount spent (UAH)", f"{WEEKS[0]},5"))
    kpi = Kpi.objects.get()
    assert (kpi.unit, kpi.unit_label) == ("number", "UAH")


# -- Bad days --------------------------------------------------------------------------------------
def test_a_code_that_was_taken_meanwhile_stops_the_file(lead, workspace):
    row = checked(lead, WIDE)
    create_kpi(
        workspace=workspace, owner=lead, code="ctr", name="Another", kind="response",
        unit="count", direction="increase", aggregation="sum", cadence="weekly",
    )  # fmt: skip
    imports.apply(row=row)
    work(row)
    assert (row.state, row.last_error) == (State.FAILED, "Another KPI already has this code.")
    assert Kpi.objects.count() == 1
    assert not Measurement.objects.exists()

    imports.match(row=row, mapping=row.mapping)
    assert "ctr_2" in {kpi["code"] for kpi in work(row).summary["newcomers"]["kpis"]}


def test_names_without_end_are_refused(lead, workspace):
    lines = [f"{WEEKS[0]},Name {n},5" for n in range(101)]
    row = uploaded(lead, csv("Week,Measure,Value", *lines))
    imports.match(row=row, mapping={
        "date": "Week", "kpi": "Measure", "value": "Value",
        "create": {"cadence": "weekly", "names": True},
    })  # fmt: skip
    assert work(row).state == State.FAILED
    assert row.last_error.startswith("The file would create more than 100 KPIs.")


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_the_kpis_leaves_the_values_to_the_next(lead, workspace):
    row = checked(lead, WIDE)
    imports.apply(row=row)
    worker = start_child(WORKER, NOW.isoformat(), MOPS_FAULTS="import.between_chunks")
    _said, complaints = worker.communicate(timeout=120)
    assert worker.returncode == -9, complaints
    assert (Kpi.objects.count(), Measurement.objects.count()) == (3, 0)

    row.refresh_from_db()
    assert imports.run_next(at=row.claimed_until + dt.timedelta(seconds=1))
    row.refresh_from_db()
    assert row.state == State.DONE, row.last_error
    assert (Kpi.objects.count(), Measurement.objects.count()) == (3, 12)


# -- Which rows, which days, which of several ------------------------------------------------------
REPEATED = csv("Week,Campaign,Leads", *(
    f"{week},{campaign},{n}" for week in WEEKS[:2] for n, campaign in enumerate("abc", 1)
))  # fmt: skip


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


@pytest.mark.parametrize(("repeats", "value"), [("add", 6), ("last", 3)])
def test_several_rows_of_a_period_become_one(lead, leads, repeats, value):
    row = written(lead, REPEATED, repeats=repeats)
    assert values("leads") == dict.fromkeys(WEEKS[:2], value)
    assert row.summary["collapsed"] == 4
    assert row.summary["rows"] == row.summary["rows_with_values"] == 6


def test_several_rows_of_a_period_are_a_problem_where_nobody_chose(lead, leads):
    row = checked(lead, REPEATED)
    assert row.summary["problems"] == 2


def test_what_does_not_add_up_is_not_added(lead, workspace):
    KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads", aggregation="average")
    row = checked(lead, REPEATED, repeats="add")
    assert row.summary["problems"] == 2


def test_a_sum_that_cannot_be_stored_is_refused(lead, leads):
    most = "9" * 15
    lines = [f"{WEEKS[0]},{n},{most}" for n in range(20)]
    row = uploaded(lead, csv("Week,Row,Leads", *lines))
    imports.match(row=row, mapping={**row.mapping, "repeats": "add"})
    assert work(row).state == State.FAILED
    assert row.last_error == "The values of a period add up to more than can be stored."


def test_rows_are_kept_by_what_stands_in_a_column(lead, leads):
    row = written(lead, REPEATED, filters={"Campaign": ["b"]})
    assert values("leads") == dict.fromkeys(WEEKS[:2], 2)
    assert (row.summary["filtered_rows"], row.summary["rows_with_values"]) == (4, 2)


def test_a_file_without_dates_is_of_one_day(lead, leads):
    file = csv("Campaign,Leads", "a,5", "b,6")
    written(lead, file, day="2026-10-14", values={"Leads": "leads"}, repeats="add", segment=[])
    assert values("leads") == {dt.date(2026, 10, 12): Decimal(11)}


# -- Proposals -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "sample", "code", "unit", "aggregation", "direction"), [
    ("Website Clicks", "12", "website_clicks", "count", "sum", "increase"),
    ("AveragePrice", "1.33", "average_price", "currency", "average", "increase"),
    ("Total Volume", "64236.62", "total_volume", "number", "sum", "increase"),
    ("Event count per user", "2.5", "event_count_per_user", "number", "average", "increase"),
    ("Interaction rate", "1.2%", "interaction_rate", "percent", "average", "increase"),
    ("Koszt", "1,2", "koszt", "currency", "sum", "decrease"),
    ("Iscritti", "120", "iscritti", "count", "last", "increase"),
    ("ค่าใช้จ่ายโฆษณา", "12", "kpi", "currency", "sum", "decrease"),
    ("4046", "12.5", "kpi_4046", "number", "sum", "increase"),
])  # fmt: skip
def test_a_kpi_is_proposed_from_its_words(name, sample, code, unit, aggregation, direction):
    new = propose(name, [sample], cadence="weekly", currency="EUR", taken=())
    assert (new.code, new.unit, new.aggregation, new.direction) == (
        code, unit, aggregation, direction,
    )  # fmt: skip


def test_a_taken_code_gets_a_number():
    new = propose("Clicks!", [], cadence="weekly", currency="EUR", taken={"clicks", "clicks_2"})
    assert new.code == "clicks_3"


@pytest.mark.parametrize(("days", "cadence"), [
    (1, "daily"), (7, "weekly"), (31, "monthly"), (91, "quarterly"), (365, "yearly"),
    (None, "weekly"),
])  # fmt: skip
def test_dates_say_how_often_something_is_measured(days, cadence):
    assert usual_cadence(days) == cadence
