"""Endpoint of scorecards."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api import serializers
from goals.api.versioned import NumberedAPI
from goals.models import Scorecard
from goals.services import scorecards
from teams.policy import Action


class ScorecardAPI(mixins.ListModelMixin, NumberedAPI):
    """Which KPIs are read together, and in what order."""

    queryset = Scorecard.objects.select_related("team").prefetch_related("lines__kpi")
    output = serializers.ScorecardSerializer
    kind = "SC"
    policy = {
        "list": Action.READ,
        "retrieve": Action.READ,
        "create": Action.EDIT_KPIS,
        "partial_update": Action.EDIT_KPIS,
        "destroy": Action.EDIT_KPIS,
    }

    @extend_schema(
        request=serializers.ScorecardChanges, responses={201: serializers.ScorecardSerializer}
    )
    def create(self, _request: Request) -> Response:
        values = {"lines": [], **self._values()}
        scorecard = scorecards.create_scorecard(workspace=self.workspace, **values)
        return self.answer(scorecard, code=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.ScorecardChanges, responses=serializers.ScorecardSerializer)
    def partial_update(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        found = self.get_object()
        changes = self._values(partial=True)
        scorecards.change_scorecard(scorecard=found, version=self.current(found), **changes)
        return self.answer(self.get_object())

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        found = self.get_object()
        scorecards.remove_scorecard(scorecard=found, version=self.current(found))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _values(self, *, partial: bool = False) -> dict[str, Any]:
        values = dict(self.read(serializers.ScorecardChanges, partial=partial))
        if "lines" in values:
            values["lines"] = [line.get("kpi") or line["heading"] for line in values["lines"]]
        return values
