"""Endpoint of notes."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.fields import StrictSerializer
from goals.api.refs import find_kpi, number_in
from goals.models import Note
from goals.services import notes
from teams.api.fields import InWorkspace
from teams.api.views import WorkspaceAPI
from teams.policy import Action


class NoteSerializer(serializers.ModelSerializer[Note]):
    """Something that happened on a day; without a KPI it concerned the whole workspace."""

    id = serializers.CharField(source="ref")
    kpi = serializers.CharField(source="kpi.code", default=None, allow_null=True)
    made_by = serializers.CharField(source="made_by.user.email")

    class Meta:
        model = Note
        fields = ["id", "kpi", "on_date", "text", "made_by", "made_at"]
        read_only_fields = fields


class NewNote(StrictSerializer):
    kpi = InWorkspace(
        find=find_kpi, name=lambda kpi: kpi.code, required=False, allow_null=True, default=None
    )
    on_date = serializers.DateField()
    text = serializers.CharField(max_length=notes.LONGEST)


class NoteAPI(mixins.ListModelMixin, WorkspaceAPI):
    """What happened beside the numbers."""

    queryset = Note.objects.select_related("kpi", "made_by__user")
    serializer_class = NoteSerializer
    lookup_field = "ref"
    lookup_value_regex = "[A-Z]+-[0-9]+"
    parameters = {"list": {"kpi"}}
    policy = {
        "list": Action.READ,
        "create": Action.ENTER_OWN_NUMBERS,
        "destroy": Action.ENTER_OWN_NUMBERS,
    }

    @extend_schema(parameters=[OpenApiParameter("kpi", description="The KPI's code.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        code = self.request.query_params.get("kpi")
        return queryset if code is None else queryset.filter(kpi__code=code)

    @extend_schema(request=NewNote, responses={201: NoteSerializer})
    def create(self, _request: Request) -> Response:
        values = self.read(NewNote)
        note = notes.add_note(by=self.membership, at=clock.now(), **values)
        return self.answer(note, code=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, ref: str) -> Response:
        note = get_object_or_404(self.get_queryset(), number=number_in(ref, "N"))
        notes.remove_note(note=note, by=self.membership)
        return Response(status=status.HTTP_204_NO_CONTENT)
