"""Endpoints of KPIs and their series."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.periods import Grain
from goals.api import serializers
from goals.api.parameters import bad_parameter, choice_in, day_in, flag_in
from goals.models import Kpi, Segment
from goals.selectors.points import Point, get_freshness, get_lines
from goals.services import kpis
from teams.api.fields import find_member
from teams.api.versioned import VersionedAPI
from teams.policy import Action

MOST_POINTS = 4_000
DEFAULT_POINTS = 13


class KpiAPI(VersionedAPI):
    """The KPIs of the workspace, named by their codes."""

    queryset = Kpi.objects.select_related("owner__user", "team", "breakdown", "workspace")
    output = serializers.KpiSerializer
    lookup_field = "code"
    lookup_value_regex = "[a-z][a-z0-9_]*"
    parameters = {
        "list": {"kind", "cadence", "owner", "archived"},
        "series": {"period", "from", "to", "segment"},
    }
    policy = {
        "list": Action.READ,
        "retrieve": Action.READ,
        "series": Action.READ,
        "create": Action.EDIT_KPIS,
        "partial_update": Action.EDIT_KPIS,
        "archive": Action.EDIT_KPIS,
        "restore": Action.EDIT_KPIS,
    }

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", enum=Kpi.Kind.values),
            OpenApiParameter("cadence", enum=Kpi.Cadence.values),
            OpenApiParameter("owner", description="An e-mail address."),
            OpenApiParameter("archived", bool, description="true lists archived KPIs instead."),
        ]
    )
    def list(self, _request: Request) -> Response:
        rows = serializers.kpi_rows(self.filter_queryset(self.get_queryset()))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([serializers.as_listed(row) for row in page])

    def filter_queryset(self, queryset: Any) -> Any:
        if self.action != "list":
            return queryset
        given = self.request.query_params
        queryset = queryset.filter(
            archived_at__isnull=not flag_in("archived", given.get("archived", "false"))
        )
        for name, allowed in (("kind", Kpi.Kind.values), ("cadence", Kpi.Cadence.values)):
            if name in given:
                queryset = queryset.filter(**{name: choice_in(name, given[name], allowed)})
        if "owner" in given:
            queryset = queryset.filter(owner=find_member(self.workspace, given["owner"]))
        return queryset

    @extend_schema(request=serializers.NewKpi, responses={201: serializers.KpiSerializer})
    def create(self, _request: Request) -> Response:
        definition = self.read(serializers.NewKpi)
        definition.setdefault("owner", self.membership)
        kpi = kpis.create_kpi(workspace=self.workspace, **definition)
        return self.answer(kpi, code=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.KpiChanges, responses=serializers.KpiSerializer)
    def partial_update(self, _request: Request, code: str) -> Response:  # noqa: ARG002  # DRF's form
        kpi = self.get_object()
        changes = self.read(serializers.KpiChanges, partial=True)
        return self.answer(kpis.change_kpi(kpi=kpi, version=self.current(kpi), **changes))

    @extend_schema(request=None, responses=serializers.KpiSerializer)
    @action(methods=["post"], detail=True)
    def archive(self, _request: Request, code: str) -> Response:  # noqa: ARG002  # DRF's form
        return self.answer(kpis.archive_kpi(kpi=self.get_object(), at=clock.now()))

    @extend_schema(request=None, responses=serializers.KpiSerializer)
    @action(methods=["post"], detail=True)
    def restore(self, _request: Request, code: str) -> Response:  # noqa: ARG002  # DRF's form
        return self.answer(kpis.restore_kpi(kpi=self.get_object()))

    @extend_schema(
        parameters=[
            OpenApiParameter("period", enum=[grain.value for grain in Grain]),
            OpenApiParameter("from", date),
            OpenApiParameter("to", date),
            OpenApiParameter("segment", description="The code of a segment; else the total."),
        ],
        responses=serializers.SeriesSerializer,
    )
    @action(detail=True, pagination_class=None)
    def series(self, _request: Request, code: str) -> Response:  # noqa: ARG002  # DRF's form
        kpi = self.get_object()
        given = self.request.query_params
        grain = Grain(choice_in("period", given.get("period", kpi.grain), [g.value for g in Grain]))
        if grain.rank < kpi.grain.rank:
            raise bad_parameter("period", _("This KPI is measured less often than that."))
        segment = self._segment(kpi, given.get("segment"))
        first, last = self._span(grain)
        line = get_lines(
            self.workspace,
            [kpi],
            generation=get_freshness(self.workspace).generation,
            grain=grain,
            first=first,
            last=last,
            today=self.workspace.today(at=clock.now()),
            segment=segment,
        )[kpi.pk]
        points = [_as_point(point) for point in line.points(first, last)]
        series = {
            "kpi": kpi.code,
            "segment": segment.code if segment else None,
            "period": grain,
            "points": points,
        }
        return Response(serializers.SeriesSerializer(series).data)

    def _segment(self, kpi: Kpi, code: str | None) -> Segment | None:
        if code is None:
            return None
        # A formula has the segments of the KPIs in it, so its series say which there are.
        found: Segment | None = Segment.objects.filter(
            breakdown=kpi.breakdown_id, code=code
        ).first()
        if found is None:
            series = kpi.series.filter(segment__code=code).select_related("segment").first()
            found = series.segment if series else None
        if found is None:
            raise bad_parameter("segment", _("This KPI has no such segment."))
        return found

    def _span(self, grain: Grain) -> tuple[date, date]:
        calendar, today = self.workspace.calendar, self.workspace.today(at=clock.now())
        last = self._date("to") or today
        back = calendar.shift(grain, calendar.start(grain, last), 1 - DEFAULT_POINTS)
        first = self._date("from") or back
        if first > last:
            raise bad_parameter("from", _("“from” lies after “to”."))
        begin = calendar.start(grain, first)
        if calendar.count_starts(grain, begin, last + timedelta(days=1)) > MOST_POINTS:
            raise bad_parameter(
                "from", _("Ask for at most %(most)d periods.") % {"most": MOST_POINTS}
            )
        return first, last

    def _date(self, name: str) -> date | None:
        text = self.request.query_params.get(name)
        return None if text is None else day_in(name, text)


def _as_point(point: Point) -> dict[str, Any]:
    return {
        "start": point.start,
        "value": point.value,
        "target": point.target.value if point.target else None,
        "target_upper": point.target.upper if point.target else None,
        "status": point.status,
        "complete": point.complete,
    }
