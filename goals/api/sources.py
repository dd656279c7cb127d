"""Endpoints of sources: addresses that numbers are pulled from."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.fields import NamedChoiceField, StrictSerializer
from core.api.pagination import Cursor
from goals.api.parameters import choice_in
from goals.api.refs import number_in
from goals.api.versioned import NumberedAPI
from goals.models import Import, Source, SourcePull
from goals.services import sources
from teams.api.fields import InWorkspace, find_member
from teams.models import Workspace
from teams.models.workspaces import Weekday
from teams.policy import Action


class SourceSerializer(serializers.ModelSerializer[Source]):
    """
    An address whose file is pulled every day, or on one day of the week, and imported.

    The address itself is never given: whoever knows it can read the file.
    """

    id = serializers.CharField(source="ref", help_text="The speakable id, such as SO-2.")
    place = serializers.CharField(help_text="The server; what follows it may be a secret.")
    weekday = NamedChoiceField(Weekday, allow_null=True, help_text="Null: every day.")
    hour = serializers.IntegerField(help_text="By the clocks of the workspace.")
    owner = serializers.CharField(source="owner.user.email")
    error = serializers.CharField(
        source="last_error", help_text="Why nothing arrives, since `failing_since`."
    )

    class Meta:
        model = Source
        fields = [
            "id", "name", "place", "weekday", "hour", "owner", "state", "last_success_at",
            "next_at", "failing_since", "error", "version",
        ]  # fmt: skip
        read_only_fields = fields


def _find_import(workspace: Workspace, ref: str) -> Import | None:
    here = Import.objects.for_workspace(workspace).defer("content")
    found: Import | None = here.filter(number=number_in(ref, "I")).first()
    return found


class SourceChanges(StrictSerializer):
    """
    What may be changed of a source; every field may be left out.

    A source that is ``paused`` is pulled only when it is asked for, an ``archived`` one never.
    """

    name = serializers.CharField(max_length=80)
    address = serializers.CharField(
        max_length=2000, write_only=True, help_text="An https address of a CSV, TSV or XLSX file."
    )
    weekday = NamedChoiceField(Weekday, allow_null=True, help_text="Null: every day.")
    hour = serializers.IntegerField(min_value=0, max_value=23)
    owner = InWorkspace(find=find_member, name=lambda owner: owner.user.email)
    state = serializers.ChoiceField(Source.State.choices)


class NewSource(SourceChanges):
    """
    A new source; the owner is the caller unless named. Unless it is paused it is pulled at once.

    ``like`` names a written import: the files are matched as that one was. Without it the first
    file waits until somebody matches it.
    """

    REQUIRED = frozenset({"name", "address", "hour"})

    like = InWorkspace(find=_find_import, name=lambda row: row.ref, allow_null=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in self.REQUIRED


class SourcePullSerializer(serializers.ModelSerializer[SourcePull]):
    """One time that a source was asked for its file, and what came of it."""

    imported = serializers.CharField(
        source="imported.ref", default=None, allow_null=True, help_text="The import of the file."
    )
    asked_by = serializers.CharField(
        source="asked_by.user.email", default=None, allow_null=True, help_text="Null: it was due."
    )
    error = serializers.CharField(source="last_error")

    class Meta:
        model = SourcePull
        fields = ["asked_at", "asked_by", "state", "error", "imported", "finished_at"]
        read_only_fields = fields


class _Newest(Cursor):
    ordering = "-pk"


class SourceAPI(mixins.ListModelMixin, NumberedAPI):
    """Addresses that numbers are pulled from."""

    queryset = Source.objects.select_related("owner__user", "workspace")
    output = SourceSerializer
    kind = "SO"
    parameters = {"list": {"state"}, "pulls": {"cursor", "page_size"}}
    policy = {
        "list": Action.READ,
        "retrieve": Action.READ,
        "pulls": Action.READ,
        "create": Action.RUN_IMPORTS,
        "partial_update": Action.RUN_IMPORTS,
        "pull": Action.RUN_IMPORTS,
    }

    @extend_schema(parameters=[OpenApiParameter("state", enum=Source.State.values)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        state = self.request.query_params.get("state")
        if self.action != "list" or state is None:
            return queryset
        return queryset.filter(state=choice_in("state", state, Source.State.values))

    @extend_schema(request=NewSource, responses={201: SourceSerializer})
    def create(self, _request: Request) -> Response:
        values = self.read(NewSource)
        values.setdefault("owner", self.membership)
        source = sources.create_source(**values, by=self.membership, at=clock.now())
        return self.answer(source, code=status.HTTP_201_CREATED)

    @extend_schema(request=SourceChanges, responses=SourceSerializer)
    def partial_update(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        source = self.get_object()
        changes = self.read(SourceChanges, partial=True)
        changed = sources.change_source(
            source=source, version=self.current(source), at=clock.now(), **changes
        )
        return self.answer(changed)

    @extend_schema(request=None, responses={202: SourcePullSerializer})
    @action(methods=["post"], detail=True)
    def pull(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        """Have the file pulled now; a pull that is on its way already is given instead."""
        pull = sources.ask_for_pull(source=self.get_object(), by=self.membership, at=clock.now())
        return Response(SourcePullSerializer(pull).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=SourcePullSerializer(many=True))
    @action(detail=True, pagination_class=_Newest)
    def pulls(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        """List the pulls, the latest first."""
        rows = self.get_object().pulls.select_related("imported", "asked_by__user")
        page = self.paginate_queryset(rows.defer("imported__content"))
        return self.get_paginated_response(SourcePullSerializer(page, many=True).data)
