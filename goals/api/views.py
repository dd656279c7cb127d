"""Endpoints of KPIs, breakdowns, targets and measurements."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.pagination import DayCursor
from core.api.problems import Problem
from core.periods import FIRST_DAY, LAST_DAY, Grain
from goals.api import batches, serializers
from goals.api.fields import find_breakdown, find_member, number_in
from goals.models import Breakdown, Kpi, Measurement, Segment, Target
from goals.rules.status import Comparator
from goals.selectors.points import Point, get_freshness, get_lines
from goals.services import breakdowns, kpis, measurements, targets
from goals.services.measurement_rows import Author, Key
from goals.services.measurements import RowsRefusedError
from teams.api.views import WorkspaceAPI, etag, version_held
from teams.models import ApiToken
from teams.policy import Action

JSON = "application/json"
MOST_POINTS = 4_000
DEFAULT_POINTS = 13


class VersionedAPI(WorkspaceAPI):
    """Shared objects: read with an ETag, changed with If-Match."""

    needs_version = True
    output: type[Any]

    def answer(self, thing: Any, *, code: int = status.HTTP_200_OK) -> Response:
        data = self.output(thing, context=self.get_serializer_context()).data
        return Response(data, status=code, headers={"ETag": etag(thing.version)})

    def read(self, serializer: Callable[..., Any], **kwargs: Any) -> dict[str, Any]:
        """Check the body and give its values."""
        checked = serializer(
            data=self.request.data, context={"workspace": self.workspace}, **kwargs
        )
        checked.is_valid(raise_exception=True)
        values: dict[str, Any] = checked.validated_data
        return values

    def current(self, thing: Any) -> int:
        """Give the version that the caller holds, or refuse with 412 where it is old."""
        held = version_held(self.request)
        if held != thing.version:
            raise Problem(412, _("Somebody else changed this first. Read it again."))
        return held

    def retrieve(self, _request: Request, **_kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def get_serializer_class(self) -> Any:
        return self.output


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
        queryset = queryset.filter(archived_at__isnull=not _flag(given.get("archived", "false")))
        for name, allowed in (("kind", Kpi.Kind.values), ("cadence", Kpi.Cadence.values)):
            if name in given:
                queryset = queryset.filter(**{name: _choice(name, given[name], allowed)})
        if "owner" in given:
            queryset = queryset.filter(owner=find_member(self.workspace, given["owner"]))
        return queryset

    @extend_schema(request=serializers.NewKpi, responses={201: serializers.KpiSerializer})
    def create(self, _request: Request) -> Response:
        definition = self.read(serializers.NewKpi)
        definition.setdefault("owner", self.membership)
        if "cadence" not in definition:
            definition["cadence"] = self._usual_cadence(definition)
        kpi = kpis.create_kpi(workspace=self.workspace, **definition)
        return self.answer(kpi, code=status.HTTP_201_CREATED)

    def _usual_cadence(self, definition: dict[str, Any]) -> str:
        if definition["aggregation"] != Kpi.Aggregation.FORMULA:
            return Kpi.Cadence.WEEKLY
        inputs = kpis.check_formula(
            workspace=self.workspace,
            formula=definition.get("formula", ""),
            code=definition["code"],
        )
        return max(inputs, key=lambda kpi: kpi.grain.rank).cadence

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
        grain = Grain(_choice("period", given.get("period", kpi.grain), [g.value for g in Grain]))
        if grain.rank < kpi.grain.rank:
            raise _bad("period", _("This KPI is measured less often than that."))
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
        segments = Segment.objects.for_workspace(self.workspace).filter(code=code)
        found: Segment | None = segments.filter(breakdown=kpi.breakdown_id).first()
        if found is None:
            series = kpi.series.filter(segment__code=code).select_related("segment").first()
            found = series.segment if series else None
        if found is None:
            raise _bad("segment", _("This KPI has no such segment."))
        return found

    def _span(self, grain: Grain) -> tuple[date, date]:
        calendar, today = self.workspace.calendar, self.workspace.today(at=clock.now())
        last = self._date("to") or today
        back = calendar.shift(grain, calendar.start(grain, last), 1 - DEFAULT_POINTS)
        first = self._date("from") or back
        if first > last:
            raise _bad("from", _("“from” lies after “to”."))
        begin = calendar.start(grain, first)
        if calendar.count_starts(grain, begin, last + timedelta(days=1)) > MOST_POINTS:
            raise _bad("from", _("Ask for at most %(most)d periods.") % {"most": MOST_POINTS})
        return first, last

    def _date(self, name: str) -> date | None:
        text = self.request.query_params.get(name)
        return None if text is None else _day(name, text)


def _as_point(point: Point) -> dict[str, Any]:
    return {
        "start": point.start,
        "value": point.value,
        "target": point.target.value if point.target else None,
        "target_upper": point.target.upper if point.target else None,
        "status": point.status,
        "complete": point.complete,
    }


def _day(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _bad(name, _("Write a date such as 2026-11-16.")) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        names = {"first": FIRST_DAY, "last": LAST_DAY}
        raise _bad(name, _("Write a date from %(first)s to %(last)s.") % names)
    return day


def _choice(name: str, value: str, allowed: list[str]) -> str:
    if value not in allowed:
        raise _bad(name, _("Choose one of: %(allowed)s.") % {"allowed": ", ".join(allowed)})
    return value


def _flag(value: str) -> bool:
    return _choice("archived", value, ["true", "false"]) == "true"


def _bad(name: str, detail: str) -> Problem:
    return Problem(400, detail, [{"field": name, "detail": detail}])


class NumberedAPI(VersionedAPI):
    """Things named by a speakable id, such as B-2."""

    lookup_field = "ref"
    lookup_value_regex = "[A-Z]+-[0-9]+"
    kind: str

    def get_object(self) -> Any:
        number = number_in(self.kwargs["ref"], self.kind)
        return get_object_or_404(self.get_queryset(), number=number)


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
            raise _unknown("kpi", _("There is no such KPI."))
        segment = self._segment(kpi, values.pop("segment"))
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

    def _segment(self, kpi: Kpi, code: str | None) -> Segment | None:
        if code is None:
            return None
        found = Segment.objects.filter(breakdown=kpi.breakdown_id, code=code).first()
        if found is None:
            raise _unknown("segment", _("This KPI has no such segment."))
        segment: Segment = found
        return segment

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        target = self.get_object()
        targets.remove_target(
            target=target, version=self.current(target), by=self.membership, at=clock.now()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _unknown(name: str, detail: str) -> Problem:
    return Problem(422, detail, [{"field": name, "detail": detail}])


class MeasurementAPI(mixins.ListModelMixin, WorkspaceAPI):
    """Measured values: the door that integrations use most."""

    queryset = Measurement.objects.select_related(
        "series__kpi", "series__segment", "recorded_by__user"
    )
    serializer_class = serializers.MeasurementSerializer
    pagination_class = DayCursor
    takes_measurements = True
    parameters = {
        "list": {"kpi", "from", "to", "segment"},
        "create": {"partial"},
        "destroy": {"kpi", "date", "segment"},
    }
    policy = {
        "list": Action.READ,
        "create": Action.ENTER_OWN_NUMBERS,
        "destroy": Action.ENTER_OWN_NUMBERS,
    }

    @extend_schema(
        parameters=[
            OpenApiParameter("kpi", description="The KPI's code."),
            OpenApiParameter("segment", description="The segment's code."),
            OpenApiParameter("from", date),
            OpenApiParameter("to", date),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if isinstance(request.auth, ApiToken) and request.auth.scope == "measurements":
            raise PermissionDenied(_("This token may only send numbers."))
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        given = self.request.query_params
        if "kpi" in given:
            queryset = queryset.filter(series__kpi__code=given["kpi"])
        if "segment" in given:
            queryset = queryset.filter(series__segment__code=given["segment"])
        if "from" in given:
            queryset = queryset.filter(on_date__gte=_day("from", given["from"]))
        if "to" in given:
            queryset = queryset.filter(on_date__lte=_day("to", given["to"]))
        return queryset

    @extend_schema(
        request=serializers.MeasurementBatch,
        responses={200: serializers.MeasurementOutcome},
        parameters=[
            OpenApiParameter("partial", bool, description="Write the good rows, list the bad.")
        ],
    )
    def create(self, request: Request) -> Response:
        partial = _choice("partial", request.query_params.get("partial", "false"), _FLAGS)
        if request._request.content_type != JSON:
            raise UnsupportedMediaType(request.content_type)
        values, places, unread = batches.read_batch(request._request.body)
        if unread and partial != "true":
            raise _refused(unread)
        try:
            outcome = measurements.record(
                values, by=self._author(), at=clock.now(), partial=partial == "true"
            )
        except RowsRefusedError as error:
            raise _refused(batches.renumber(error.errors, places)) from error
        answer: dict[str, Any] = {
            "created": outcome.created,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
        }
        if partial == "true":
            errors = unread + batches.renumber(outcome.errors, places)
            answer["errors"] = batches.as_entries(errors)
        return Response(answer)

    @extend_schema(
        parameters=[
            OpenApiParameter("kpi", required=True, description="The KPI's code."),
            OpenApiParameter("date", date, required=True, description="Any day of the period."),
            OpenApiParameter("segment", description="The segment's code."),
        ],
        responses={204: None},
    )
    def destroy(self, request: Request) -> Response:
        given = request.query_params
        key = Key(
            kpi=given.get("kpi", ""),
            date=_day("date", given.get("date", "")),
            segment=given.get("segment"),
        )
        try:
            removed = measurements.remove([key], by=self._author(), at=clock.now())
        except RowsRefusedError as error:
            raise _refused(error.errors) from error
        if not removed:
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _author(self) -> Author:
        token: Any = self.request.auth
        narrow = isinstance(token, ApiToken) and token.scope == ApiToken.Scope.MEASUREMENTS
        return Author(
            membership=self.membership,
            source="API",
            kpi_codes=frozenset(token.kpi_codes) if narrow else None,
        )


_FLAGS = ["true", "false"]


def _refused(errors: list[Any]) -> Problem:
    detail = _("%(count)d of the rows cannot be taken; nothing was written.")
    return Problem(422, detail % {"count": len(errors)}, batches.as_entries(errors))
