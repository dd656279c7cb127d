"""Endpoint of acts of writing numbers, and the way back from them."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.pagination import Cursor
from goals.models import Writing
from goals.services.measurement_rows import Author
from goals.services.writings import undo_writing
from teams.api.views import WorkspaceAPI
from teams.policy import Action


class WritingSerializer(serializers.ModelSerializer[Writing]):
    """
    Numbers that were written or removed in one act; imports have an endpoint of their own.

    Once it is undone, ``undone`` says how many numbers were put back and taken away; ``kept`` were
    changed since, and up to 200 of them are ``listed``.
    """

    written_by = serializers.CharField(source="written_by.user.email")
    undone_by = serializers.CharField(source="undone_by.user.email", default=None, allow_null=True)
    undone = serializers.SerializerMethodField(help_text="Null until it is undone.")

    class Meta:
        model = Writing
        fields = [
            "id", "source", "created", "updated", "removed", "written_by", "written_at", "undone",
            "undone_by", "undone_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_undone(self, row: Writing) -> dict[str, Any] | None:
        return row.undone or None


class _Newest(Cursor):
    ordering = ("-written_at", "-pk")


class WritingAPI(mixins.ListModelMixin, WorkspaceAPI):
    """What was written by hand and by API, act by act."""

    queryset = Writing.objects.select_related("written_by__user", "undone_by__user")
    serializer_class = WritingSerializer
    pagination_class = _Newest
    lookup_value_regex = "[0-9]{1,18}"
    policy = {"list": Action.READ, "undo": Action.ENTER_OWN_NUMBERS}

    @extend_schema(request=None, responses=WritingSerializer)
    @action(methods=["post"], detail=True)
    def undo(self, _request: Request, pk: str) -> Response:
        """
        Put back what was stored before the act, for 30 days; once.

        A number that was changed since then stays.
        """
        found = get_object_or_404(self.get_queryset(), pk=pk)
        by = Author(membership=self.membership, source="API")
        return self.answer(undo_writing(writing=found, by=by, at=clock.now()))
