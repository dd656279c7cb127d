"""Endpoint of why lines."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.fields import StrictSerializer
from goals.api.refs import find_kpi, segment_of
from goals.models import WhyLine
from goals.services import why_lines
from teams.api.fields import InWorkspace
from teams.api.views import WorkspaceAPI
from teams.policy import Action


class WhyLineSerializer(serializers.ModelSerializer[WhyLine]):
    """Why a number is off track; of several lines about one period the last one counts."""

    kpi = serializers.CharField(source="kpi.code")
    segment = serializers.CharField(source="segment.code", default=None, allow_null=True)
    said_by = serializers.CharField(source="said_by.user.email")

    class Meta:
        model = WhyLine
        fields = ["kpi", "segment", "start", "why", "next_step", "said_by", "said_at"]
        read_only_fields = fields


class NewWhyLine(StrictSerializer):
    kpi = InWorkspace(find=find_kpi, name=lambda kpi: kpi.code)
    segment = serializers.CharField(max_length=120, required=False, allow_null=True, default=None)
    start = serializers.DateField(help_text="Any day of the period.")
    why = serializers.CharField(max_length=300)
    next_step = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class WhyLineAPI(mixins.ListModelMixin, WorkspaceAPI):
    """What was said about numbers that are off track."""

    queryset = WhyLine.objects.select_related("kpi", "segment", "said_by__user")
    serializer_class = WhyLineSerializer
    parameters = {"list": {"kpi"}}
    policy = {"list": Action.READ, "create": Action.ENTER_OWN_NUMBERS}

    @extend_schema(parameters=[OpenApiParameter("kpi", description="The KPI's code.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        code = self.request.query_params.get("kpi")
        return queryset if code is None else queryset.filter(kpi__code=code)

    @extend_schema(request=NewWhyLine, responses={201: WhyLineSerializer})
    def create(self, _request: Request) -> Response:
        values = self.read(NewWhyLine)
        segment = segment_of(values["kpi"], values.pop("segment"))
        line = why_lines.say_why(segment=segment, by=self.membership, at=clock.now(), **values)
        return self.answer(line, code=status.HTTP_201_CREATED)
