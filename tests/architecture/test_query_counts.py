"""Pages and lists read in a fixed number of queries, however many rows there are."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Kpi
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from teams.policy import Role
from tests.conftest import NOW
from tests.factories.goals import (
    BreakdownFactory,
    ImportFactory,
    KpiFactory,
    NoteFactory,
    ScorecardFactory,
    ScorecardLinkFactory,
    SegmentFactory,
    SourceFactory,
    SourcePullFactory,
    TargetFactory,
    WhyLineFactory,
)
from tests.factories.reviews import (
    ChatRoomFactory,
    DeliveryFactory,
    OutsideReaderFactory,
    RunFactory,
    SubscriptionFactory,
)
from tests.factories.teams import (
    ApiTokenFactory,
    InvitationFactory,
    MembershipFactory,
    TeamFactory,
    WorkspaceFactory,
)

FEW, MANY = 5, 60
WEEK = dt.date(2026, 11, 9)
FIRST = 90_001  # the number of the KPI that has a history
# The session, the user, the membership with its workspace.
GATE = 3
# What a page may cost beyond the gate; the address, after the workspace's.
PAGES = {
    "": 7,  # the reader's own sources among them
    "kpis/": 6,  # freshness, KPIs, values, targets, what was said, scorecards
    "kpis/?period=month": 7,  # and what the running month has come to
    f"kpis/SC-{FIRST}/": 6,
    f"kpis/SC-{FIRST}/links/": 2,
    f"kpis/SC-{FIRST}/edit/": 4,  # scorecard, lines, KPIs, teams
    "kpis/?view=list": 3,
    "kpis/?view=list&sort=-owner": 3,
    "kpis/?view=list&archived=true": 3,
    f"kpis/K-{FIRST}/": 11,
    f"kpis/K-{FIRST}/?segment=segment-1": 11,
    f"kpis/K-{FIRST}/numbers.csv": 11,
    f"kpis/K-{FIRST}/why/": 4,  # the KPI, freshness, values, targets
    f"kpis/K-{FIRST}/feed/": 1,
    "kpis/enter/?week=2026-W46": 9,
    "kpis/enter/?week=2026-W46&owner=all": 9,
    "kpis/enter/?week=2026-W46&owner=all&page=2": 9,
    "kpis/targets/": 4,  # KPIs and their count, targets, owners
    "kpis/targets/?period=2026-Q4&page=2": 4,
    "kpis/targets/?fill=actuals&percent=5": 7,  # and: freshness, values, their targets
    "kpis/library/": 1,
    "breakdowns/": 2,
    "start/": 1,
    "start/numbers/": 2,  # KPIs, and numbers that were left behind
    "imports/": 2,
    "search/?q=k": 6,  # KPIs, scorecards, imports, sources, teams, people
    # Four for each of two weeks, first values; freshness, KPIs, values, targets, why lines,
    # sources.
    "me/": 15,
    "activity/?kind=numbers": 4,  # members, writings, their KPIs and segments
    "activity/?kind=imports": 2,
    "kpis/sources/": 2,
    f"kpis/sources/SO-{FIRST}/": 3,
    "settings/": 6,
    "settings/status/": 7,
    "settings/members/": 3,
    "settings/teams/": 3,
    "settings/tokens/": 1,
    # Freshness, KPIs, values, targets, what was said, members, teams; four for what is missing.
    "settings/digest/": 11,
    "settings/digest/log/": 3,
    "settings/digest/executive/": 4,  # what is chosen, scorecards, readers, what they get
    "settings/chats/": 2,
    "settings/audit/": 2 * 14 + 2,  # for each kind: events, those before; members, people
}
LISTS = {
    "kpis/": 1,
    "breakdowns/": 1,
    "segments/": 1,
    "targets/": 1,
    "why-lines/": 1,
    "notes/": 1,
    "scorecard-links/": 1,
    "scorecards/": 3,  # with lines and their KPIs
    "measurements/": 1,
    "kpis/history/series/?period=week": 4,
    "imports/": 1,
    "writings/": 1,
    "search/?q=k": 6,
    "chat-rooms/": 1,
    "executive-digest/": 2,
    "lead-sentences/": 1,
    "outside-readers/": 2,
    "sources/": 1,
    f"sources/SO-{FIRST}/pulls/": 2,
    "members/": 2,
    "teams/": 2,
    "invitations/": 1,
    "api-tokens/": 1,
    "audit/": 2 * 14 + 2,
}


def fill(slug, count):
    """Open a workspace with ``count`` of everything; give its owner."""
    workspace = WorkspaceFactory(slug=slug, name=slug)
    owner = MembershipFactory(workspace=workspace, role=Role.OWNER)
    people = MembershipFactory.create_batch(count, workspace=workspace)
    DeliveryFactory.create_batch(count, run=RunFactory(workspace=workspace))
    breakdown = BreakdownFactory(workspace=workspace)
    segments = SegmentFactory.create_batch(count, breakdown=breakdown)
    BreakdownFactory.create_batch(count, workspace=workspace)
    pulled = SourceFactory(owner=owner, number=FIRST)
    values = []
    for n in range(count):
        team = TeamFactory(workspace=workspace)
        team.members.set(people)
        kpi = KpiFactory(
            workspace=workspace,
            owner=owner if n % 2 else people[n],
            team=team,
            code=f"k{n}",
            **({"breakdown": breakdown, "segment_total": "sum"} if n == 1 else {}),
        )
        TargetFactory(kpi=kpi, value=n)
        codes = [part.code for part in segments] if n == 1 else [None]
        values += [NewValue(kpi.code, WEEK, Decimal(n), segment=code) for code in codes]
        ChatRoomFactory(added_by=owner, team=team)
        outsider = OutsideReaderFactory(asked_by=owner)
        SubscriptionFactory(
            workspace=workspace, membership=None, outsider=outsider, variant="executive"
        )
        ApiTokenFactory(membership=people[n])
        InvitationFactory(workspace=workspace, invited_by=owner)
        imported = ImportFactory(created_by=people[n])
        SourceFactory(owner=people[n])
        SourcePullFactory(source=pulled, imported=imported, asked_by=people[n])
    kpis = list(Kpi.objects.filter(workspace=workspace))
    read = ScorecardFactory(workspace=workspace, number=FIRST, lines=["Demand", *kpis])
    ScorecardLinkFactory.create_batch(count, scorecard=read, made_by=owner)
    ScorecardFactory.create_batch(count, workspace=workspace, team=team, lines=kpis[:2])
    first = KpiFactory(workspace=workspace, owner=owner, code="history", number=FIRST)
    for back in range(count):
        week = WEEK - dt.timedelta(weeks=back)
        # The latest weeks miss it by one.
        TargetFactory(kpi=first, valid_from=week, value=back + 1)
        WhyLineFactory(kpi=first, start=week)
        NoteFactory(kpi=first, on_date=week)
        values.append(NewValue("history", week, Decimal(back)))
    # k0 has no value: it needs attention and is to be entered.
    record(values[1:], by=Author(membership=owner, source="test"), at=NOW)
    drain(workspace=workspace, at=NOW)
    return owner


@pytest.fixture(scope="module")
def filled(made_once):
    return fill("few", FEW), fill("many", MANY)


@pytest.fixture
def worlds(filled, db, frozen):
    return filled


def queries(member, address):
    client = Client()
    client.force_login(member.user)
    # The first visit is remembered in the session.
    client.get(reverse("reviews:home", args=[member.workspace.slug]))
    caches["numbers"].clear()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return [query["sql"] for query in captured]


def assert_fixed(few, many, budget):
    assert len(few) == len(many), "\n".join([*few, "", *many])
    assert len(many) <= GATE + budget, "\n".join(many)


@pytest.mark.parametrize(("page", "budget"), PAGES.items())
def test_a_page_costs_the_same_with_few_and_many_rows(worlds, page, budget):
    few, many = (queries(each, f"/w/{each.workspace.slug}/{page}") for each in worlds)

    assert_fixed(few, many, budget)


# What is told from the trail takes a query for each kind of thing that happens to be named.
TOLD = {
    # Members, writings, KPIs, imports, undone; events of nine kinds and those before.
    "/w/%s/activity/": 5 + 2 * 9 + 8,
    # Codes, undone; events and those before; owners, teams, breakdowns, people.
    "/api/v1/kpi-changes/?page_size=50": 2 + 2 + 4,
}


@pytest.mark.parametrize(("address", "budget"), TOLD.items())
def test_what_happened_costs_no_query_per_row(worlds, address, budget):
    for each in worlds:
        found = queries(each, address.replace("%s", each.workspace.slug))
        assert len(found) <= GATE + budget, "\n".join(found)


@pytest.mark.parametrize(("address", "budget"), LISTS.items())
def test_a_list_of_the_api_costs_the_same_with_few_and_many_rows(worlds, address, budget):
    few, many = (queries(each, f"/api/v1/{address}") for each in worlds)

    assert_fixed(few, many, budget)


@pytest.mark.parametrize("page", ["", "kpis/"])
def test_a_page_made_of_numbers_reads_only_their_version_once_it_is_kept(worlds, page):
    _few, many = worlds
    address = f"/w/{many.workspace.slug}/{page}"
    client = Client()
    client.force_login(many.user)
    first = client.get(address)
    with CaptureQueriesContext(connection) as captured:
        again = client.get(address)

    assert len(captured) == GATE + 1
    assert again.content == first.content
