"""What a KPI is: how it is measured, added up and judged, and who owns it."""

from decimal import Decimal
from typing import ClassVar

import pghistory
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
    URLValidator,
)
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.periods import Grain
from goals.models.breakdowns import Breakdown
from goals.querysets import KpiQuerySet
from goals.rules.rollups import CADENCE_GRAINS
from teams.models import Membership, Team, WorkspaceOwned

code_validator = RegexValidator(
    r"^[a-z][a-z0-9_]*\Z",
    _("Use small letters, digits and underscores, beginning with a letter."),
)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Kpi(WorkspaceOwned):
    """A number that the workspace follows for good; it is archived, never thrown away."""

    class Kind(models.TextChoices):
        VALUE = "value", _("Value")
        EFFICIENCY = "efficiency", _("Efficiency")
        RESPONSE = "response", _("Response")
        ACTIVITY = "activity", _("Activity")

    class Stage(models.TextChoices):
        KNOW = "know", _("Know")
        LIKE = "like", _("Like")
        TRUST = "trust", _("Trust")
        TRY = "try", _("Try")
        BUY = "buy", _("Buy")
        REPEAT = "repeat", _("Repeat")
        REFER = "refer", _("Refer")

    class Engagement(models.TextChoices):
        MICRO = "micro", _("Micro-engagement")
        CONVERSION = "conversion", _("Conversion")

    class Unit(models.TextChoices):
        COUNT = "count", _("Count")
        CURRENCY = "currency", _("Money")
        PERCENT = "percent", _("Percent")
        DURATION = "duration", _("Duration")
        NUMBER = "number", _("Number")
        YES_NO = "yes_no", _("Yes or no")

    class Direction(models.TextChoices):
        INCREASE = "increase", _("Higher is better")
        DECREASE = "decrease", _("Lower is better")
        MAINTAIN = "maintain", _("Should stay where it is")

    class Aggregation(models.TextChoices):
        SUM = "sum", _("Sum")
        LAST = "last", _("Last value")
        AVERAGE = "average", _("Average")
        MIN = "min", _("Lowest value")
        MAX = "max", _("Highest value")
        FORMULA = "formula", _("Formula over other KPIs")

    class Cadence(models.TextChoices):
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")
        MONTHLY = "monthly", _("Monthly")
        QUARTERLY = "quarterly", _("Quarterly")
        YEARLY = "yearly", _("Yearly")

    class Gaps(models.TextChoices):
        UNKNOWN = "unknown", _("Unknown: a value is missing")
        ZERO = "zero", _("Zero: nothing happened")

    class SegmentTotal(models.TextChoices):
        SUM = "sum", _("Sum of the segments")
        AVERAGE = "average", _("Average of the segments")
        MIN = "min", _("Lowest segment")
        MAX = "max", _("Highest segment")
        NONE = "none", _("No total")

    number = models.PositiveIntegerField()
    code = models.CharField(_("Code"), max_length=60, validators=[code_validator])
    name = models.CharField(_("Name"), max_length=120)
    definition = models.TextField(_("Definition"), max_length=2000, blank=True)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    stage = models.CharField(
        _("Stage of the customer’s way"), max_length=6, choices=Stage.choices, blank=True
    )
    engagement = models.CharField(
        _("Engagement"), max_length=10, choices=Engagement.choices, blank=True
    )
    # By which rule results are credited to what led to them, in the team's own words.
    attribution = models.CharField(_("Attribution"), max_length=60, blank=True)
    unit = models.CharField(_("Unit"), max_length=8, choices=Unit.choices)
    unit_label = models.CharField(_("Unit label"), max_length=12, blank=True)
    direction = models.CharField(_("Direction"), max_length=8, choices=Direction.choices)
    aggregation = models.CharField(_("Aggregation"), max_length=7, choices=Aggregation.choices)
    formula = models.CharField(_("Formula"), max_length=300, blank=True)
    cadence = models.CharField(_("Cadence"), max_length=9, choices=Cadence.choices)
    gaps = models.CharField(
        _("A missing value means"), max_length=7, choices=Gaps.choices, default=Gaps.UNKNOWN
    )
    breakdown = models.ForeignKey(
        Breakdown,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="kpis",
        verbose_name=_("Breakdown"),
    )
    segment_total = models.CharField(
        _("Total over segments"),
        max_length=7,
        choices=SegmentTotal.choices,
        default=SegmentTotal.NONE,
    )
    owner = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, related_name="kpis", verbose_name=_("Owner")
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="kpis",
        verbose_name=_("Team"),
    )
    source = models.CharField(_("Source"), max_length=120, blank=True)
    band = models.DecimalField(
        _("Band, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(10),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    plausible_min = models.DecimalField(
        _("Lowest plausible value"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    plausible_max = models.DecimalField(
        _("Highest plausible value"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    benchmark = models.DecimalField(
        _("Benchmark"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    benchmark_upper = models.DecimalField(
        _("Benchmark up to"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    benchmark_source = models.CharField(_("Source of the benchmark"), max_length=120, blank=True)
    benchmark_link = models.URLField(
        _("Link to the benchmark"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )
    benchmark_on = models.DateField(_("Benchmark as of"), null=True, blank=True)
    on_home = models.BooleanField(_("Show as a tile on Home"), default=False)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar = KpiQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="kpi_number"),
            models.UniqueConstraint(
                fields=["workspace", "code"],
                name="kpi_code_is_unique",
                violation_error_message=_("Another KPI already has this code."),
            ),
            models.CheckConstraint(
                condition=Q(aggregation="formula", formula__gt="")
                | (~Q(aggregation="formula") & Q(formula="")),
                name="kpi_formula_goes_with_aggregation",
                violation_error_message=_("Write a formula, or choose another aggregation."),
            ),
            models.CheckConstraint(
                condition=Q(breakdown=None, segment_total="none") | Q(breakdown__isnull=False),
                name="kpi_segment_total_goes_with_breakdown",
                violation_error_message=_("Only a KPI with a breakdown has a total over segments."),
            ),
            models.CheckConstraint(
                condition=Q(plausible_min=None)
                | Q(plausible_max=None)
                | Q(plausible_min__lte=F("plausible_max")),
                name="kpi_plausible_range",
                violation_error_message=_("The lowest plausible value lies above the highest."),
            ),
            models.CheckConstraint(
                condition=Q(benchmark_upper=None) | Q(benchmark_upper__gt=F("benchmark")),
                name="kpi_benchmark_range",
                violation_error_message=_("The benchmark’s upper number lies above its lower one."),
            ),
            models.CheckConstraint(
                condition=Q(benchmark_upper=None)
                & Q(benchmark=None, benchmark_link="", benchmark_on=None, benchmark_source="")
                | Q(benchmark__isnull=False, benchmark_on__isnull=False, benchmark_source__gt=""),
                name="kpi_benchmark_has_a_source",
                violation_error_message=_(
                    "A benchmark needs its number, its source and the day it is from."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("goals:kpi", args=[self.workspace.slug, self.number])

    @property
    def ref(self) -> str:
        return f"K-{self.number}"

    @property
    def grain(self) -> Grain:
        """The length of the periods in which this KPI is measured."""
        return CADENCE_GRAINS[self.cadence]

    @property
    def judged_grain(self) -> Grain:
        """How long the periods are that pages judge: weeks, or the cadence if it is coarser."""
        return max(Grain.WEEK, self.grain, key=lambda grain: grain.rank)

    @property
    def is_formula(self) -> bool:
        return self.aggregation == self.Aggregation.FORMULA

    def is_measured(self, *, by_segment: bool) -> bool:
        """Tell whether measurements are written here: for the KPI itself, or for its segments."""
        return not self.is_formula and by_segment == (self.breakdown_id is not None)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None
