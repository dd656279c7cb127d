"""Targets as a plan: cells of a year or a quarter, saved all or nothing, without re-judging."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import ConflictError
from core.periods import Grain, PeriodCalendar
from goals.models import Kpi, Target
from goals.rules.plans import Columns, read_token, replan, standing
from goals.rules.status import Comparator, Goalpost
from goals.rules.targets import TargetLine
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.services.plans import Edit, save_plan
from goals.services.rollups import drain
from goals.services.targets import JudgedPeriodError, TargetRuleError
from tests.conftest import NOW
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import KpiFactory, TargetFactory, kpi_by_market

pytestmark = pytest.mark.usefixtures("frozen")

CALENDAR = PeriodCalendar()
TODAY = NOW.date()
MONTHS = [dt.date(2026, n, 1) for n in range(1, 13)]
YEAR = Columns(Grain.MONTH, MONTHS, CALENDAR)
NEXT_YEAR = Columns(Grain.MONTH, [day.replace(year=2027) for day in MONTHS], CALENDAR)
OCT, NOV, DEC = MONTHS[9:]
JAN, FEB, MAR = NEXT_YEAR.starts[:3]


def _at_least(value):
    return None if value is None else Goalpost(Comparator.AT_LEAST, Decimal(value))


def _line(rows):
    return TargetLine(sorted(rows), [_at_least(rows[start]) for start in sorted(rows)])


def _rows(kpi):
    rows = Target.objects.filter(kpi=kpi).order_by("valid_from")
    return {row.valid_from: row.value if row.value is None else int(row.value) for row in rows}


# -- The fewest rows that mean the same ------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ({}, {JAN: 100}, {JAN: 100}),
        ({}, {JAN: 100, FEB: 100, MAR: 120}, {JAN: 100, MAR: 120}),
        ({OCT: 90}, {FEB: 100}, {OCT: 90, FEB: 100, MAR: 90}),
        ({OCT: 90}, {JAN: 90}, {OCT: 90}),
        ({OCT: 90}, {FEB: None}, {OCT: 90, FEB: None, MAR: 90}),
        ({OCT: 90, FEB: 100}, {FEB: 90}, {OCT: 90, MAR: 100}),
        ({OCT: 90, FEB: 100, MAR: 110}, {FEB: 105}, {OCT: 90, FEB: 105, MAR: 110}),
        ({}, {JAN: None}, {}),
        # The last target of the plan goes on until another begins.
        ({OCT: 90}, {NEXT_YEAR.starts[-1]: 200}, {OCT: 90, NEXT_YEAR.starts[-1]: 200}),
    ],
)
def test_a_plan_is_kept_in_the_fewest_rows(before, wanted, after):
    slots = NEXT_YEAR.slots(Grain.MONTH, today=TODAY)
    goals = {column: _at_least(value) for column, value in wanted.items()}

    rows = replan(_line(before), slots, goals)

    assert rows == {start: _at_least(value) for start, value in after.items()}


def test_a_column_stands_for_the_periods_that_begin_in_it_and_are_not_over():
    slots = YEAR.slots(Grain.WEEK, today=TODAY)

    assert slots[OCT].closed
    assert (slots[NOV].first, slots[NOV].until) == (dt.date(2026, 11, 16), DEC)
    assert slots[DEC].first == dt.date(2026, 12, 7)
    assert list(YEAR.slots(Grain.QUARTER, today=TODAY)) == MONTHS[::3]


def test_what_a_cell_shows_comes_back_as_it_went():
    line = _line({DEC: 90, JAN: Decimal("100.5")})
    slots = NEXT_YEAR.slots(Grain.WEEK, today=TODAY)

    stood = standing(line, slots[FEB])

    assert read_token(stood.token) == stood


@pytest.mark.parametrize(
    "token", ["at_least", "at_least:many", "at_least:1e999999999", "often:5", "at_least:5:6:7"]
)
def test_what_no_cell_showed_is_nothing(token):
    assert read_token(token) is None


# -- Saving ----------------------------------------------------------------------------------------


def test_what_is_over_keeps_its_target_U3(workspace, lead):
    kpi = KpiFactory(workspace=workspace, cadence="monthly")
    TargetFactory(kpi=kpi, valid_from=OCT, value=90)

    with pytest.raises(JudgedPeriodError, match="over"):
        save_plan({kpi.pk: {OCT: Edit(Decimal(5), "at_least:90")}}, YEAR, by=lead, at=NOW)

    assert _rows(kpi) == {OCT: 90}


def test_a_month_of_a_weekly_kpi_begins_with_the_running_week(workspace, lead):
    kpi = KpiFactory(workspace=workspace)
    TargetFactory(kpi=kpi, valid_from=dt.date(2026, 1, 5), value=90)

    edits = {kpi.pk: {NOV: Edit(Decimal(100), "at_least:90")}}
    save_plan(edits, YEAR, reason="Autumn offer", by=lead, at=NOW)

    week = dt.date(2026, 11, 16)
    assert _rows(kpi) == {dt.date(2026, 1, 5): 90, week: 100, dt.date(2026, 12, 7): 90}
    target = Target.objects.get(kpi=kpi, valid_from=week)
    assert (target.reason, target.set_by) == ("Autumn offer", lead)


def test_the_comparator_stays_or_follows_the_direction(workspace, lead):
    cost = KpiFactory(workspace=workspace, cadence="monthly", direction="decrease")
    strict = KpiFactory(workspace=workspace, cadence="monthly")
    TargetFactory(kpi=strict, valid_from=NOV, value=5, comparator="more_than")

    edits = {
        cost.pk: {DEC: Edit(Decimal(7), "")},
        strict.pk: {DEC: Edit(Decimal(6), "more_than:5")},
    }
    save_plan(edits, YEAR, by=lead, at=NOW)

    found = Target.objects.filter(valid_from=DEC).values_list("kpi", "comparator")
    assert dict(found) == {cost.pk: "at_most", strict.pk: "more_than"}


def test_a_range_is_not_overwritten(workspace, lead):
    kpi = KpiFactory(workspace=workspace, cadence="monthly")
    TargetFactory(kpi=kpi, valid_from=NOV, value=5, upper=9, comparator="in_range")

    edits = {kpi.pk: {DEC: Edit(Decimal(7), "in_range:5:9")}}
    with pytest.raises(TargetRuleError, match="range"):
        save_plan(edits, YEAR, by=lead, at=NOW)


def test_of_two_people_the_second_overwrites_nothing(workspace, lead):
    first, second = KpiFactory.create_batch(2, workspace=workspace, cadence="monthly")
    TargetFactory(kpi=first, valid_from=NOV, value=90)

    edits = {first.pk: {DEC: Edit(Decimal(7), "at_least:80")}, second.pk: {DEC: Edit(1, "")}}
    with pytest.raises(ConflictError):
        save_plan(edits, YEAR, by=lead, at=NOW)

    assert _rows(first) == {NOV: 90}
    assert _rows(second) == {}


# -- The page --------------------------------------------------------------------------------------


@pytest.fixture
def address(workspace):
    return reverse("goals:plan", args=[workspace.slug])


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, name="Leads", cadence="monthly", number=7)


def test_targets_are_typed_with_comma_thousands_and_one_reason(address, leads, lead):
    form = {
        "was-7": "|" * 11,
        "t-7-20270101": "1,250",
        "t-7-20270201": "1 300.5",
        "t-7-20270301": "",
        "reason": "Budget round",
    }

    answer = browser_of(lead).post(f"{address}?period=2027", form, follow=True)

    assert "2 targets saved." in text_of(answer)
    found = Target.objects.filter(kpi=leads).order_by("valid_from")
    assert list(found.values_list("valid_from", "value", "reason")) == [
        (JAN, Decimal(1250), "Budget round"),
        (FEB, Decimal("1300.5"), "Budget round"),
    ]


@pytest.mark.parametrize("typed", ["many", "<5", "99999999999999999", "๕ ๐ x"])
def test_one_bad_cell_and_nothing_is_written(address, leads, lead, typed):
    form = {"was-7": "|" * 11, "t-7-20270101": "100", "t-7-20270201": typed}

    answer = browser_of(lead).post(f"{address}?period=2027", form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="t-7-20270201-error"' in page
    assert 'value="100"' in page
    assert "Leads, Feb 27: " in text_of(answer)
    assert _rows(leads) == {}


def test_both_values_are_shown_when_somebody_was_faster(address, leads, lead):
    TargetFactory(kpi=leads, valid_from=JAN, value=120)
    form = {"was-7": "|" * 11, "t-7-20270101": "100"}

    answer = browser_of(lead).post(f"{address}?period=2027", form)

    assert answer.status_code == 409
    assert "Somebody else wrote: 120" in text_of(answer)
    assert 'value="100"' in answer.content.decode()
    assert _rows(leads) == {JAN: 120}


def test_five_thousand_kpis_come_in_pages_at_the_cost_of_one(address, leads, lead):
    client = browser_of(lead)
    with CaptureQueriesContext(connection) as alone:
        client.get(address)
    crowd = KpiFactory.build_batch(5_000, workspace=leads.workspace, owner=lead, cadence="monthly")
    Kpi.objects.bulk_create(crowd)

    with CaptureQueriesContext(connection) as crowded:
        page = client.get(address)
        last = client.get(address, {"page": 126})

    assert len(crowded) == 2 * len(alone)
    assert [len(each.context["table"]["rows"]) for each in (page, last)] == [40, 1]
    assert "1–40 of 5001" in text_of(page)


def test_a_page_of_targets_is_saved_at_the_cost_of_one(address, leads, lead):
    client, costs = browser_of(lead), []
    kpis = KpiFactory.create_batch(39, workspace=leads.workspace, cadence="monthly")
    for chosen in ([leads], kpis):
        form = {f"was-{kpi.number}": "|" * 11 for kpi in chosen}
        form |= {f"t-{kpi.number}-2027{month:02}01": "5" for kpi in chosen for month in (1, 2)}
        with CaptureQueriesContext(connection) as queries:
            assert client.post(f"{address}?period=2027", form).status_code == 303
        costs.append(len(queries))

    assert costs[0] == costs[1]
    assert Target.objects.count() == 40


def test_last_year_fills_the_cells_and_writes_nothing(address, leads, lead, author):
    TargetFactory(kpi=leads, valid_from=OCT, value=200)
    record([NewValue(leads.code, MONTHS[0], Decimal(100))], by=author, at=NOW)
    drain(workspace=leads.workspace, at=NOW)

    query = "?period=2027&fill=actuals&percent=10"
    answer = browser_of(lead).get(address + query)

    cells = {cell["name"]: cell["text"] for cell in answer.context["table"]["rows"][0]["cells"]}
    assert cells["t-7-20270101"] == "110"
    assert cells["t-7-20271001"] == "220"
    assert "not saved yet" in text_of(answer)
    assert _rows(leads) == {OCT: 200}


@pytest.mark.parametrize("percent", ["", "many", "-101", "1001"])
def test_a_percentage_that_means_nothing_fills_nothing(address, leads, lead, percent):
    TargetFactory(kpi=leads, valid_from=OCT, value=200)

    answer = browser_of(lead).get(address, {"fill": "targets", "percent": percent})

    assert answer.context["proposed"] == 0
    assert answer.context["filling"].errors["percent"]


@pytest.mark.parametrize("period", ["2026", "2026-Q4", "1969", "9999", "2026-Q5", "x", "0000"])
def test_any_period_in_the_address_gives_a_page(address, leads, lead, period):
    assert browser_of(lead).get(address, {"period": period}).status_code == 200


def test_what_is_no_form_of_ours_changes_nothing(address, leads, lead):
    form = {"was-7": "x|y", "t-7-20261201": "5", "was-999999999": "", "t-7-20260101": "5"}

    answer = browser_of(lead).post(address, form)

    assert answer.status_code in {409, 422}
    assert _rows(leads) == {}


# -- The API ---------------------------------------------------------------------------------------


def test_many_targets_are_sent_at_once_and_again(leads, workspace, lead):
    visits = kpi_by_market("pl", workspace=workspace, owner=lead)
    body = {
        "reason": "Plan 2027",
        "targets": [
            _row(leads, "2027-01-15", "100"),
            _row(leads, "2027-02-01", "110"),
            _row(visits, "2027-01-06", "5", segment="pl", comparator="in_range", upper="9"),
        ],
    }
    url, client = reverse("goals-api:target-plan"), api_of(lead)

    first = client.post(url, body, format="json")
    again = client.post(url, body, format="json")

    assert first.json() == {"created": 3, "updated": 0, "unchanged": 0}
    assert again.json() == {"created": 0, "updated": 0, "unchanged": 3}
    assert _rows(leads) == {JAN: 100, FEB: 110}


def test_rows_that_cannot_be_taken_are_listed_and_nothing_is_written(leads, lead):
    TargetFactory(kpi=leads, valid_from=MONTHS[0], value=90)
    rows = [
        _row(leads, "2027-01-01", "100"),
        _row(leads, "2027-01-31", "100"),
        _row(leads, "2026-10-01", "100"),
        _row(leads, "2027-02-01", None),
        _row(leads, "2027-03-01", "5", upper="9"),
        _row(leads, "2027-03-01", "5", comparator="in_range", upper="4"),
        _row(leads, "2027-04-01", "5", segment="pl"),
        _row(leads, "1969-04-01", "5"),
        {**_row(leads, "2027-05-01", "5"), "kpi": "unknown"},
    ]

    answer = api_of(lead).post(reverse("goals-api:target-plan"), {"targets": rows}, format="json")

    assert answer.status_code == 422
    assert [(error["index"], error["field"]) for error in answer.json()["errors"]] == [
        (1, "valid_from"),
        (2, "valid_from"),
        (3, "value"),
        (4, "upper"),
        (5, "upper"),
        (6, "segment"),
        (7, "valid_from"),
        (8, "kpi"),
    ]
    assert _rows(leads) == {MONTHS[0]: 90}


def _row(kpi, valid_from, value, **given):
    return {
        "kpi": kpi.code, "valid_from": valid_from, "comparator": "at_least", "value": value,
        **given,
    }  # fmt: skip
