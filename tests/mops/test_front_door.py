"""`/` and the first start: an empty installation, only the demo, and a workspace of one's own."""

import pytest
from django.test import Client

from teams.models import Workspace
from teams.policy import Role
from tests.factories.teams import MembershipFactory, UserFactory, WorkspaceFactory

AWAY = "203.0.113.9"
LOOK, TEAM = "Look at the demo", "Set up my team"


@pytest.fixture
def visitor(db, frozen):
    """Stand in for the demo: its owner, without two years of numbers."""
    demo = WorkspaceFactory(slug="rotaleaf", name="Rotaleaf", is_demo=True)
    return MembershipFactory(workspace=demo, role=Role.OWNER, user__email="you@rotaleaf.example")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def offers(client, path="/", **extra):
    html = client.get(path, follow=True, **extra).content.decode()
    return [words for words in (TEAM, LOOK) if words in html]


def test_an_empty_installation_asks_for_the_team_at_once(client, db):
    answer = client.get("/", follow=True)

    assert [url for url, _status in answer.redirect_chain] == ["/start/", "/start/team/"]
    assert offers(client) == [TEAM]


def test_beside_the_demo_both_ways_are_offered(client, visitor):
    assert offers(client) == [TEAM, LOOK]


def test_the_demo_opens_from_the_start_page(client, visitor):
    answer = client.post("/start/demo/")

    assert answer.url == "/w/rotaleaf/"
    assert client.get(answer.url).status_code == 200


def test_without_a_demo_its_door_leads_back_to_the_start(client, db):
    assert client.post("/start/demo/").url == "/start/"


@pytest.mark.parametrize("path", ["/start/", "/start/team/"])
def test_somebody_elsewhere_is_told_who_may_start(client, visitor, path):
    answer = client.get(path, REMOTE_ADDR=AWAY)

    assert answer.status_code == 403
    assert "setup token" in answer.content.decode()


def test_somebody_elsewhere_does_not_get_into_the_demo_either(client, visitor):
    assert client.post("/start/demo/", REMOTE_ADDR=AWAY).status_code == 403
    assert client.get("/w/rotaleaf/").status_code == 302


def test_the_setup_token_opens_both_ways_from_anywhere(client, visitor, settings):
    settings.SETUP_TOKEN = "sesame"

    page = client.get("/start/?token=sesame", REMOTE_ADDR=AWAY).content.decode()

    assert 'href="/start/team/?token=sesame"' in page
    assert 'action="/start/demo/?token=sesame"' in page
    assert client.post("/start/demo/?token=sesame", REMOTE_ADDR=AWAY).url == "/w/rotaleaf/"


def test_a_wrong_token_with_letters_beyond_ascii_is_only_wrong(client, db, settings):
    settings.SETUP_TOKEN = "sesame"

    assert client.get("/start/?token=zażółć", REMOTE_ADDR=AWAY).status_code == 403


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"]
)
def test_what_a_proxy_passed_on_does_not_come_from_the_machine(client, visitor, header):
    assert client.get("/start/", headers={header: AWAY}).status_code == 403


@pytest.mark.parametrize("setting", ["BEHIND_PROXY", "SITE_IS_HTTPS"])
def test_an_installation_with_a_public_address_asks_for_the_token(
    client, visitor, settings, setting
):
    setattr(settings, setting, True)

    assert client.get("/start/").status_code == 403


def test_a_socket_without_an_address_is_not_the_machine(client, visitor):
    assert client.get("/start/", REMOTE_ADDR="").status_code == 403


def test_with_a_workspace_of_ones_own_strangers_sign_in(client, visitor):
    WorkspaceFactory()

    answer = client.get("/", follow=True)

    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert client.post("/start/demo/").url == "/"


def test_the_demos_visitor_is_told_why_there_is_nothing_to_start(visitor):
    WorkspaceFactory()

    page = signed_in(visitor.user).get("/start/", follow=True)

    assert page.redirect_chain[-1][0] == "/w/rotaleaf/"
    assert "mops is set up here already." in page.content.decode()


def test_the_demos_visitor_may_start_a_workspace_of_their_own(visitor):
    assert offers(signed_in(visitor.user), "/start/") == [TEAM, LOOK]


def test_somebody_who_belongs_nowhere_is_told_so(db):
    page = signed_in(UserFactory()).get("/")

    assert "You belong to no workspace" in page.content.decode()


def test_one_comes_back_to_the_workspace_used_last(db, frozen):
    first = MembershipFactory(workspace__slug="first")
    MembershipFactory(workspace__slug="second", user=first.user)
    client = signed_in(first.user)
    assert client.get("/").url == "/w/first/"

    client.get("/w/second/")

    assert client.get("/").url == "/w/second/"


def test_a_workspace_of_ones_own_goes_before_the_demo(visitor):
    own = MembershipFactory(workspace__slug="own", user=visitor.user)

    assert signed_in(own.user).get("/").url == "/w/own/"
    assert Workspace.objects.count() == 2
