"""Chats hear of a week once, hold up nothing, and their address stays a secret."""

import datetime as dt
import json
import signal
import socket
import time

import pytest
from django.urls import reverse

from core import egress
from goals.models import Kpi
from goals.services.why_lines import say_why
from reviews.models import ChatPost, ChatRoom, DigestDelivery
from reviews.rules.chat import Summary, as_slack, as_teams
from reviews.services import chat, planning
from teams import audit
from teams.models import Workspace
from teams.policy import Role
from tests.beside import at_once, start_child
from tests.conftest import NOW
from tests.factories.reviews import ChatRoomFactory
from tests.factories.teams import MembershipFactory, TeamFactory
from tests.reviews.conftest import LATER, SECOND

MINUTE = dt.timedelta(minutes=1)
SECRET = "T0000/B0000/verysecret"
ADDRESS = f"https://hooks.chat.example/{SECRET}"


@pytest.fixture
def room(lead):
    return chat.add_room(kind="slack", team=None, address=ADDRESS, by=lead)


@pytest.fixture
def posts(monkeypatch):
    """Give what was posted; ``answers`` says what is answered, an error is raised."""

    class Posts(list):
        answers = []

    found = Posts()

    def post(url, body, *, content_type, seconds):
        found.append((url, json.loads(body)))
        answer = found.answers.pop(0) if found.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(egress, "post", post)
    return found


def states():
    return list(ChatPost.objects.order_by("pk").values_list("state", flat=True))


def test_a_room_hears_of_the_week_once(some_numbers, room, posts):
    for _beat in range(2):
        planning.plan_due(at=NOW)
        chat.send_waiting(at=NOW)

    [(url, body)] = posts
    assert url == ADDRESS
    assert body["text"].startswith("*Week 46: 1 off track, 1 no data*\nRosemary")
    assert "Not in yet: Cost per trial." in body["text"]
    assert (
        "<http://testserver/w/rosemary/kpis/K-41/|■ Trial sign-ups: 40, target ≥ 100;"
        " 2 misses in a row>"
    ) in body["text"]
    assert states() == ["sent"]


def test_a_room_hears_why_a_number_is_off_track(some_numbers, room, lead, posts):
    kpi = Kpi.objects.get(name="Trial sign-ups")
    say_why(kpi=kpi, start=dt.date(2026, 11, 9), why="Form down.", by=lead, at=NOW)
    planning.plan_due(at=NOW)
    chat.send_waiting(at=NOW)

    [(_url, body)] = posts
    assert "target ≥ 100; 2 misses in a row – Form down.>" in body["text"]


def test_the_room_of_a_team_hears_of_its_kpis_alone(some_numbers, lead, posts):
    team = TeamFactory(workspace=lead.workspace, name="Paid")
    some_numbers.kpi("Clicks", 110, 20, team=team, number=71)
    chat.add_room(kind="teams", team=team, address=ADDRESS, by=lead)
    planning.plan_due(at=NOW)
    chat.send_waiting(at=NOW)

    [(_url, body)] = posts
    [card] = [each["content"] for each in body["attachments"]]
    assert card["type"] == "AdaptiveCard"
    assert "Clicks" in str(card)
    assert "Trial sign-ups" not in str(card)


HOSTILE = "<!channel> *b* [x](https://evil.example) & <https://evil.example|y>"


def test_what_people_typed_calls_nobody_and_links_nowhere():
    summary = Summary(HOSTILE, (HOSTILE,), ((HOSTILE, "https://mops.example/K-1"),), "Open", "u")

    text = json.loads(as_slack(summary))["text"]
    assert "<!" not in text
    assert "<https://evil" not in text
    assert text.count("<https://mops.example/K-1|") == 1
    blocks = json.loads(as_teams(summary))["attachments"][0]["content"]["body"]
    assert {block["type"] for block in blocks} == {"RichTextBlock"}


def test_nothing_leaves_a_demo(some_numbers, room, posts):
    Workspace.objects.update(is_demo=True)
    planning.plan_due(at=NOW)
    chat.send_waiting(at=NOW)

    assert posts == []
    assert states() == ["skipped"]


def test_a_week_without_any_kpi_is_not_told(workspace, room, posts):
    planning.plan_due(at=NOW)
    chat.send_waiting(at=NOW)

    assert (posts, states()) == ([], [])


def test_a_failure_is_tried_three_times_and_named(some_numbers, room, posts, caplog):
    posts.answers = [500, egress.EgressError("The server does not answer."), 302, 200]
    planning.plan_due(at=NOW)
    for minutes in (0, 1, 6, 7, 40, 80, 200):
        chat.send_waiting(at=NOW + minutes * MINUTE)

    assert len(posts) == 3
    [post] = ChatPost.objects.all()
    assert (post.state, post.last_error) == ("failed", "The chat answered with 302.")
    assert "hooks.chat.example" in caplog.text
    assert SECRET not in caplog.text


