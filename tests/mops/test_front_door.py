"""`/` and the first start: an empty installation, only the demo, and a workspace of one's own."""

import io
import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from mops.setup_token import setup_token
from teams.models import Membership, User, Workspace
from teams.policy import Role
from tests.factories.teams import MembershipFactory, UserFactory, WorkspaceFactory

AWAY = "203.0.113.9"
LOOK, TEAM = "Look at a demo first", "Set up my team"


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


def test_an_empty_installation_welcomes(client, db):
    answer = client.get("/", follow=True)

    assert [url for url, _status in answer.redirect_chain] == ["/start/"]
    assert offers(client) == [TEAM]


def test_beside_the_demo_both_ways_are_offered(client, visitor):
    assert offers(client) == [TEAM, LOOK]


def test_the_demo_opens_from_the_start_page(client, visitor):
    answer = client.post("/start/demo/")

    assert answer.url == "/w/rotaleaf/"
    assert client.get(answer.url).status_code == 200


def test_without_a_demo_its_door_leads_back_to_the_start(client, db):
    assert client.post("/start/demo/").url == "/start/"


@pytest.mark.parametrize("path", ["/start/", "/start/team/", "/start/you/"])
def test_somebody_elsewhere_is_told_who_may_start(client, visitor, path):
    answer = client.get(path, REMOTE_ADDR=AWAY)

    assert answer.status_code == 403
    assert "setup token" in answer.content.decode()


def test_somebody_elsewhere_does_not_get_into_the_demo_either(client, visitor):
    assert client.post("/start/demo/", REMOTE_ADDR=AWAY).status_code == 403
    assert client.get("/w/rotaleaf/").status_code == 302


@pytest.mark.parametrize("chosen", ["sesame", ""])
def test_the_setup_token_opens_every_page_from_anywhere(client, visitor, settings, chosen):
    settings.SETUP_TOKEN = chosen
    token = chosen or setup_token()

    page = client.get(f"/start/?token={token}", REMOTE_ADDR=AWAY, follow=True)

    # It is kept with the browser, and gone from the address.
    assert page.redirect_chain == [("/start/", 302)]
    assert token not in page.content.decode()
    assert client.get("/start/team/", REMOTE_ADDR=AWAY).status_code == 200
    assert client.post("/start/demo/", REMOTE_ADDR=AWAY).url == "/w/rotaleaf/"


@pytest.mark.parametrize("given", ["wrong", "", "zażółć", "%ff"])
@pytest.mark.parametrize("chosen", ["sesame", ""])
def test_a_wrong_token_opens_nothing(client, db, settings, chosen, given):
    settings.SETUP_TOKEN = chosen

    assert client.get(f"/start/?token={given}", REMOTE_ADDR=AWAY).status_code == 403
    assert client.get("/start/team/", REMOTE_ADDR=AWAY).status_code == 403


def test_a_token_that_was_changed_meanwhile_is_wrong(client, db, settings):
    settings.SETUP_TOKEN = "sesame"
    client.get("/start/?token=sesame", REMOTE_ADDR=AWAY)

    settings.SETUP_TOKEN = "seaweed"

    assert client.get("/start/", REMOTE_ADDR=AWAY).status_code == 403


def test_an_operator_who_chose_a_token_wants_it_of_everybody(client, db, settings):
    settings.SETUP_TOKEN = "sesame"

    assert client.get("/start/").status_code == 403


def test_a_command_prints_the_address_until_somebody_has_set_mops_up(client, db, settings):
    said = io.StringIO()
    call_command("setup_link", stdout=said)
    address = said.getvalue().split()[-1].removeprefix(settings.SITE_URL)
    assert client.get(address, REMOTE_ADDR=AWAY, follow=True).status_code == 200

    WorkspaceFactory()

    said = io.StringIO()
    call_command("setup_link", stdout=said)
    assert said.getvalue() == ""


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


