"""Chats by API: their address goes in and never comes out."""

import pytest

from reviews.models import ChatRoom
from teams.models import IdempotencyKey
from tests.doors import api_of
from tests.factories.reviews import ChatRoomFactory
from tests.factories.teams import TeamFactory

SECRET = "T0000/B0000/verysecret"
ROOMS = "/api/v1/chat-rooms/"
BODY = {"kind": "slack", "address": f"https://hooks.chat.example/{SECRET}"}


@pytest.fixture
def api(admin, frozen):
    return api_of(admin)


def test_a_room_is_added_listed_tested_and_removed(api, workspace):
    team = TeamFactory(workspace=workspace, name="Growth")

    added = api.post(ROOMS, {**BODY, "team": "Growth"})
    room = added.json()
    tested = api.post(f"{ROOMS}{room['id']}/test/")

    assert (added.status_code, tested.status_code) == (201, 202)
    assert room == {
        "id": ChatRoom.objects.get(team=team).pk,
        "kind": "slack",
        "host": "hooks.chat.example",
        "team": "Growth",
        "last_state": None,
        "last_error": None,
        "last_at": None,
    }
    assert tested.json() == {**room, "last_state": "waiting", "last_error": ""}
    assert api.get(ROOMS).json()["results"] == [tested.json()]
    assert api.delete(f"{ROOMS}{room['id']}/").status_code == 204
    assert not ChatRoom.objects.exists()


def test_a_repeat_adds_no_second_room_and_keeps_no_address(api):
    first, again = (api.post(ROOMS, BODY, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.status_code, again.json()) == (201, first.json())
    assert ChatRoom.objects.count() == 1
    assert SECRET not in first.text + str(IdempotencyKey.objects.values())


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"address": "http://hooks.chat.example/x"}, 422, "address"),
        ({"address": "https://10.0.0.1/x"}, 422, "address"),
        ({"team": None}, 422, "team"),  # the workspace has a chat
        ({"team": "Theirs"}, 400, "team"),
        ({"kind": "irc"}, 400, "kind"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(api, admin, stranger, changes, status, field):
    TeamFactory(workspace=admin.workspace, name="Growth")
    TeamFactory(workspace=stranger.workspace, name="Theirs")
    ChatRoomFactory(added_by=admin)

    answer = api.post(ROOMS, {**BODY, "team": "Growth", **changes})

    assert answer.status_code == status
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert ChatRoom.objects.count() == 1
