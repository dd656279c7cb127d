"""Endpoints of breakdowns and their segments."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api import serializers
from goals.api.refs import find_breakdown
from goals.api.versioned import NumberedAPI
from goals.models import Breakdown, Segment
from goals.services import breakdowns
from teams.policy import Action


class BreakdownAPI(mixins.ListModelMixin, NumberedAPI):
    """Ways to cut numbers; their segments have an endpoint of their own."""

    queryset = Breakdown.objects.select_related("workspace")
    output = serializers.BreakdownSerializer
    kind = "B"
    policy = {
        "list": Action.READ,
        "retrieve": Action.READ,
        "create": Action.EDIT_KPIS,
        "partial_update": Action.EDIT_KPIS,
    }

    @extend_schema(
        request=serializers.NewBreakdown, responses={201: serializers.BreakdownSerializer}
    )
    def create(self, _request: Request) -> Response:
        values = self.read(serializers.NewBreakdown)
        breakdown = breakdowns.create_breakdown(
            workspace=self.workspace,
            name=values["name"],
            segments=[(segment["code"], segment["name"]) for segment in values["segments"]],
        )
        return self.answer(breakdown, code=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.BreakdownChanges, responses=serializers.BreakdownSerializer)
    def partial_update(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        breakdown = self.get_object()
        values = self.read(serializers.BreakdownChanges)
        return self.answer(
            breakdowns.rename_breakdown(
                breakdown=breakdown, version=self.current(breakdown), name=values["name"]
            )
        )


class SegmentAPI(mixins.ListModelMixin, NumberedAPI):
    """The parts of breakdowns."""

    queryset = Segment.objects.select_related("breakdown__workspace")
    output = serializers.SegmentSerializer
    kind = "SG"
    parameters = {"list": {"breakdown"}}
    policy = {
        "list": Action.READ,
        "retrieve": Action.READ,
        "create": Action.EDIT_KPIS,
        "partial_update": Action.EDIT_KPIS,
    }

    @extend_schema(parameters=[OpenApiParameter("breakdown", description="Such as B-2.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        ref = self.request.query_params.get("breakdown")
        if self.action != "list" or ref is None:
            return queryset
        return queryset.filter(breakdown=find_breakdown(self.workspace, ref))

    @extend_schema(request=serializers.NewSegment, responses={201: serializers.SegmentSerializer})
    def create(self, _request: Request) -> Response:
        segment = breakdowns.add_segment(**self.read(serializers.NewSegment))
        return self.answer(segment, code=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.SegmentChanges, responses=serializers.SegmentSerializer)
    def partial_update(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        segment = self.get_object()
        changes = self.read(serializers.SegmentChanges, partial=True)
        return self.answer(
            breakdowns.change_segment(segment=segment, version=self.current(segment), **changes)
        )
