"""Endpoint of targets."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.problems import Problem
from goals.api import serializers
from goals.api.batches import as_entries
from goals.api.refs import segment_of, unknown
from goals.api.versioned import NumberedAPI
from goals.models import Kpi, Target
from goals.rules.status import Comparator
from goals.services import targets
from goals.services.plans import NewTarget, PlanRefusedError, set_targets
from teams.policy import Action

MOST_TARGETS = 5_000


class TargetAPI(mixins.ListModelMixin, NumberedAPI):
    """What KPIs should reach, from when on."""

    queryset = Target.objects.select_related("kpi", "segment", "set_by__user")
    output = serializers.TargetSerializer
    kind = "T"
    parameters = {"list": {"kpi"}}
    policy = {
        "list": Action.READ,
        "retrieve": Action.READ,
        "create": Action.EDIT_KPIS,
        "destroy": Action.EDIT_KPIS,
        "plan": Action.EDIT_KPIS,
    }

    @extend_schema(parameters=[OpenApiParameter("kpi", description="The KPI's code.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        code = self.request.query_params.get("kpi")
        if self.action != "list" or code is None:
            return queryset
        return queryset.filter(kpi__code=code)

    @extend_schema(request=serializers.NewTarget, responses={201: serializers.TargetSerializer})
    def create(self, _request: Request) -> Response:
        values = self.read(serializers.NewTarget)
        kpi = Kpi.objects.for_workspace(self.workspace).filter(code=values.pop("kpi")).first()
        if kpi is None:
            raise unknown("kpi", _("There is no such KPI."))
        segment = segment_of(kpi, values.pop("segment"))
        comparator = Comparator(values.pop("comparator"))
        target = targets.set_target(
            kpi=kpi,
            segment=segment,
            comparator=comparator,
            by=self.membership,
            at=clock.now(),
            **values,
        )
        return self.answer(target, code=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.TargetPlan, responses={200: serializers.TargetPlanOutcome})
    @action(methods=["post"], detail=False, pagination_class=None)
    def plan(self, _request: Request) -> Response:
        given = self.read(serializers.TargetPlan)
        if len(given["targets"]) > MOST_TARGETS:
            raise Problem(413, _("Send at most %(most)d targets at once.") % {"most": MOST_TARGETS})
        rows = [
            NewTarget(**{**row, "comparator": Comparator(row["comparator"])})
            for row in given["targets"]
        ]
        try:
            outcome = set_targets(rows, reason=given["reason"], by=self.membership, at=clock.now())
        except PlanRefusedError as error:
            raise Problem(422, str(error), as_entries(error.errors)) from error
        counts = ("created", "updated", "unchanged")
        return Response({name: getattr(outcome, name) for name in counts})

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        target = self.get_object()
        targets.remove_target(
            target=target, version=self.current(target), by=self.membership, at=clock.now()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
