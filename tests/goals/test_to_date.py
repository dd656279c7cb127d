"""A running month or quarter against the plan for what is over of it (R36)."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from core.periods import Grain
from goals.rules.status import Status
from goals.selectors.board import get_board
from goals.selectors.points import get_freshness
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.factories.goals import KpiFactory, TargetFactory, kpi_by_market

pytestmark = pytest.mark.usefixtures("frozen")

QUARTER, MONTH = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
# The Mondays of the quarter whose weeks are over; the last two are November's.
OVER = [
    *(dt.date(2026, 10, day) for day in (5, 12, 19, 26)),
    *(dt.date(2026, 11, day) for day in (2, 9)),
]
RUNNING_WEEK = dt.date(2026, 11, 16)


@pytest.fixture
def measure(author, workspace):
    def measure(code, *days, value=10, segment=None):
        rows = [
            NewValue(code, day, value if value is None else Decimal(value), segment, note="-")
            for day in days
        ]
        record(rows, by=author, at=NOW)
        drain(workspace=workspace, at=NOW)

    return measure


def to_date(workspace, grain=Grain.QUARTER, start=QUARTER):
    """Give what the only KPI has come to."""
    board = get_board(
        workspace,
        freshness=get_freshness(workspace),
        grain=grain,
        newest=workspace.calendar.shift(grain, start, -1),
        periods=4,
        running=start,
        today=NOW.date(),
        language="en",
    )
    [entry] = board.entries
    return entry.to_date


@pytest.mark.parametrize(
    ("grain", "start", "value", "plan", "target"),
    [(Grain.QUARTER, QUARTER, 60, 66, 143), (Grain.MONTH, MONTH, 20, 22, 55)],
)
def test_what_adds_up_is_held_against_the_weeks_that_are_over(
    workspace, measure, grain, start, value, plan, target
):
    kpi = KpiFactory(workspace=workspace, code="leads")
    TargetFactory(kpi=kpi, value=11)
    measure("leads", *OVER)

    now = to_date(workspace, grain, start)

    assert (now.value, now.plan.value, now.target.value) == (value, plan, target)
    assert now.status is Status.AT_RISK


def test_the_plan_of_the_running_week_counts_once_it_has_a_value(workspace, measure):
    kpi = KpiFactory(workspace=workspace, code="leads")
    TargetFactory(kpi=kpi, value=10)
    measure("leads", *OVER, RUNNING_WEEK)

    now = to_date(workspace)

    assert (now.value, now.plan.value) == (70, 70)
    assert now.status is Status.ON_TRACK


def test_a_target_that_changed_within_the_quarter_counts_from_its_week_on(workspace, measure):
    kpi = KpiFactory(workspace=workspace, code="leads")
    TargetFactory(kpi=kpi, value=10)
    TargetFactory(kpi=kpi, value=20, valid_from=OVER[-1])
    measure("leads", *OVER)

    assert to_date(workspace).plan.value == 5 * 10 + 20


@pytest.mark.parametrize(
    ("missing", "status"),
    [({}, Status.NOT_JUDGED), ({"value": None}, Status.ON_TRACK)],
    ids=["missing", "a known gap"],
)
def test_what_is_missing_is_not_judged_but_a_known_gap_is(workspace, measure, missing, status):
    kpi = KpiFactory(workspace=workspace, code="leads")
    TargetFactory(kpi=kpi, value=1)
    measure("leads", *OVER[1:])
    if missing:
        measure("leads", OVER[0], **missing)

    assert to_date(workspace).status is status


def test_where_a_gap_means_zero_nothing_is_missing(workspace, measure):
    kpi = KpiFactory(workspace=workspace, code="leads", gaps="zero")
    TargetFactory(kpi=kpi, value=1)
    measure("leads", QUARTER - dt.timedelta(weeks=8), OVER[0])

    assert to_date(workspace).status is Status.ON_TRACK


def test_a_segment_without_a_value_leaves_the_total_unjudged(workspace, lead, measure):
    kpi = kpi_by_market("pl", "it", workspace=workspace, owner=lead)
    TargetFactory(kpi=kpi, value=20)
    for market in ("pl", "it"):
        measure("visits", *OVER[:-1], segment=market)
    measure("visits", OVER[-1], segment="pl")

    assert to_date(workspace).status is Status.NOT_JUDGED

    measure("visits", OVER[-1], segment="it")

    now = to_date(workspace)
    assert (now.value, now.plan.value, now.status) == (120, 120, Status.ON_TRACK)


@pytest.mark.parametrize("aggregation", ["last", "average"])
def test_what_does_not_add_up_is_held_against_its_target(workspace, measure, aggregation):
    kpi = KpiFactory(workspace=workspace, code="score", aggregation=aggregation)
    TargetFactory(kpi=kpi, value=20)
    measure("score", *OVER)

    now = to_date(workspace)

    assert (now.value, now.plan, now.target) == (10, now.target, now.target)
    assert now.status is Status.OFF_TRACK


def test_before_anything_is_over_nothing_is_judged(workspace, measure):
    """On the first Monday of its quarter."""
    workspace.fiscal_start = 11
    workspace.save()
    kpi = KpiFactory(workspace=workspace, code="leads", cadence="monthly")
    TargetFactory(kpi=kpi, value=1, valid_from=dt.date(2026, 1, 1))
    measure("leads", dt.date(2026, 11, 1), value=5)

    now = to_date(workspace, start=MONTH)

    assert (now.value, now.status) == (5, Status.NOT_JUDGED)


def test_a_kpi_measured_once_in_the_period_has_nothing_to_date(workspace):
    KpiFactory(workspace=workspace, cadence="quarterly")

    assert to_date(workspace) is None


@pytest.mark.parametrize(
    ("query", "heads", "texts"),
    [
        (
            "period=quarter&periods=4",
            ["Target", "Q4 26 to date", "Plan to date", "Q3 26", "Q2 26", "Q1 26", "Q4 25"],
            ["≥\xa066 of 143", "60 so far, plan ≥\xa066"],
        ),
        (
            "period=month&periods=4",
            ["Target", "Nov to date", "Plan to date", "Oct", "Sep", "Aug", "Jul"],
            ["≥\xa022 of 55", "20 so far, plan ≥\xa022"],
        ),
        ("period=week&periods=4", ["Target", "46", "45", "44", "43"], ["10, target ≥\xa011"]),
        ("period=day&periods=4", ["Target", "46", "45", "44", "43"], ["10, target ≥\xa011"]),
    ],
)
def test_the_scorecard_goes_by_weeks_months_or_quarters_R36(
    client, workspace, lead, measure, query, heads, texts
):
    client.force_login(lead.user)
    kpi = KpiFactory(workspace=workspace, code="leads", owner=lead)
    TargetFactory(kpi=kpi, value=11)
    measure("leads", *OVER)

    answer = client.get(f"{reverse('goals:kpis', args=[workspace.slug])}?{query}")

    page = unescape(answer.content.decode())
    columns = re.findall(r'<th class="m-(?:num|target)" scope="col"[^>]*>([^<]+)<', page)
    assert columns == [*heads, "Average"]
    row = page.split("<tr data-row>")[1].split("</tr>")[0]
    for text in texts:
        assert text in row