def test_somebody_with_a_workspace_is_led_to_it_and_told_nothing(db, frozen):
    own = MembershipFactory(workspace__slug="own")

    page = signed_in(own.user).get("/start/you/", follow=True)

    assert page.redirect_chain[-1][0] == "/w/own/"
    assert "set up here already" not in page.content.decode()


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


TEAM_FORM = {
    "name": "Rosemary Ltd", "timezone": "Asia/Bangkok", "week_start": "6", "currency": "eur",
}  # fmt: skip
YOU_FORM = {"name": "Olga Owner", "email": "Olga@Example.com", "password": "four green bottles"}


def starting(**team):
    """Give a browser that has said what the workspace is called."""
    client = Client()
    assert client.post("/start/team/", TEAM_FORM | team).url == "/start/you/"
    return client


def test_two_steps_make_the_workspace_and_sign_its_owner_in(db, frozen):
    client = starting()
    assert not Workspace.objects.exists()

    answer = client.post("/start/you/", YOU_FORM)

    workspace, user = Workspace.objects.get(), User.objects.get()
    assert (workspace.slug, workspace.timezone) == ("rosemary-ltd", "Asia/Bangkok")
    assert (workspace.week_start, workspace.currency) == (6, "EUR")
    assert (user.email, user.is_staff) == ("olga@example.com", True)
    assert answer.status_code == 302
    assert client.get(reverse("teams:general", args=["rosemary-ltd"])).status_code == 200


def test_the_owner_keeps_the_language_of_the_welcome(db, frozen):
    client = starting()
    client.post("/i18n/setlang/", {"language": "it", "next": "/start/you/"})

    client.post("/start/you/", YOU_FORM)

    assert User.objects.get().language == "it"


def test_back_at_the_first_step_stands_what_was_said(db):
    page = starting().get("/start/team/").content.decode()

    assert 'value="Rosemary Ltd"' in page
    assert '<option value="Asia/Bangkok" selected>' in page
    assert "data-zone" not in page  # the browser's own time zone would replace the chosen one


def test_the_second_step_alone_leads_to_the_first(client, db):
    assert client.post("/start/you/", YOU_FORM).url == "/start/team/"
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("timezone", "Europe/Atlantis"), ("week_start", "9"), ("currency", "e1r")],
)
def test_the_first_step_says_which_value_is_wrong(client, db, field, value):
    answer = client.post("/start/team/", TEAM_FORM | {field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


@pytest.mark.parametrize("password", ["olga@example.com", "Olga Owner 12", "only11signs"])
def test_a_password_like_the_name_or_the_address_starts_nothing(db, frozen, password):
    """Show reliability row FM-27: a password is judged together with its person."""
    answer = starting().post("/start/you/", {**YOU_FORM, "password": password})

    assert answer.status_code == 422
    assert "password" in answer.context["form"].errors
    assert not User.objects.exists()
    assert not Workspace.objects.exists()


def test_nothing_is_started_where_there_is_a_workspace(db, frozen):
    """Show reliability row FM-10: nobody becomes operator of a running installation."""
    client = starting()
    first = WorkspaceFactory()

    assert client.post("/start/you/", YOU_FORM).url == "/"

    assert list(Workspace.objects.all()) == [first]
    assert not User.objects.exists()


def test_a_demo_does_not_stand_in_the_way_of_the_start(visitor):
    starting().post("/start/you/", YOU_FORM)

    assert Workspace.objects.filter(is_demo=False, name="Rosemary Ltd").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_that_finish_at_once_one_gets_an_owner():
    """Show reliability row FM-24: both have passed the door before either is through."""
    browsers = [starting(name="One"), starting(name="Two")]
    ready, statuses = threading.Barrier(2), []

    def finish(client, person):
        ready.wait(timeout=20)
        statuses.append(client.post("/start/you/", YOU_FORM | {"email": person}).status_code)
        connection.close()

    threads = [
        threading.Thread(target=finish, args=(client, f"owner{number}@example.com"))
        for number, client in enumerate(browsers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert len(statuses) == 2
    counts = [each.objects.count() for each in (Workspace, Membership, User)]
    assert counts == [1, 1, 1]
