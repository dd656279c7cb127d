"""Home shows my team first, and remembers what was chosen instead."""

import re

import pytest
from django.urls import reverse

from teams.policy import Role
from teams.services.teams import change_team, delete_team
from tests.doors import browser_of
from tests.factories.goals import KpiFactory, TargetFactory
from tests.factories.teams import MembershipFactory, TeamFactory

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def demand(workspace, member):
    team = TeamFactory(workspace=workspace, name="Demand")
    team.members.add(member)
    return team


@pytest.fixture
def sales(workspace):
    return TeamFactory(workspace=workspace, name="Sales")


@pytest.fixture
def kpis(workspace, member, lead, demand, sales):
    for name, team, owner in (
        ("Kpi of demand", demand, lead),
        ("Kpi of sales", sales, lead),
        ("Kpi of nobody", None, lead),
        ("Kpi that is mine", sales, member),
    ):
        TargetFactory(kpi=KpiFactory(workspace=workspace, name=name, team=team, owner=owner))


def shown(client, workspace, query=""):
    """Give which KPIs need attention, and what the menu of teams says."""
    page = client.get(reverse("reviews:home", args=[workspace.slug]) + query).content.decode()
    menu = re.search(r"Team: ([^<]+)<", page)
    return set(re.findall(r">Kpi (?:of|that is) (\w+): no value", page)), menu and menu[1]


@pytest.mark.parametrize(
    ("query", "kpis_shown", "menu"),
    [
        ("", {"demand", "nobody", "mine"}, "mine"),
        ("?team=all", {"demand", "sales", "nobody", "mine"}, "all"),
        ("?team=SALES", {"sales", "nobody", "mine"}, "Sales"),
        ("?team=rubbish", {"demand", "nobody", "mine"}, "mine"),
        ("?team=" + "9" * 5000, {"demand", "nobody", "mine"}, "mine"),
    ],
)
@pytest.mark.usefixtures("kpis")
def test_a_member_sees_their_team_first(workspace, member, sales, query, kpis_shown, menu):
    query = query.replace("SALES", str(sales.pk))

    assert shown(browser_of(member), workspace, query) == (kpis_shown, menu)


@pytest.mark.usefixtures("kpis")
def test_the_choice_is_remembered_but_not_in_another_workspace(workspace, member, stranger):
    client = browser_of(member)
    elsewhere = MembershipFactory(workspace=stranger.workspace, user=member.user)
    TeamFactory(workspace=elsewhere.workspace).members.add(elsewhere)

    shown(client, workspace, "?team=all")

    assert shown(client, workspace)[1] == "all"
    assert shown(client, workspace, "?team=mine")[1] == "mine"
    assert shown(client, workspace)[1] == "mine"
    shown(client, workspace, "?team=all")
    assert shown(client, elsewhere.workspace)[1] == "mine"


@pytest.mark.usefixtures("kpis")
def test_leads_and_those_without_a_team_begin_with_all(workspace, lead, demand):
    demand.members.add(lead)
    alone = MembershipFactory(workspace=workspace, role=Role.MEMBER)

    assert shown(browser_of(lead), workspace)[1] == "all"
    assert shown(browser_of(alone), workspace, "?team=mine")[1] == "all"


def test_a_team_of_another_workspace_is_not_to_be_chosen(workspace, member, demand, stranger):
    theirs = TeamFactory(workspace=stranger.workspace)

    assert shown(browser_of(member), workspace, f"?team={theirs.pk}")[1] == "mine"


def test_a_team_without_kpis_says_so(workspace, lead, demand, sales):
    KpiFactory(workspace=workspace, team=sales, owner=MembershipFactory(workspace=workspace))

    url = reverse("reviews:home", args=[workspace.slug])
    page = browser_of(lead).get(f"{url}?team={demand.pk}").content.decode()

    assert "No KPI matches" in page
    assert 'href="?team=all"' in page


def test_without_teams_there_is_no_menu(workspace, lead):
    KpiFactory(workspace=workspace, owner=lead)

    assert shown(browser_of(lead), workspace)[1] is None


def test_a_formula_still_names_what_it_lacks_of_another_team(
    workspace, member, demand, sales, lead
):
    KpiFactory(workspace=workspace, name="Kpi of sales", code="deals", team=sales, owner=lead)
    KpiFactory(
        workspace=workspace, name="Kpi of demand", code="cost", team=demand, owner=lead,
        aggregation="formula", formula="100 / deals",
    )  # fmt: skip

    url = reverse("reviews:home", args=[workspace.slug])
    page = browser_of(member).get(url).content.decode()

    assert "for want of Kpi of sales" in page


def test_the_menu_follows_changes_of_teams(workspace, member, demand):
    client, seen = browser_of(member), []
    for name, members in (("Demand", [member]), ("Growth", [member]), ("Growth", [])):
        demand = change_team(team=demand, version=demand.version, name=name, members=members)
        url = reverse("reviews:home", args=[workspace.slug]) + f"?team={demand.pk}"
        page = client.get(url).content.decode()
        seen.append((re.search(r"Team: ([^<]+)<", page)[1], "team=mine" in page))
    delete_team(team=demand, version=demand.version)

    assert seen == [("Demand", True), ("Growth", True), ("Growth", False)]
    assert shown(client, workspace)[1] is None
