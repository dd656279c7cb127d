"""Search over the API."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api.parameters import bad_parameter
from reviews.selectors.search import TooLongError, search
from teams.api.views import WorkspaceAPI
from teams.finding import LONGEST
from teams.models import Workspace
from teams.policy import Action


class HitSerializer(serializers.Serializer[Any]):
    """A thing that was found. ``id`` is the speakable one, empty where it has none."""

    id = serializers.CharField(source="ref")
    title = serializers.CharField()
    detail = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="The address of its page.")

    def get_url(self, hit: Any) -> str:
        address: str = self.context["request"].build_absolute_uri(hit.url)
        return address


class GroupSerializer(serializers.Serializer[Any]):
    """What was found of one kind, best first; with ``has_more``, add a word to see the rest."""

    kind = serializers.CharField()
    results = HitSerializer(source="hits", many=True)
    has_more = serializers.BooleanField()


class FoundSerializer(serializers.Serializer[Any]):
    """What was found, the kind with the best hit first."""

    groups = GroupSerializer(many=True)


class SearchAPI(WorkspaceAPI):
    """Find KPIs, imports, teams, people and pages by id, code, name or words."""

    queryset = Workspace.objects.none()
    serializer_class = FoundSerializer
    policy = {"retrieve": Action.READ}
    parameters = {"retrieve": {"q"}}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "q",
                {"type": "string", "maxLength": LONGEST},
                required=True,
                description="Words that must all be there, or an id such as K-3.",
            )
        ]
    )
    def retrieve(self, request: Request) -> Response:
        try:
            groups = search(self.membership, request.query_params.get("q", ""))
        except TooLongError as error:
            raise bad_parameter("q", str(error)) from error
        return self.answer({"groups": groups})
