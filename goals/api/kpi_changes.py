"""Endpoint of changes of KPIs, and the way back from them."""

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from goals.api.serializers import KpiSerializer
from goals.models import Kpi
from goals.services.kpi_changes import changes_of, undo_kpi_change, undone_among
from teams.api.serializers import EntrySerializer
from teams.api.views import WorkspaceAPI, etag
from teams.api.workspace import Trail
from teams.audit import Entry
from teams.policy import Action


class KpiChangeSerializer(EntrySerializer):
    """One change of a KPI's definition. Words are in the language of the request."""

    id = serializers.IntegerField(source="place.key")
    what = None  # type: ignore[assignment]  # always a KPI
    kpi = serializers.SerializerMethodField(help_text="The KPI's code.")
    undone_at = serializers.SerializerMethodField(help_text="Null unless it was undone.")

    def get_kpi(self, entry: Entry) -> str:
        code: str = self.context["codes"][entry.place.key]
        return code

    def get_undone_at(self, entry: Entry) -> datetime | None:
        event = self.context["undone"].get(entry.place.key)
        return event.pgh_created_at if event else None


class _KpiTrail(Trail):
    only = frozenset({Kpi})


class KpiChangeAPI(WorkspaceAPI):
    """Who changed what of KPIs, newest first."""

    queryset = Kpi.objects.none()
    serializer_class = KpiChangeSerializer
    pagination_class = _KpiTrail
    lookup_value_regex = "[0-9]{1,18}"
    policy = {"list": Action.READ, "undo": Action.EDIT_KPIS}

    def list(self, _request: Request) -> Response:
        entries: Any = self.paginate_queryset(self.workspace)  # type: ignore[arg-type]  # Trail's
        changes = changes_of(self.workspace)
        keys = [entry.place.key for entry in entries]
        codes = changes.filter(pgh_id__in=keys).values_list("pgh_id", "pgh_obj__code")
        context = {"codes": dict(codes), "undone": undone_among(changes, keys)}
        return self.get_paginated_response(
            KpiChangeSerializer(entries, many=True, context=context).data
        )

    @extend_schema(request=None, responses=KpiSerializer)
    @action(methods=["post"], detail=True)
    def undo(self, _request: Request, pk: str) -> Response:
        """
        Make of the KPI's fields what they were before the change, for 30 days; once.

        Other fields stay as they are. Where one of these was changed again, nothing is undone.
        """
        change = get_object_or_404(changes_of(self.workspace), pgh_id=pk)
        kpi = undo_kpi_change(workspace=self.workspace, change=change, at=clock.now())
        return Response(KpiSerializer(kpi).data, headers={"ETag": etag(kpi.version)})
