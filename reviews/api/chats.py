"""Endpoint of chat rooms."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.fields import StrictSerializer
from reviews.models import ChatPost, ChatRoom
from reviews.selectors.chat import get_rooms
from reviews.services import chat
from teams.api.fields import InWorkspace, find_team
from teams.api.views import WorkspaceAPI
from teams.policy import Action

OF_TEAM = "The name of the team that it hears of; null: the whole workspace."


def _team(**kwargs: Any) -> InWorkspace:
    return InWorkspace(
        find=find_team, name=lambda team: team.name, allow_null=True, help_text=OF_TEAM, **kwargs
    )


class ChatRoomSerializer(serializers.ModelSerializer[ChatRoom]):
    """
    A chat that hears of each week, and what became of the last message to it.

    Its address is never given: whoever knows it can write there.
    """

    host = serializers.CharField(help_text="The server; what follows it is a secret.")
    team = _team(read_only=True)
    last_state = serializers.ChoiceField(
        ChatPost.State.choices, allow_null=True, help_text="Null: it was told nothing yet."
    )
    last_error = serializers.CharField(
        allow_null=True, help_text="Why the last message did not arrive; else empty."
    )
    last_at = serializers.DateTimeField(allow_null=True, help_text="Null while it waits.")

    class Meta:
        model = ChatRoom
        fields = ["id", "kind", "host", "team", "last_state", "last_error", "last_at"]
        read_only_fields = fields


class NewChatRoom(StrictSerializer):
    kind = serializers.ChoiceField(ChatRoom.Kind.choices)
    team = _team(required=False, default=None)
    address = serializers.CharField(
        max_length=2000, write_only=True, help_text="The https address of its incoming webhook."
    )


class ChatRoomAPI(mixins.ListModelMixin, WorkspaceAPI):
    """Chats that hear of a team, or of the whole workspace, once a week."""

    queryset = ChatRoom.objects.none()
    serializer_class = ChatRoomSerializer
    lookup_value_regex = "[0-9]{1,18}"
    policy = {
        "list": Action.EDIT_SETTINGS,
        "create": Action.EDIT_SETTINGS,
        "destroy": Action.EDIT_SETTINGS,
        "test": Action.EDIT_SETTINGS,
    }

    def get_queryset(self) -> Any:
        return get_rooms(self.workspace)

    @extend_schema(request=NewChatRoom, responses={201: ChatRoomSerializer})
    def create(self, _request: Request) -> Response:
        room = chat.add_room(**self.read(NewChatRoom), by=self.membership)
        return self.answer(self.get_queryset().get(pk=room.pk), code=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        chat.remove_room(room=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={202: ChatRoomSerializer})
    @action(methods=["post"], detail=True)
    def test(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        """Have a greeting sent to the room; ``last_state`` says what became of it."""
        chat.ask_for_test(room=self.get_object(), at=clock.now())
        return self.answer(self.get_object(), code=status.HTTP_202_ACCEPTED)
