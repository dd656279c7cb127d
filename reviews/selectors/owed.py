"""Numbers of a week that nobody has entered yet, and who is to enter them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from goals.models import Kpi, Source
from goals.selectors.entry import get_wanted
from teams.models import ApiToken, Workspace


@dataclass(frozen=True, slots=True)
class Owed:
    """A KPI of which values of a week are missing: so many of so many."""

    kpi: Kpi
    missing: int
    asked: int


def get_owed(workspace: Workspace, *, week: date) -> list[Owed]:
    """List the KPIs of which numbers that are due are missing, in order; costs four queries."""
    due = [each for each in get_wanted(workspace, week=week, owner=None) if each.is_due]
    asked = Counter(each.kpi for each in due)
    missing = Counter(each.kpi for each in due if not each.answered)
    return [Owed(kpi, missing[kpi], asked[kpi]) for kpi in asked if missing[kpi]]


def get_owed_by_people(workspace: Workspace, *, week: date, at: datetime) -> list[Owed]:
    """List those that somebody types; what a source or a program brings is not theirs to bring."""
    fed = _fed(workspace, at=at)
    return [owed for owed in get_owed(workspace, week=week) if owed.kpi.code not in fed]


def _fed(workspace: Workspace, *, at: datetime) -> Collection[str]:
    """Give the codes of KPIs whose numbers come by themselves."""
    mappings = (
        Source.objects.for_workspace(workspace)
        .filter(state=Source.State.ACTIVE)
        .values_list("mapping", flat=True)
    )
    tokens = ApiToken.objects.for_workspace(workspace).usable(at=at)
    sent = tokens.filter(scope=ApiToken.Scope.MEASUREMENTS).values_list("kpi_codes", flat=True)
    codes = {code for each in sent for code in each}
    for mapping in mappings:
        codes |= {*mapping.get("values", {}).values(), *mapping.get("names", {}).values()}
    return codes
