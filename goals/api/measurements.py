"""Endpoint of measured values."""

from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.exceptions import PermissionDenied, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.pagination import Cursor
from core.api.problems import Problem
from goals.api import batches, serializers
from goals.api.parameters import day_in, flag_in
from goals.models import Measurement
from goals.services import measurements
from goals.services.measurement_rows import Author, Key, RowError
from goals.services.measurements import RowsRefusedError
from teams.api.views import WorkspaceAPI
from teams.models import ApiToken
from teams.policy import Action


class _ByDay(Cursor):
    """Pages of rows that have a day but no key of their own, the latest day first."""

    ordering = ("-on_date", "series_id")
    # Rows of one day are told apart by counting them; no day has more than this.
    offset_cutoff = 1_000_000


class MeasurementAPI(mixins.ListModelMixin, WorkspaceAPI):
    """Measured values: the door that integrations use most."""

    queryset = Measurement.objects.select_related(
        "series__kpi", "series__segment", "recorded_by__user"
    )
    serializer_class = serializers.MeasurementSerializer
    pagination_class = _ByDay
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
        if self._narrow_token:
            raise PermissionDenied(_("This token may only send numbers."))
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        given = self.request.query_params
        if "kpi" in given:
            queryset = queryset.filter(series__kpi__code=given["kpi"])
        if "segment" in given:
            queryset = queryset.filter(series__segment__code=given["segment"])
        if "from" in given:
            queryset = queryset.filter(on_date__gte=day_in("from", given["from"]))
        if "to" in given:
            queryset = queryset.filter(on_date__lte=day_in("to", given["to"]))
        return queryset

    @extend_schema(
        request=serializers.MeasurementBatch,
        responses={200: serializers.MeasurementOutcome},
        parameters=[
            OpenApiParameter("partial", bool, description="Write the good rows, list the bad.")
        ],
    )
    def create(self, request: Request) -> Response:
        partial = flag_in("partial", request.query_params.get("partial", "false"))
        if request._request.content_type != "application/json":
            raise UnsupportedMediaType(request.content_type)
        values, places, unread = batches.read_batch(request._request.body)
        if unread and not partial:
            raise _refused(unread)
        try:
            outcome = measurements.record(
                values, by=self._author(), at=clock.now(), partial=partial
            )
        except RowsRefusedError as error:
            raise _refused(batches.renumber(error.errors, places)) from error
        answer: dict[str, Any] = {
            "created": outcome.created,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
        }
        if partial:
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
            date=day_in("date", given.get("date", "")),
            segment=given.get("segment"),
        )
        try:
            removed = measurements.remove([key], by=self._author(), at=clock.now())
        except RowsRefusedError as error:
            raise _refused(error.errors) from error
        if not removed:
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)

    @property
    def _narrow_token(self) -> ApiToken | None:
        """The token of the caller, if it reaches the numbers of named KPIs and nothing else."""
        token: Any = self.request.auth
        narrow = isinstance(token, ApiToken) and token.scope == ApiToken.Scope.MEASUREMENTS
        return token if narrow else None

    def _author(self) -> Author:
        token = self._narrow_token
        return Author(
            membership=self.membership,
            source="API",
            kpi_codes=frozenset(token.kpi_codes) if token else None,
        )


def _refused(errors: list[RowError]) -> Problem:
    detail = _("%(count)d of the rows cannot be taken; nothing was written.")
    return Problem(422, detail % {"count": len(errors)}, batches.as_entries(errors))
