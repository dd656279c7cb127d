"""Endpoints of imports: a file goes in, is checked by a worker, and is written as a whole."""

from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.fields import StrictSerializer
from core.api.pagination import Cursor
from core.api.problems import Problem
from core.intake import ReadOptions
from goals.api.parameters import choice_in
from goals.api.refs import number_in
from goals.models import Import, ImportProblem
from goals.services import imports
from teams.api.views import WorkspaceAPI
from teams.policy import Action


class _Progress(StrictSerializer):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    of = serializers.ChoiceField(["rows", "values"])


class ImportSerializer(serializers.ModelSerializer[Import]):
    """
    A file on its way to becoming measurements.

    ``account`` says what writing it would do, once it is checked; ``outcome`` what it did, once
    it is done; ``undone`` what became of its values when it was undone. ``error`` is the sentence
    with which it failed.
    """

    id = serializers.CharField(source="ref", help_text="The speakable id, such as I-9.")
    columns = serializers.SerializerMethodField(help_text="The columns found, in order.")
    progress = serializers.SerializerMethodField()
    account = serializers.SerializerMethodField(help_text="Null until the file is checked.")
    outcome = serializers.SerializerMethodField(help_text="Null until the file is written.")
    undone = serializers.SerializerMethodField(
        help_text="Null until the import is undone. `kept` values were changed since; up to 200 "
        "of them are `listed`."
    )
    error = serializers.CharField(source="last_error")
    created_by = serializers.CharField(source="created_by.user.email")

    class Meta:
        model = Import
        fields = [
            "id", "filename", "state", "columns", "mapping", "writes_when_checked", "progress",
            "account", "outcome", "undone", "error", "created_by", "created_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_columns(self, row: Import) -> list[str]:
        return [column["name"] for column in row.columns]

    @extend_schema_field(_Progress)
    def get_progress(self, row: Import) -> dict[str, Any]:
        if row.state in _AFTER_CHECK:
            return {"done": row.done, "total": row.summary.get("values", 0), "of": "values"}
        return {"done": row.done, "total": row.rows_total, "of": "rows"}

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_account(self, row: Import) -> dict[str, Any] | None:
        # A file that an earlier release checked has fewer figures.
        return {name: row.summary.get(name) for name in _ACCOUNT} if row.summary else None

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": {"type": "integer"}})
    def get_outcome(self, row: Import) -> dict[str, int] | None:
        outcome: dict[str, int] | None = row.summary.get("outcome")
        return outcome

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_undone(self, row: Import) -> dict[str, Any] | None:
        undone: dict[str, Any] | None = row.summary.get("undone")
        return undone


# What moves are values by now.
_AFTER_CHECK = {Import.State.APPLYING, Import.State.DONE, Import.State.UNDOING, Import.State.UNDONE}
_ACCOUNT = (
    "rows", "rows_with_values", "filtered_rows", "collapsed", "values", "new", "changed",
    "unchanged", "differing", "empty_cells", "left_out", "newcomers",
    "short_rows", "stopgaps", "rounded", "problems", "new_segments", "new_segment_count", "first",
    "last", "skipped",
)  # fmt: skip


class NewImport(StrictSerializer):
    """
    A file and how it is taken. ``mapping`` and ``options`` are as ``import_kpis`` takes them.

    A wide file is mapped by ``{"date": "Day", "values": {"Clicks": "email_clicks"}}``, a long one
    by ``{"date": "Day", "kpi": "Measure", "value": "Value", "segment": ["Region", "Type"]}``.
    ``day`` stands for a date column where all rows are of one day. ``filters`` keeps the rows that
    have one of some texts in a column: ``{"Region": ["North"]}``; ``without`` drops them.
    ``unreadable`` says what cells that should be numbers and are not are taken for:
    ``{"Clicks": "empty"}`` or ``"zero"``. ``repeats`` says what several rows for a period come to:
    ``refuse`` (the default: a problem), ``add`` (only KPIs that are summed over time), ``last``.
    ``create`` makes KPIs of columns, or of names that are not known:
    ``{"cadence": "weekly", "columns": ["Clicks"], "names": true}``, where ``called`` names those
    that are not called like their column. Without a mapping the columns are guessed by their names.
    """

    file = serializers.FileField(max_length=200, help_text="CSV, TSV, XLSX or .csv.gz, ≤ 25 MB.")
    mapping = serializers.JSONField(required=False)
    options = serializers.JSONField(required=False)
    dry_run = serializers.BooleanField(
        default=True, help_text="If false, a file without problems is written once it is checked."
    )


class ApplySerializer(StrictSerializer):
    """How a checked file is written."""

    keep_stored = serializers.BooleanField(
        source="keeps_stored",
        default=False,
        help_text="If true, a stored value stays where the file has another one.",
    )


class ImportProblemSerializer(serializers.ModelSerializer[ImportProblem]):
    """Why something in the file cannot be taken."""

    class Meta:
        model = ImportProblem
        fields = ["line", "column", "code", "detail"]
        read_only_fields = fields


class _Newest(Cursor):
    ordering = "-number"


class _ByLine(Cursor):
    ordering = ("line", "pk")


class ImportAPI(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceAPI):
    """Files of numbers."""

    queryset = Import.objects.select_related("created_by__user", "workspace").defer("content")
    serializer_class = ImportSerializer
    parser_classes = [MultiPartParser]
    pagination_class = _Newest
    lookup_field = "ref"
    lookup_value_regex = "[A-Z]+-[0-9]+"
    parameters = {"list": {"state"}, "errors": {"cursor", "page_size"}}
    policy = {
        "list": Action.RUN_IMPORTS,
        "retrieve": Action.RUN_IMPORTS,
        "create": Action.RUN_IMPORTS,
        "apply": Action.RUN_IMPORTS,
        "cancel": Action.RUN_IMPORTS,
        "undo": Action.RUN_IMPORTS,
        "errors": Action.RUN_IMPORTS,
    }

    def get_object(self) -> Import:
        number = number_in(self.kwargs["ref"], "I")
        found: Import = get_object_or_404(self.get_queryset(), number=number)
        return found

    @extend_schema(parameters=[OpenApiParameter("state", enum=Import.State.values)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        state = self.request.query_params.get("state")
        if self.action != "list" or state is None:
            return queryset
        return queryset.filter(state=choice_in("state", state, Import.State.values))

    @extend_schema(
        request={"multipart/form-data": NewImport},
        responses={202: ImportSerializer},
    )
    def create(self, request: Request) -> Response:
        checked = NewImport(data=request.data)
        checked.is_valid(raise_exception=True)
        values = checked.validated_data
        file = values["file"]
        if file.size > settings.UPLOAD_LIMIT_BYTES:
            raise Problem(413, _("The file is larger than 25 MB."))
        row = imports.take(
            content=file.read(),
            filename=file.name,
            options=ReadOptions.from_json(values.get("options") or {}),
            mapping=values.get("mapping"),
            writes_when_checked=not values["dry_run"],
            by=self.membership,
            at=clock.now(),
        )
        return self._accepted(row)

    @extend_schema(request=ApplySerializer, responses={202: ImportSerializer})
    @action(methods=["post"], detail=True, parser_classes=[JSONParser])
    def apply(self, request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        """Have a checked file written: all of it, or nothing."""
        checked = ApplySerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        return self._accepted(imports.apply(row=self.get_object(), **checked.validated_data))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(methods=["post"], detail=True)
    def cancel(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        """Stop what a worker does with the file; nothing of it is written."""
        return Response(ImportSerializer(imports.cancel(row=self.get_object())).data)

    @extend_schema(request=None, responses={202: ImportSerializer})
    @action(methods=["post"], detail=True)
    def undo(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        """
        Have what a written file changed put back as it was, for 30 days.

        A value that was changed since then stays; ``undone`` lists such values.
        """
        row = self.get_object()
        return self._accepted(imports.undo(row=row, by=self.membership, at=clock.now()))

    @extend_schema(responses=ImportProblemSerializer(many=True))
    @action(detail=True, pagination_class=_ByLine)
    def errors(self, _request: Request, ref: str) -> Response:  # noqa: ARG002  # DRF's form
        """List what is wrong with the file, line by line; at most 2,000 problems are listed."""
        page = self.paginate_queryset(self.get_object().problems.all())
        return self.get_paginated_response(ImportProblemSerializer(page, many=True).data)

    def _accepted(self, row: Import) -> Response:
        location = f"/api/v1/imports/{row.ref}/"
        data = ImportSerializer(row).data
        return Response(data, status=status.HTTP_202_ACCEPTED, headers={"Location": location})
