"""Endpoints of the executive digest: its scorecard, the lead's sentences, its readers outside."""

from datetime import date
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.fields import StrictSerializer
from core.api.pagination import Cursor
from core.periods import Grain
from goals.api.parameters import day_in
from goals.api.refs import find_scorecard
from reviews.models import ExecutiveDigest, LeadSentence, OutsideReader
from reviews.services import executive, outsiders
from teams.api.fields import InWorkspace
from teams.api.versioned import VersionedAPI
from teams.api.views import WorkspaceAPI
from teams.policy import Action


class ExecutiveDigestChanges(StrictSerializer):
    scorecard = InWorkspace(
        find=find_scorecard,
        name=lambda scorecard: scorecard.ref,
        allow_null=True,
        help_text="It tells of the first six KPIs of this scorecard; null: it does not go out.",
    )


class ExecutiveDigestSerializer(ExecutiveDigestChanges):
    """What the executive digest tells of."""

    version = serializers.IntegerField()


class ExecutiveDigestAPI(VersionedAPI):
    """What the executive digest tells of."""

    queryset = ExecutiveDigest.objects.none()
    output = ExecutiveDigestSerializer
    policy = {"retrieve": Action.PREVIEW_DIGESTS, "partial_update": Action.EDIT_SETTINGS}

    def get_object(self) -> ExecutiveDigest:
        return executive.get_executive(self.workspace)

    @extend_schema(request=ExecutiveDigestChanges, responses=ExecutiveDigestSerializer)
    def partial_update(self, _request: Request) -> Response:
        stored = self.get_object()
        changes = self.read(ExecutiveDigestChanges, partial=True)
        changed = executive.choose_scorecard(
            workspace=self.workspace,
            scorecard=changes.get("scorecard", stored.scorecard),
            version=self.current(stored),
        )
        return self.answer(changed)


class LeadSentenceSerializer(serializers.ModelSerializer[LeadSentence]):
    """What a lead said of a week; of several the newest counts, and an empty one takes it back."""

    by = serializers.EmailField(source="by.user.email")

    class Meta:
        model = LeadSentence
        fields = ["week", "text", "by", "at"]
        read_only_fields = fields


class NewLeadSentence(StrictSerializer):
    week = serializers.DateField(help_text="Any day of the week.")
    text = serializers.CharField(
        max_length=200, allow_blank=True, help_text="It stands first in the digest."
    )


class _Newest(Cursor):
    ordering = "-pk"


class LeadSentenceAPI(mixins.ListModelMixin, WorkspaceAPI):
    """What leads add to the executive digest of a week."""

    queryset = LeadSentence.objects.select_related("by__user")
    serializer_class = LeadSentenceSerializer
    pagination_class = _Newest
    parameters = {"list": {"week"}}
    policy = {"list": Action.PREVIEW_DIGESTS, "create": Action.PREVIEW_DIGESTS}

    @extend_schema(parameters=[OpenApiParameter("week", date, description="Any day of the week.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        text = self.request.query_params.get("week")
        if text is None:
            return queryset
        day = day_in("week", text)
        return queryset.filter(week=self.workspace.calendar.start(Grain.WEEK, day))

    @extend_schema(request=NewLeadSentence, responses={201: LeadSentenceSerializer})
    def create(self, _request: Request) -> Response:
        values = self.read(NewLeadSentence)
        said = executive.say(**values, by=self.membership, at=clock.now())
        return self.answer(said, code=status.HTTP_201_CREATED)


class OutsideReaderSerializer(serializers.ModelSerializer[OutsideReader]):
    """
    An address without an account; once it has confirmed it gets the executive digest.

    Whoever unsubscribes stays in the list.
    """

    asked_by = serializers.EmailField(source="asked_by.user.email")
    reads = serializers.SerializerMethodField(help_text="It has confirmed, and not unsubscribed.")

    class Meta:
        model = OutsideReader
        fields = ["id", "email", "language", "asked_by", "asked_at", "confirmed_at", "reads"]
        read_only_fields = fields

    def get_reads(self, reader: OutsideReader) -> bool:
        return any(digest.is_on for digest in reader.digests.all())


class NewOutsideReader(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    language = serializers.ChoiceField(
        settings.LANGUAGES, help_text="Of the question and of the digest."
    )


class OutsideReaderAPI(mixins.ListModelMixin, WorkspaceAPI):
    """Who reads the executive digest without being a member."""

    queryset = OutsideReader.objects.select_related("asked_by__user").prefetch_related("digests")
    serializer_class = OutsideReaderSerializer
    lookup_value_regex = "[0-9]{1,18}"
    policy = {
        "list": Action.EDIT_SETTINGS,
        "create": Action.EDIT_SETTINGS,
        "destroy": Action.EDIT_SETTINGS,
        "ask": Action.EDIT_SETTINGS,
    }

    @extend_schema(request=NewOutsideReader, responses={201: OutsideReaderSerializer})
    def create(self, _request: Request) -> Response:
        """Ask an address by mail whether it wants the executive digest."""
        values = self.read(NewOutsideReader)
        reader = outsiders.add(**values, by=self.membership, at=clock.now())
        return self.answer(reader, code=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        """Forget an address; nothing is sent there any more."""
        outsiders.remove(reader=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=OutsideReaderSerializer)
    @action(methods=["post"], detail=True)
    def ask(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        """Ask once more; the links of earlier questions end."""
        outsiders.ask_again(reader=self.get_object(), by=self.membership, at=clock.now())
        return self.answer(self.get_object())