def test_of_weeks_that_were_missed_only_the_latest_is_told(some_numbers, room, posts):
    for weeks in (0, 1):
        planning.plan_due(at=NOW + weeks * dt.timedelta(weeks=1))
    chat.send_waiting(at=NOW + dt.timedelta(weeks=1))

    assert len(posts) == 1
    assert states() == ["skipped", "sent"]


def test_an_address_that_turned_private_is_not_tried_again(some_numbers, room, posts):
    posts.answers = [egress.ForbiddenAddressError("The address leads into a private network.")]
    planning.plan_due(at=NOW)
    for minutes in (0, 6, 40):
        chat.send_waiting(at=NOW + minutes * MINUTE)

    assert len(posts) == 1
    assert states() == ["failed"]


@pytest.mark.parametrize(
    "address",
    ["http://hooks.chat.example/x", "https://127.0.0.1/x", "https://169.254.169.254/", "nonsense"],
)
def test_only_public_addresses_are_taken(lead, address):
    with pytest.raises(chat.AddressRefusedError):
        chat.add_room(kind="slack", team=None, address=address, by=lead)
    assert not ChatRoom.objects.exists()


def test_a_team_has_one_room(room, lead):
    with pytest.raises(chat.RoomTakenError):
        chat.add_room(kind="teams", team=None, address=ADDRESS, by=lead)


def test_a_server_that_hangs_holds_up_no_other(some_numbers, lead, settings, monkeypatch):
    """Neither the other rooms, nor the mail, which has a task of its own."""
    settings.EGRESS_ALLOWED = ["127.0.0.0/8"]
    monkeypatch.setattr(chat, "SECONDS", 0.3)
    team = TeamFactory(workspace=lead.workspace, name="Paid")
    some_numbers.kpi("Clicks", 110, 20, team=team, number=71)
    with socket.create_server(("127.0.0.2", 0)) as silent:
        address = f"https://127.0.0.2:{silent.getsockname()[1]}/x"
        for each in (None, team):
            chat.add_room(kind="slack", team=each, address=address, by=lead)
        planning.plan_due(at=NOW)
        began = time.monotonic()
        chat.send_waiting(at=NOW)

    assert time.monotonic() - began < 5
    posts = ChatPost.objects.values_list("state", "last_error")
    assert list(posts) == [("waiting", "The server took too long to answer.")] * 2
    assert set(DigestDelivery.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_post_once(some_numbers, room, posts):
    planning.plan_due(at=NOW)
    at_once(*[lambda: chat.send_waiting(at=NOW)] * 2)

    assert len(posts) == 1


WORKER = """
import datetime as dt
from core import egress
from goals.models import Kpi
from goals.services.why_lines import say_why
from reviews.services import chat
egress.post = lambda *given, **named: 200
chat.send_waiting(at=dt.datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_room_that_kills_its_worker_is_given_up_after_three(some_numbers, room, posts):
    planning.plan_due(at=NOW)
    for n in range(3):
        at = (LATER + n * 2 * chat.LEASE).isoformat()
        with start_child(WORKER, at, MOPS_FAULTS="chat.after_post") as child:
            child.communicate()
        assert child.returncode == -signal.SIGKILL

    chat.send_waiting(at=LATER + 9 * chat.LEASE + SECOND)

    assert (posts, states()) == ([], ["failed"])


# -- Pages --------------------------------------------------------------------------------------


@pytest.fixture
def admin(client, workspace, frozen):
    member = MembershipFactory(workspace=workspace, role=Role.ADMIN)
    client.force_login(member.user)
    return client


def at_page(name, workspace, *args):
    return reverse(f"reviews:{name}", args=[workspace.slug, *args])


def test_an_admin_adds_tests_and_removes_a_room_and_never_sees_its_address(admin, workspace, posts):
    form = {"team": "", "kind": "slack", "address": ADDRESS}
    url = at_page("chats", workspace)
    assert admin.post(url, form).status_code == 302
    room = ChatRoom.objects.get()
    for _click in range(2):
        admin.post(at_page("test-chat", workspace, room.pk))
    assert ChatPost.objects.count() == 1
    posts.answers = [404]
    chat.send_waiting(at=NOW)

    page = admin.get(url).content.decode()
    assert "https://hooks.chat.example/…" in page
    assert "The chat answered with 404." in page
    assert SECRET not in page
    assert SECRET not in str(audit.latest(workspace)[0])
    assert "A test from mops" in posts[0][1]["text"]
    admin.post(at_page("remove-chat", workspace, room.pk))
    assert not ChatRoom.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"address": "http://x.example/"}, "The address must begin with https://."),
        ({"kind": "irc"}, "Select a valid choice"),
        ({"team": "999999"}, "Select a valid choice"),
        ({}, "There is a chat for this already. Remove it first."),
    ],
)
def test_what_is_wrong_is_said_at_the_form(admin, workspace, changes, said):
    ChatRoomFactory(added_by__workspace=workspace)
    form = {"team": "", "kind": "slack", "address": ADDRESS, **changes}

    answer = admin.post(at_page("chats", workspace), form)

    assert answer.status_code == 422
    assert said in answer.content.decode()
