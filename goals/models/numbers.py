"""Measured values, what changed about them, and what they come to."""

from typing import ClassVar

from django.db import models

from goals.models.breakdowns import Segment
from goals.models.kpis import Kpi
from goals.querysets import MeasurementQuerySet, SeriesQuerySet
from teams.models import Membership, Workspace


class Series(models.Model):
    """
    One line of numbers: a KPI, or one segment of it.

    A KPI with a breakdown has a series per segment and, with ``segment`` empty, one for the
    computed total, which nobody writes measurements to.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="series")
    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # The date of the first known value; kept by the drain.
    first_on = models.DateField(null=True, blank=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "segment"], name="series_is_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id}/{self.segment_id}"


class Measurement(models.Model):
    """
    What was measured for one series in one period of the KPI's cadence.

    ``on_date`` is the period's first day. A row without a value is a known gap: its note says
    why there is none. Written by ``services.measurements`` only, which checks what the foreign
    keys do not (they carry no constraint, because checking it row by row costs a third of the
    write), keeps the replaced value and leaves a mark for the rollups.
    """

    pk = models.CompositePrimaryKey("series_id", "on_date")
    series = models.ForeignKey(
        Series,
        on_delete=models.CASCADE,
        related_name="measurements",
        db_constraint=False,
        db_index=False,
    )
    on_date = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=80)
    recorded_by = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, related_name="+", db_constraint=False, db_index=False
    )
    recorded_at = models.DateTimeField()

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        db_table = "measurements"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | models.Q(note__gt=""),
                name="measurement_gap_has_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.on_date}: {self.value}"


class MeasurementRevision(models.Model):
    """A measurement as it was before somebody replaced or removed it."""

    class Ending(models.TextChoices):
        REPLACED = "replaced"
        REMOVED = "removed"

    series = models.ForeignKey(
        Series,
        on_delete=models.CASCADE,
        related_name="revisions",
        db_constraint=False,
        db_index=False,
    )
    on_date = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=80)
    recorded_by = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, related_name="+", db_constraint=False, db_index=False
    )
    recorded_at = models.DateTimeField()
    ending = models.CharField(max_length=8, choices=Ending.choices)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, related_name="+", db_constraint=False, db_index=False
    )
    ended_at = models.DateTimeField()

    class Meta:
        db_table = "measurement_revisions"
        indexes = [models.Index(fields=["series", "on_date"], name="revision_by_key")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.on_date}: {self.value}"


class DirtyMark(models.Model):
    """A measurement whose rollups are out of date. Marks are only ever added and taken."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    series_id = models.BigIntegerField()
    on_date = models.DateField()
    made_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "dirty_marks"
        indexes = [models.Index(fields=["workspace", "id"], name="marks_of_workspace")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.on_date}"


class KpiRollup(models.Model):
    """
    What a series comes to in one period: a pure function of its measurements.

    Kept for every period that is not a measurement itself: those above the cadence, totals over
    segments, formulas. ``value`` is the number to show; ``total`` is what an average is the mean
    of, so that coarser averages come from it. The period is complete when it is over and
    ``count`` + ``known_gaps`` reach ``expected``.
    """

    pk = models.CompositePrimaryKey("generation", "grain", "series_id", "start")
    generation = models.BigIntegerField()
    grain = models.SmallIntegerField()
    series = models.ForeignKey(
        Series,
        on_delete=models.CASCADE,
        related_name="rollups",
        db_constraint=False,
        db_index=False,
    )
    start = models.DateField()
    value = models.DecimalField(max_digits=38, decimal_places=8, null=True)
    total = models.DecimalField(max_digits=38, decimal_places=8, null=True)
    count = models.IntegerField()
    known_gaps = models.IntegerField()
    expected = models.IntegerField()

    class Meta:
        db_table = "kpi_rollups"

    def __str__(self) -> str:
        return f"{self.series_id} {self.grain} {self.start}: {self.value}"


class NumbersState(models.Model):
    """
    Which rollups of a workspace count, and how often what pages show of them has changed.

    ``version`` is part of every cache key made of numbers; ``generation`` names the rollups in
    use, so that a rebuild replaces them all at once.
    """

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="numbers"
    )
    version = models.BigIntegerField(default=1)
    generation = models.BigIntegerField()
    # The generation that a rebuild is making; one that died leaves its rows behind under it.
    building = models.BigIntegerField(null=True, blank=True)
    drained_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["NumbersState"]] = models.Manager()

    class Meta:
        db_table = "numbers_state"

    def __str__(self) -> str:
        return f"{self.workspace_id} v{self.version}"
