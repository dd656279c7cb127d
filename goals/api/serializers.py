"""What the API takes and gives for KPIs, breakdowns and targets."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.fields import PlainDecimalField, StrictSerializer
from core.numbers import plain
from goals.api.refs import find_breakdown, find_kpi
from goals.models import Breakdown, Kpi, Scorecard, ScorecardLine, Segment, Target
from goals.models.kpis import code_validator
from goals.querysets import KpiQuerySet
from goals.rules.status import Comparator, Status
from teams.api.fields import InWorkspace, find_member, find_team


def _owner(**kwargs: Any) -> InWorkspace:
    return InWorkspace(find=find_member, name=lambda owner: owner.user.email, **kwargs)


def _team(**kwargs: Any) -> InWorkspace:
    return InWorkspace(find=find_team, name=lambda team: team.name, **kwargs)


def _breakdown(**kwargs: Any) -> InWorkspace:
    return InWorkspace(find=find_breakdown, name=lambda breakdown: breakdown.ref, **kwargs)


def _kpi(**kwargs: Any) -> InWorkspace:
    return InWorkspace(find=find_kpi, name=lambda kpi: kpi.code, **kwargs)


class KpiSerializer(serializers.ModelSerializer[Kpi]):
    """A KPI. ``owner`` is an e-mail address, ``breakdown`` a B- number, ``team`` a name."""

    id = serializers.CharField(source="ref", help_text="The speakable id, such as K-3.")
    owner = _owner(read_only=True)
    team = _team(read_only=True, allow_null=True)
    breakdown = _breakdown(read_only=True, allow_null=True)
    stage = serializers.ChoiceField(Kpi.Stage.choices, allow_blank=True)
    engagement = serializers.ChoiceField(Kpi.Engagement.choices, allow_blank=True)
    benchmark_link = serializers.CharField(help_text="An http or https address, or empty.")
    band = PlainDecimalField(help_text="Percent of the target within which a miss is at risk.")
    plausible_min = PlainDecimalField(allow_null=True)
    plausible_max = PlainDecimalField(allow_null=True)
    benchmark = PlainDecimalField(allow_null=True, help_text="What others reach in one period.")
    benchmark_upper = PlainDecimalField(allow_null=True, help_text="The upper bound of a range.")
    archived = serializers.BooleanField(source="is_archived")

    class Meta:
        model = Kpi
        fields = [
            "id", "code", "name", "definition", "kind", "stage", "engagement", "attribution",
            "unit", "unit_label", "direction", "aggregation", "formula", "cadence", "gaps",
            "breakdown", "segment_total", "owner", "team", "source", "band", "plausible_min",
            "plausible_max", "benchmark", "benchmark_upper", "benchmark_source",
            "benchmark_link", "benchmark_on", "on_home", "position", "archived", "version",
        ]  # fmt: skip
        read_only_fields = fields


def kpi_rows(kpis: KpiQuerySet) -> Any:
    """Read of each KPI only what ``as_listed`` needs."""
    return kpis.values(
        "pk", *_AS_STORED, *_DECIMALS, "number", "archived_at",
        "breakdown__number", "owner__user__email", "team__name",
    )  # fmt: skip


def as_listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what KpiSerializer gives; a list of models and fields takes more than twice as long."""
    breakdown = row["breakdown__number"]
    return {
        "id": f"K-{row['number']}",
        **{name: row[name] for name in _AS_STORED},
        **{name: None if row[name] is None else plain(row[name]) for name in _DECIMALS},
        "breakdown": None if breakdown is None else f"B-{breakdown}",
        "owner": row["owner__user__email"],
        "team": row["team__name"],
        "archived": row["archived_at"] is not None,
    }


_DECIMALS = ("band", "plausible_min", "plausible_max", "benchmark", "benchmark_upper")
_AS_STORED = (
    "code", "name", "definition", "kind", "stage", "engagement", "attribution", "unit",
    "unit_label", "direction", "aggregation",
    "formula", "cadence", "gaps", "segment_total", "source", "benchmark_source", "benchmark_link",
    "benchmark_on", "on_home", "position", "version",
)  # fmt: skip


