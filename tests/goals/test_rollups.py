"""Rollups equal a recomputation from the measurements, whatever was written and in any order."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.models import Kpi, KpiRollup, Segment
from goals.services import rollups
from goals.services.breakdowns import change_segment
from goals.services.kpis import change_kpi
from goals.services.measurement_rows import Author, Key, NewValue
from goals.services.measurements import record, remove
from goals.services.rebuild import rebuild
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.factories.goals import BreakdownFactory, KpiFactory, SegmentFactory
from tests.factories.teams import MembershipFactory, WorkspaceFactory
from tests.goals.reference import recomputed_rollups, stored_rollups

FIRST = dt.date(2025, 11, 20)
KPIS = [
    *("daily_sum", "weekly_sum", "sparse", "stock", "score", "market_sum", "market_score"),
    *("market_sparse",),
]
DAYS = st.integers(0, 420).map(lambda n: FIRST + dt.timedelta(days=n))
VALUES = st.decimals(-1000, 1000, places=3)
WRITES = st.tuples(
    st.just("write"),
    st.lists(st.tuples(st.sampled_from(KPIS), DAYS, st.one_of(VALUES, st.none())), max_size=12),
)
REMOVALS = st.tuples(
    st.just("remove"), st.lists(st.tuples(st.sampled_from(KPIS), DAYS), max_size=4)
)
DRAINS = st.tuples(st.just("drain"), st.none())
EDITS = st.tuples(
    st.just("edit"), st.sampled_from(["aggregation", "total", "counted", "archived", "gaps"])
)
HISTORIES = st.lists(st.one_of(WRITES, WRITES, REMOVALS, DRAINS, EDITS), min_size=2, max_size=9)


class World:
    """A workspace with KPIs of every sort, and formulas over them."""

    def __init__(self, week_start, fiscal_start):
        self.workspace = WorkspaceFactory(week_start=week_start, fiscal_start=fiscal_start)
        owner = MembershipFactory(workspace=self.workspace)
        self.author = Author(membership=owner, source="test")
        self.breakdown = BreakdownFactory(workspace=self.workspace)
        for code in ("pl", "it", "th"):
            SegmentFactory(breakdown=self.breakdown, code=code)
        common = {"workspace": self.workspace, "owner": owner}
        market = {**common, "breakdown": self.breakdown}
        KpiFactory(code="daily_sum", cadence="daily", **common)
        KpiFactory(code="weekly_sum", cadence="weekly", **common)
        KpiFactory(code="sparse", cadence="weekly", gaps="zero", **common)
        KpiFactory(
            code="market_sparse", cadence="daily", gaps="zero", segment_total="sum", **market
        )
        KpiFactory(code="stock", cadence="monthly", aggregation="last", **common)
        KpiFactory(code="score", cadence="daily", aggregation="average", **common)
        KpiFactory(code="market_sum", cadence="weekly", segment_total="sum", **market)
        KpiFactory(
            code="market_score", cadence="weekly", aggregation="average",
            segment_total="average", **market,
        )  # fmt: skip
        formula = {**common, "aggregation": "formula"}
        KpiFactory(code="ratio", formula="100 * daily_sum / weekly_sum", **formula)
        KpiFactory(code="per_sparse", formula="weekly_sum / ( sparse + market_sparse )", **formula)
        KpiFactory(code="by_market", formula="market_sum / ( market_score + 0.5 )", **formula)
        KpiFactory(
            code="nested", formula="ratio + stock * market_sum", cadence="monthly", **formula
        )

    def act(self, deed, detail):
        getattr(self, deed)(detail)

    def write(self, rows):
        values = [
            NewValue(code, day, value, self._segment(code, day), note="" if value else "closed")
            for code, day, value in rows
        ]
        record(values, by=self.author, at=NOW, partial=True)

    def remove(self, rows):
        keys = [Key(code, day, self._segment(code, day)) for code, day in rows]
        remove(keys, by=self.author, at=NOW)

    def drain(self, _nothing):
        drain(workspace=self.workspace, at=NOW)

    def edit(self, what):
        kpi = Kpi.objects.get(workspace=self.workspace, code="market_score")
        sparse = Kpi.objects.get(workspace=self.workspace, code="sparse")
        segment = Segment.objects.get(breakdown=self.breakdown, code="it")
        match what:
            case "aggregation":
                change_kpi(kpi=kpi, version=kpi.version, aggregation="max")
            case "total":
                change_kpi(kpi=kpi, version=kpi.version, segment_total="min")
            case "gaps":
                change_kpi(kpi=sparse, version=sparse.version, gaps="unknown")
            case "counted":
                flipped = not segment.counts_in_total
                change_segment(segment=segment, version=segment.version, counts_in_total=flipped)
            case "archived":
                day = dt.date(2026, 5, 5)
                change_segment(segment=segment, version=segment.version, archived_on=day)

    def _segment(self, code, day):
        return ["pl", "it", "th"][day.toordinal() % 3] if code.startswith("market") else None


@pytest.fixture(autouse=True)
def few_totals_at_once(monkeypatch):
    """Let totals go into several statements, as those of many segments do."""
    monkeypatch.setattr(rollups, "TOTALS_AT_ONCE", 3)


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORIES, week_start=st.integers(0, 6), fiscal_start=st.integers(1, 12))
def test_rollups_equal_a_recomputation_after_any_history(history, week_start, fiscal_start):
    world = World(week_start, fiscal_start)

    for deed, detail in history:
        world.act(deed, detail)
    world.drain(None)

    assert stored_rollups(world.workspace) == recomputed_rollups(world.workspace)


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORIES, week_start=st.integers(0, 6), fiscal_start=st.integers(1, 12))
def test_a_rebuild_gives_the_same_rows_as_drains(history, week_start, fiscal_start):
    world = World(week_start, fiscal_start)
    for deed, detail in history:
        world.act(deed, detail)
    world.drain(None)
    drained = stored_rollups(world.workspace)

    rebuild(workspace=world.workspace, at=NOW)

    assert stored_rollups(world.workspace) == drained


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recompute", [drain, rebuild])
def test_workspaces_with_the_same_codes_read_their_own_numbers_R34(recompute):
    monday = dt.date(2026, 11, 9)
    worlds = [World(0, 1), World(0, 1)]
    for share, world in enumerate(worlds, start=1):
        world.write([("daily_sum", monday, Decimal(share)), ("weekly_sum", monday, Decimal(5))])

    for world in worlds:
        recompute(workspace=world.workspace, at=NOW)

    for share, world in enumerate(worlds, start=1):
        of_here = KpiRollup.objects.filter(series__kpi__workspace=world.workspace)
        assert of_here.get(series__kpi__code="ratio", grain=1, start=monday).value == 20 * share
        assert stored_rollups(world.workspace) == recomputed_rollups(world.workspace)


@pytest.mark.django_db
def test_a_formula_over_an_average_is_rounded_once_R34():
    """One divided by the average of 1, 0 and 0 is 3, not 3.00000003."""
    workspace = WorkspaceFactory()
    owner = MembershipFactory(workspace=workspace)
    common = {"workspace": workspace, "owner": owner}
    KpiFactory(code="score", cadence="daily", aggregation="average", **common)
    KpiFactory(code="inverse", aggregation="formula", formula="1 / score", **common)
    days = [dt.date(2026, 11, 9) + dt.timedelta(days=n) for n in range(3)]
    rows = [NewValue("score", day, Decimal(n == 0)) for n, day in enumerate(days)]
    record(rows, by=Author(membership=owner, source="test"), at=NOW)

    drain(workspace=workspace, at=NOW)

    week = KpiRollup.objects.get(series__kpi__code="inverse", grain=1, start=days[0])
    assert week.value == 3
