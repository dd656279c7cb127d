"""The audit trail tells of KPIs, targets and segments by the names of what they refer to."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from goals.rules.status import Comparator
from goals.services import kpis, targets
from teams import audit
from teams.audit import Change, Deed
from teams.services import teams
from tests.factories.goals import BreakdownFactory, KpiFactory, SegmentFactory
from tests.factories.teams import TeamFactory


def all_of(what, workspace):
    """Give what was done to things of one kind, newest first."""
    return [entry for entry in audit.latest(workspace)[0] if entry.what == what]


@pytest.fixture
def kpi(workspace, member):
    return KpiFactory(workspace=workspace, owner=member, name="Clicks")


def test_owners_and_teams_are_told_by_name_even_once_they_are_gone(workspace, kpi, lead):
    team = TeamFactory(workspace=workspace, name="Paid media")
    kpis.change_kpi(kpi=kpi, version=1, owner=lead, team=team, on_home=True)
    teams.delete_team(team=team, version=1)

    cleared, changed, made = all_of("KPI", workspace)

    assert (made.name, made.deed) == ("Clicks", Deed.ADDED)
    assert made.changes == [Change("Owner", "", "Mia Member"), Change("Cadence", "", "Weekly")]
    assert changed.changes == [
        Change("Owner", "Mia Member", "Leo Lead"), Change("Team", "–", "Paid media"),
        Change("Show as a tile on Home", "no", "yes"),
    ]  # fmt: skip
    assert cleared.changes == [Change("Team", "Paid media", "–")]


def test_numbers_are_told_in_the_readers_manner(workspace, kpi):
    changes = {"band": Decimal("12.5"), "plausible_max": Decimal(1_234_567)}
    kpis.change_kpi(kpi=kpi, version=1, **changes)

    with translation.override("it"):
        changed, _made = all_of("KPI", workspace)

    assert [(each.before, each.after) for each in changed.changes] == [
        ("10", "12,5"), ("–", "1.234.567"),
    ]  # fmt: skip


def test_archiving_and_taking_back_are_told_as_such(frozen, workspace, kpi):
    kpis.archive_kpi(kpi=kpi, at=frozen)
    kpis.restore_kpi(kpi=kpi)

    restored, archived, _made = all_of("KPI", workspace)

    assert (archived.deed, archived.changes) == (Deed.ARCHIVED, [])
    assert (restored.deed, restored.changes) == (Deed.RESTORED, [])


def test_a_target_is_told_by_its_kpi_and_segment(frozen, workspace, lead):
    breakdown = BreakdownFactory(workspace=workspace, name="Market")
    poland = SegmentFactory(breakdown=breakdown, code="pl", name="Poland")
    kpi = KpiFactory(workspace=workspace, breakdown=breakdown, name="Clicks")
    monday = dt.date(2026, 11, 16)
    given = {"kpi": kpi, "segment": poland, "valid_from": monday, "by": lead, "at": frozen}
    targets.set_target(**given, comparator=Comparator.AT_LEAST, value=Decimal("4.5"))
    targets.set_target(**given, comparator=Comparator.NONE, value=None, reason="Sold out.")

    changed, made = all_of("Target", workspace)

    assert made.name == changed.name == "Clicks, Poland"
    assert made.changes == [
        Change("Comparator", "", "at least"),
        Change("Target", "", "4.5"),
        Change("Valid from", "", "16 Nov 2026"),
    ]
    assert changed.changes == [
        Change("Comparator", "at least", "no target from here on"),
        Change("Target", "4.5", "–"),
        Change("Reason", "–", "Sold out."),
    ]
    assert all_of("Segment", workspace)[0].name == "Market, Poland"