class KpiChanges(StrictSerializer):
    """What may be changed of a KPI; every field may be left out."""

    code = serializers.CharField(max_length=60, validators=[code_validator])
    name = serializers.CharField(max_length=120)
    definition = serializers.CharField(max_length=2000, allow_blank=True)
    kind = serializers.ChoiceField(Kpi.Kind.choices)
    stage = serializers.ChoiceField(Kpi.Stage.choices, allow_blank=True)
    engagement = serializers.ChoiceField(Kpi.Engagement.choices, allow_blank=True)
    attribution = serializers.CharField(
        max_length=60, allow_blank=True, help_text="By which rule results are credited."
    )
    unit = serializers.ChoiceField(Kpi.Unit.choices)
    unit_label = serializers.CharField(max_length=12, allow_blank=True)
    direction = serializers.ChoiceField(Kpi.Direction.choices)
    aggregation = serializers.ChoiceField(Kpi.Aggregation.choices)
    formula = serializers.CharField(max_length=300, allow_blank=True)
    cadence = serializers.ChoiceField(Kpi.Cadence.choices)
    gaps = serializers.ChoiceField(Kpi.Gaps.choices)
    breakdown = _breakdown(allow_null=True)
    segment_total = serializers.ChoiceField(Kpi.SegmentTotal.choices)
    owner = _owner()
    team = _team(allow_null=True)
    source = serializers.CharField(max_length=120, allow_blank=True)  # type: ignore[assignment]  # a field of this name, not DRF's attribute
    band = PlainDecimalField(min_value=0, max_value=100)
    plausible_min = PlainDecimalField(allow_null=True)
    plausible_max = PlainDecimalField(allow_null=True)
    benchmark = PlainDecimalField(allow_null=True)
    benchmark_upper = PlainDecimalField(allow_null=True)
    benchmark_source = serializers.CharField(max_length=120, allow_blank=True)
    benchmark_link = serializers.URLField(max_length=500, allow_blank=True)
    benchmark_on = serializers.DateField(allow_null=True)
    on_home = serializers.BooleanField()
    position = serializers.IntegerField(min_value=0, max_value=1_000_000)


class NewKpi(KpiChanges):
    """A new KPI; the owner is the caller unless named."""

    REQUIRED = frozenset({"code", "name", "kind", "unit", "direction", "aggregation"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in self.REQUIRED


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    id = serializers.CharField(source="ref", help_text="The speakable id, such as SG-7.")
    breakdown = _breakdown(read_only=True)

    class Meta:
        model = Segment
        fields = ["id", "breakdown", "code", "name", "counts_in_total", "archived_on", "version"]
        read_only_fields = fields


class SegmentChanges(StrictSerializer):
    name = serializers.CharField(max_length=120)
    counts_in_total = serializers.BooleanField()
    archived_on = serializers.DateField(allow_null=True)


class NewSegment(StrictSerializer):
    breakdown = _breakdown()
    code = serializers.CharField(max_length=120)
    name = serializers.CharField(max_length=120, required=False)
    counts_in_total = serializers.BooleanField(default=True)


class BreakdownSerializer(serializers.ModelSerializer[Breakdown]):
    id = serializers.CharField(source="ref", help_text="The speakable id, such as B-2.")

    class Meta:
        model = Breakdown
        fields = ["id", "name", "version"]
        read_only_fields = fields


class BreakdownChanges(StrictSerializer):
    name = serializers.CharField(max_length=60)


class _InlineSegment(StrictSerializer):
    code = serializers.CharField(max_length=120)
    name = serializers.CharField(max_length=120, required=False, default="")


class NewBreakdown(BreakdownChanges):
    segments = _InlineSegment(many=True, required=False, default=list)


class TargetSerializer(serializers.ModelSerializer[Target]):
    """A target, valid from the first day of a period until the next target begins."""

    id = serializers.CharField(source="ref", help_text="The speakable id, such as T-9.")
    kpi = serializers.CharField(source="kpi.code")
    segment = serializers.CharField(source="segment.code", default=None, allow_null=True)
    value = PlainDecimalField(allow_null=True)
    upper = PlainDecimalField(allow_null=True)
    set_by = serializers.CharField(source="set_by.user.email")

    class Meta:
        model = Target
        fields = [
            "id", "kpi", "segment", "valid_from", "comparator", "value", "upper", "reason",
            "set_by", "set_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class PlannedTarget(StrictSerializer):
    kpi = serializers.CharField(max_length=60)
    segment = serializers.CharField(max_length=120, required=False, allow_null=True, default=None)
    valid_from = serializers.DateField()
    comparator = serializers.ChoiceField(Comparator.choices)
    value = PlainDecimalField(required=False, allow_null=True, default=None)
    upper = PlainDecimalField(required=False, allow_null=True, default=None)


class NewTarget(PlannedTarget):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ScorecardLineSerializer(StrictSerializer):
    """One line: a KPI by its code, or the heading of those that follow; never both."""

    kpi = _kpi(required=False)
    heading = serializers.CharField(max_length=60, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Give either a KPI or a heading."))
        return attrs

    def to_representation(self, instance: ScorecardLine) -> dict[str, str]:
        if instance.kpi is None:
            return {"heading": instance.heading}
        return {"kpi": instance.kpi.code}


class ScorecardSerializer(serializers.ModelSerializer[Scorecard]):
    """A named, ordered choice of KPIs; ``team`` is null for the whole workspace's."""

    id = serializers.CharField(source="ref", help_text="The speakable id, such as SC-2.")
    team = _team(read_only=True, allow_null=True)
    lines = ScorecardLineSerializer(many=True)

    class Meta:
        model = Scorecard
        fields = ["id", "name", "team", "place", "lines", "version"]
        read_only_fields = fields


class ScorecardChanges(StrictSerializer):
    name = serializers.CharField(max_length=60)
    team = _team(required=False, allow_null=True)
    place = serializers.IntegerField(
        min_value=1, max_value=999, required=False, help_text="In the menu of its team."
    )
    lines = ScorecardLineSerializer(many=True, required=False, help_text="All lines, in order.")


class TargetPlan(StrictSerializer):
    """Many targets, each from the period of ``valid_from`` on, and the reason of them all."""

    targets = PlannedTarget(many=True)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class TargetPlanOutcome(StrictSerializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class PointSerializer(StrictSerializer):
    """
    One period of a series.

    ``complete``: the period is over and nothing that is expected is missing. A value of an
    incomplete period is given and not judged.
    """

    start = serializers.DateField()
    value = PlainDecimalField(allow_null=True)
    target = PlainDecimalField(allow_null=True)
    target_upper = PlainDecimalField(allow_null=True, help_text="The upper bound of a range.")
    status = serializers.ChoiceField(Status.choices)
    complete = serializers.BooleanField()


class SeriesSerializer(StrictSerializer):
    kpi = serializers.CharField()
    segment = serializers.CharField(allow_null=True)
    period = serializers.ChoiceField(["day", "week", "month", "quarter", "year"])
    points = PointSerializer(many=True)


class MeasurementSerializer(StrictSerializer):
    """A stored value; ``date`` is the first day of its period."""

    kpi = serializers.CharField(source="series.kpi.code")
    date = serializers.DateField(source="on_date")
    segment = serializers.CharField(source="series.segment.code", default=None, allow_null=True)
    value = PlainDecimalField(allow_null=True)
    note = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not DRF's attribute
    recorded_by = serializers.CharField(source="recorded_by.user.email")
    recorded_at = serializers.DateTimeField()


class NewMeasurement(StrictSerializer):
    """A value of one KPI, segment and period. Without a value it is a known gap with a note."""

    kpi = serializers.CharField(max_length=60, help_text="The KPI's code.")
    date = serializers.DateField(help_text="Any day of the period.")
    segment = serializers.CharField(max_length=120, required=False, allow_null=True)
    value = PlainDecimalField(allow_null=True)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    source = serializers.CharField(max_length=80, required=False, allow_blank=True)  # type: ignore[assignment]  # a field of this name, not DRF's attribute


class MeasurementBatch(StrictSerializer):
    measurements = NewMeasurement(many=True)


class _RowProblem(StrictSerializer):
    index = serializers.IntegerField()
    field = serializers.CharField()
    detail = serializers.CharField()


class MeasurementOutcome(StrictSerializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    errors = _RowProblem(many=True, required=False)  # type: ignore[assignment]  # a field of this name, not DRF's attribute
