from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("teams", "0003_throttle_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="NumbersState",
            fields=[
                (
                    "workspace",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="numbers",
                        serialize=False,
                        to="teams.workspace",
                    ),
                ),
                ("version", models.BigIntegerField(default=1)),
                ("generation", models.BigIntegerField()),
                ("drained_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "numbers_state",
            },
        ),
        migrations.CreateModel(
            name="Breakdown",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BreakdownEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="goals.breakdown",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DirtyMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("series_id", models.BigIntegerField()),
                ("on_date", models.DateField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
            options={
                "db_table": "dirty_marks",
            },
        ),
        migrations.CreateModel(
            name="Kpi",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "code",
                    models.CharField(
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*\\Z",
                                "Use small letters, digits and underscores, beginning with a letter.",
                            )
                        ],
                        verbose_name="Code",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                (
                    "definition",
                    models.TextField(blank=True, max_length=2000, verbose_name="Definition"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("value", "Value"),
                            ("efficiency", "Efficiency"),
                            ("response", "Response"),
                            ("activity", "Activity"),
                        ],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("count", "Count"),
                            ("currency", "Money"),
                            ("percent", "Percent"),
                            ("duration", "Duration"),
                            ("number", "Number"),
                            ("yes_no", "Yes or no"),
                        ],
                        max_length=8,
                        verbose_name="Unit",
                    ),
                ),
                (
                    "unit_label",
                    models.CharField(blank=True, max_length=12, verbose_name="Unit label"),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[
                            ("increase", "Higher is better"),
                            ("decrease", "Lower is better"),
                            ("maintain", "Should stay where it is"),
                        ],
                        max_length=8,
                        verbose_name="Direction",
                    ),
                ),
                (
                    "aggregation",
                    models.CharField(
                        choices=[
                            ("sum", "Sum"),
                            ("last", "Last value"),
                            ("average", "Average"),
                            ("min", "Lowest value"),
                            ("max", "Highest value"),
                            ("formula", "Formula over other KPIs"),
                        ],
                        max_length=7,
                        verbose_name="Aggregation",
                    ),
                ),
                ("formula", models.CharField(blank=True, max_length=300, verbose_name="Formula")),
                (
                    "cadence",
                    models.CharField(
                        choices=[
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("monthly", "Monthly"),
                            ("quarterly", "Quarterly"),
                            ("yearly", "Yearly"),
                        ],
                        max_length=9,
                        verbose_name="Cadence",
                    ),
                ),
                (
                    "gaps",
                    models.CharField(
                        choices=[
                            ("unknown", "Unknown: a value is missing"),
                            ("zero", "Zero: nothing happened"),
                        ],
                        default="unknown",
                        max_length=7,
                        verbose_name="A missing value means",
                    ),
                ),
                (
                    "segment_total",
                    models.CharField(
                        choices=[
                            ("sum", "Sum of the segments"),
                            ("average", "Average of the segments"),
                            ("min", "Lowest segment"),
                            ("max", "Highest segment"),
                            ("none", "No total"),
                        ],
                        default="none",
                        max_length=7,
                        verbose_name="Total over segments",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=120, verbose_name="Source")),
                (
                    "band",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal(10),
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="Band, %",
                    ),
                ),
                (
                    "plausible_min",
                    models.DecimalField(
                        blank=True,
                        decimal_places=8,
                        max_digits=24,
                        null=True,
                        verbose_name="Lowest plausible value",
                    ),
                ),
                (
                    "plausible_max",
                    models.DecimalField(
                        blank=True,
                        decimal_places=8,
                        max_digits=24,
                        null=True,
                        verbose_name="Highest plausible value",
                    ),
                ),
                (
                    "on_home",
                    models.BooleanField(default=False, verbose_name="Show as a tile on Home"),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "breakdown",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="kpis",
                        to="goals.breakdown",
                        verbose_name="Breakdown",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="kpis",
                        to="teams.membership",
                        verbose_name="Owner",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="kpis",
                        to="teams.team",
                        verbose_name="Team",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="KpiEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                (
                    "code",
                    models.CharField(
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*\\Z",
                                "Use small letters, digits and underscores, beginning with a letter.",
                            )
                        ],
                        verbose_name="Code",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                (
                    "definition",
                    models.TextField(blank=True, max_length=2000, verbose_name="Definition"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("value", "Value"),
                            ("efficiency", "Efficiency"),
                            ("response", "Response"),
                            ("activity", "Activity"),
                        ],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("count", "Count"),
                            ("currency", "Money"),
                            ("percent", "Percent"),
                            ("duration", "Duration"),
                            ("number", "Number"),
                            ("yes_no", "Yes or no"),
                        ],
                        max_length=8,
                        verbose_name="Unit",
                    ),
                ),
                (
                    "unit_label",
                    models.CharField(blank=True, max_length=12, verbose_name="Unit label"),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[
                            ("increase", "Higher is better"),
                            ("decrease", "Lower is better"),
                            ("maintain", "Should stay where it is"),
                        ],
                        max_length=8,
                        verbose_name="Direction",
                    ),
                ),
                (
                    "aggregation",
                    models.CharField(
                        choices=[
                            ("sum", "Sum"),
                            ("last", "Last value"),
                            ("average", "Average"),
                            ("min", "Lowest value"),
                            ("max", "Highest value"),
                            ("formula", "Formula over other KPIs"),
                        ],
                        max_length=7,
                        verbose_name="Aggregation",
                    ),
                ),
                ("formula", models.CharField(blank=True, max_length=300, verbose_name="Formula")),
                (
                    "cadence",
                    models.CharField(
                        choices=[
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("monthly", "Monthly"),
                            ("quarterly", "Quarterly"),
                            ("yearly", "Yearly"),
                        ],
                        max_length=9,
                        verbose_name="Cadence",
                    ),
                ),
                (
                    "gaps",
                    models.CharField(
                        choices=[
                            ("unknown", "Unknown: a value is missing"),
                            ("zero", "Zero: nothing happened"),
                        ],
                        default="unknown",
                        max_length=7,
                        verbose_name="A missing value means",
                    ),
                ),
                (
                    "segment_total",
                    models.CharField(
                        choices=[
                            ("sum", "Sum of the segments"),
                            ("average", "Average of the segments"),
                            ("min", "Lowest segment"),
                            ("max", "Highest segment"),
                            ("none", "No total"),
                        ],
                        default="none",
                        max_length=7,
                        verbose_name="Total over segments",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=120, verbose_name="Source")),
                (
                    "band",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal(10),
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="Band, %",
                    ),
                ),
                (
                    "plausible_min",
                    models.DecimalField(
                        blank=True,
                        decimal_places=8,
                        max_digits=24,
                        null=True,
                        verbose_name="Lowest plausible value",
                    ),
                ),
                (
                    "plausible_max",
                    models.DecimalField(
                        blank=True,
                        decimal_places=8,
                        max_digits=24,
                        null=True,
                        verbose_name="Highest plausible value",
                    ),
                ),
                (
                    "on_home",
                    models.BooleanField(default=False, verbose_name="Show as a tile on Home"),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "breakdown",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="goals.breakdown",
                        verbose_name="Breakdown",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.membership",
                        verbose_name="Owner",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="goals.kpi",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.team",
                        verbose_name="Team",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=120, verbose_name="Code")),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                (
                    "counts_in_total",
                    models.BooleanField(default=True, verbose_name="Counts in totals"),
                ),
                ("archived_on", models.DateField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "breakdown",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="segments",
                        to="goals.breakdown",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SegmentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=120, verbose_name="Code")),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                (
                    "counts_in_total",
                    models.BooleanField(default=True, verbose_name="Counts in totals"),
                ),
                ("archived_on", models.DateField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "breakdown",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="goals.breakdown",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="goals.segment",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_on", models.DateField(blank=True, null=True)),
                (
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="series",
                        to="goals.kpi",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="goals.segment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MeasurementRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on_date", models.DateField()),
                ("value", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("source", models.CharField(max_length=80)),
                ("recorded_at", models.DateTimeField()),
                (
                    "ending",
                    models.CharField(
                        choices=[("replaced", "Replaced"), ("removed", "Removed")], max_length=8
                    ),
                ),
                ("ended_at", models.DateTimeField()),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="teams.membership",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="teams.membership",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="goals.series",
                    ),
                ),
            ],
            options={
                "db_table": "measurement_revisions",
            },
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "series_id",
                        "on_date",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("on_date", models.DateField()),
                ("value", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("source", models.CharField(max_length=80)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="teams.membership",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measurements",
                        to="goals.series",
                    ),
                ),
            ],
            options={
                "db_table": "measurements",
            },
        ),
        migrations.CreateModel(
            name="KpiRollup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "generation",
                        "grain",
                        "series_id",
                        "start",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("generation", models.BigIntegerField()),
                ("grain", models.SmallIntegerField()),
                ("start", models.DateField()),
                ("value", models.DecimalField(decimal_places=8, max_digits=38, null=True)),
                ("total", models.DecimalField(decimal_places=8, max_digits=38, null=True)),
                ("count", models.IntegerField()),
                ("last", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("least", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("most", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("known_gaps", models.IntegerField()),
                ("expected", models.IntegerField()),
                (
                    "series",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rollups",
                        to="goals.series",
                    ),
                ),
            ],
            options={
                "db_table": "kpi_rollups",
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("valid_from", models.DateField(verbose_name="Valid from")),
                (
                    "comparator",
                    models.CharField(
                        choices=[
                            ("at_least", "at least"),
                            ("at_most", "at most"),
                            ("more_than", "more than"),
                            ("less_than", "less than"),
                            ("equals", "exactly"),
                            ("in_range", "from … to …"),
                            ("not_in_range", "outside … to …"),
                            ("none", "no target from here on"),
                        ],
                        max_length=12,
                        verbose_name="Comparator",
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        blank=True,
                        decimal_places=8,
                        max_digits=24,
                        null=True,
                        verbose_name="Target",
                    ),
                ),
                (
                    "upper",
                    models.DecimalField(
                        blank=True,
                        decimal_places=8,
                        max_digits=24,
                        null=True,
                        verbose_name="Upper bound",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="Reason")),
                ("set_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="goals.kpi",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="goals.segment",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="teams.membership",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TargetEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("valid_from", models.DateField(verbose_name="Valid from")),
                (
                    "comparator",
                    models.CharField(
                        choices=[
                            ("at_least", "at least"),
                            ("at_most", "at most"),
                            ("more_than", "more than"),
                            ("less_than", "less than"),
                            ("equals", "exactly"),
                            ("in_range", "from … to …"),
                            ("not_in_range", "outside … to …"),
                            ("none", "no target from here on"),
                        ],
                        max_length=12,
                        verbose_name="Comparator",
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        blank=True,
                        decimal_places=8,
                        max_digits=24,
                        null=True,
                        verbose_name="Target",
                    ),
                ),
                (
                    "upper",
                    models.DecimalField(
                        blank=True,
                        decimal_places=8,
                        max_digits=24,
                        null=True,
                        verbose_name="Upper bound",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="Reason")),
                ("set_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "kpi",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="goals.kpi",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="goals.target",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="goals.segment",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.membership",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="breakdown",
            constraint=models.UniqueConstraint(
                fields=("workspace", "number"), name="breakdown_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="breakdown",
            constraint=models.UniqueConstraint(
                fields=("workspace", "id"), name="breakdown_in_workspace"
            ),
        ),
        migrations.AddConstraint(
            model_name="breakdown",
            constraint=models.UniqueConstraint(
                models.F("workspace"),
                django.db.models.functions.text.Lower("name"),
                name="breakdown_name_is_unique",
                violation_error_message="There is already a breakdown of this name.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="breakdown",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_breakdownevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version", "workspace_id") VALUES (NEW."id", NEW."name", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."version", NEW."workspace_id"); RETURN NULL;',
                    hash="eff5fe8ca3bffae82980ede622e049d3bb03d7a6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a2373",
                    table="goals_breakdown",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="breakdown",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "goals_breakdownevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version", "workspace_id") VALUES (NEW."id", NEW."name", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."version", NEW."workspace_id"); RETURN NULL;',
                    hash="c3ab66564ff838055aafb09d51f85ffcbee41fea",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7c821",
                    table="goals_breakdown",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="breakdown",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_breakdownevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version", "workspace_id") VALUES (OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."version", OLD."workspace_id"); RETURN NULL;',
                    hash="b921fc0d24dc189f6807e5f5233cd624a2c4ad82",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_2d5af",
                    table="goals_breakdown",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="dirtymark",
            index=models.Index(fields=["workspace", "id"], name="marks_of_workspace"),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.UniqueConstraint(fields=("workspace", "number"), name="kpi_number"),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.UniqueConstraint(
                fields=("workspace", "code"),
                name="kpi_code_is_unique",
                violation_error_message="Another KPI already has this code.",
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("aggregation", "formula"), ("formula__gt", "")),
                    models.Q(models.Q(("aggregation", "formula"), _negated=True), ("formula", "")),
                    _connector="OR",
                ),
                name="kpi_formula_goes_with_aggregation",
                violation_error_message="Write a formula, or choose another aggregation.",
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("breakdown", None), ("segment_total", "none")),
                    ("breakdown__isnull", False),
                    _connector="OR",
                ),
                name="kpi_segment_total_goes_with_breakdown",
                violation_error_message="Only a KPI with a breakdown has a total over segments.",
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("plausible_min", None),
                    ("plausible_max", None),
                    ("plausible_min__lte", models.F("plausible_max")),
                    _connector="OR",
                ),
                name="kpi_plausible_range",
                violation_error_message="The lowest plausible value lies above the highest.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kpi",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_kpievent" ("aggregation", "archived_at", "band", "breakdown_id", "cadence", "code", "definition", "direction", "formula", "gaps", "id", "kind", "name", "number", "on_home", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plausible_max", "plausible_min", "position", "segment_total", "source", "team_id", "unit", "unit_label", "version", "workspace_id") VALUES (NEW."aggregation", NEW."archived_at", NEW."band", NEW."breakdown_id", NEW."cadence", NEW."code", NEW."definition", NEW."direction", NEW."formula", NEW."gaps", NEW."id", NEW."kind", NEW."name", NEW."number", NEW."on_home", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plausible_max", NEW."plausible_min", NEW."position", NEW."segment_total", NEW."source", NEW."team_id", NEW."unit", NEW."unit_label", NEW."version", NEW."workspace_id"); RETURN NULL;',
                    hash="8a809da84b3ec9885cea7337beed81660ff4f4e4",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0a400",
                    table="goals_kpi",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kpi",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "goals_kpievent" ("aggregation", "archived_at", "band", "breakdown_id", "cadence", "code", "definition", "direction", "formula", "gaps", "id", "kind", "name", "number", "on_home", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plausible_max", "plausible_min", "position", "segment_total", "source", "team_id", "unit", "unit_label", "version", "workspace_id") VALUES (NEW."aggregation", NEW."archived_at", NEW."band", NEW."breakdown_id", NEW."cadence", NEW."code", NEW."definition", NEW."direction", NEW."formula", NEW."gaps", NEW."id", NEW."kind", NEW."name", NEW."number", NEW."on_home", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plausible_max", NEW."plausible_min", NEW."position", NEW."segment_total", NEW."source", NEW."team_id", NEW."unit", NEW."unit_label", NEW."version", NEW."workspace_id"); RETURN NULL;',
                    hash="bbb4f2b21d8b516cd6a89d3ce4ba8f47806b080a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_778a7",
                    table="goals_kpi",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kpi",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_kpievent" ("aggregation", "archived_at", "band", "breakdown_id", "cadence", "code", "definition", "direction", "formula", "gaps", "id", "kind", "name", "number", "on_home", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plausible_max", "plausible_min", "position", "segment_total", "source", "team_id", "unit", "unit_label", "version", "workspace_id") VALUES (OLD."aggregation", OLD."archived_at", OLD."band", OLD."breakdown_id", OLD."cadence", OLD."code", OLD."definition", OLD."direction", OLD."formula", OLD."gaps", OLD."id", OLD."kind", OLD."name", OLD."number", OLD."on_home", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plausible_max", OLD."plausible_min", OLD."position", OLD."segment_total", OLD."source", OLD."team_id", OLD."unit", OLD."unit_label", OLD."version", OLD."workspace_id"); RETURN NULL;',
                    hash="b245415e887d8cacadcaaa5f29cc9f11583aae99",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_72052",
                    table="goals_kpi",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(
                fields=("breakdown", "code"),
                name="segment_code_is_unique",
                violation_error_message="This breakdown already has a segment of this code.",
            ),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(
                fields=("breakdown", "number"), name="segment_number"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="segment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_segmentevent" ("archived_on", "breakdown_id", "code", "counts_in_total", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (NEW."archived_on", NEW."breakdown_id", NEW."code", NEW."counts_in_total", NEW."id", NEW."name", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."version"); RETURN NULL;',
                    hash="541992bb8223e1b8c5077b5794069b909743dda5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5ccaa",
                    table="goals_segment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="segment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "goals_segmentevent" ("archived_on", "breakdown_id", "code", "counts_in_total", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (NEW."archived_on", NEW."breakdown_id", NEW."code", NEW."counts_in_total", NEW."id", NEW."name", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."version"); RETURN NULL;',
                    hash="7642afb763d72711c9d36879e04e89eb892e8216",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_51b30",
                    table="goals_segment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="segment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_segmentevent" ("archived_on", "breakdown_id", "code", "counts_in_total", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (OLD."archived_on", OLD."breakdown_id", OLD."code", OLD."counts_in_total", OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."version"); RETURN NULL;',
                    hash="883f5f598f420232e69a2f2182af111af6bf9dc5",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_57e9c",
                    table="goals_segment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(
                fields=("kpi", "segment"), name="series_is_unique", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="measurementrevision",
            index=models.Index(fields=["series", "on_date"], name="revision_by_key"),
        ),
        migrations.AddConstraint(
            model_name="measurement",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__isnull", False), ("note__gt", ""), _connector="OR"),
                name="measurement_gap_has_a_note",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("kpi", "segment", "valid_from"),
                name="target_is_unique",
                nulls_distinct=False,
                violation_error_message="There is already a target from this day on.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(fields=("kpi", "number"), name="target_number"),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("comparator", "none"), ("value", None)),
                    models.Q(
                        models.Q(("comparator", "none"), _negated=True), ("value__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="target_has_a_value",
                violation_error_message="Write the number that should be reached.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("comparator__in", ["in_range", "not_in_range"]),
                        ("upper__gt", models.F("value")),
                    ),
                    models.Q(
                        models.Q(("comparator__in", ["in_range", "not_in_range"]), _negated=True),
                        ("upper", None),
                    ),
                    _connector="OR",
                ),
                name="target_range_has_two_bounds",
                violation_error_message="A range needs a lower and a higher bound.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="target",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_targetevent" ("comparator", "id", "kpi_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "segment_id", "set_at", "set_by_id", "upper", "valid_from", "value", "version") VALUES (NEW."comparator", NEW."id", NEW."kpi_id", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."segment_id", NEW."set_at", NEW."set_by_id", NEW."upper", NEW."valid_from", NEW."value", NEW."version"); RETURN NULL;',
                    hash="14549fb0164f52d6ebfb90abd5cec9a54521a707",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_be174",
                    table="goals_target",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="target",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "goals_targetevent" ("comparator", "id", "kpi_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "segment_id", "set_at", "set_by_id", "upper", "valid_from", "value", "version") VALUES (NEW."comparator", NEW."id", NEW."kpi_id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."segment_id", NEW."set_at", NEW."set_by_id", NEW."upper", NEW."valid_from", NEW."value", NEW."version"); RETURN NULL;',
                    hash="22c654d62861634e26e94467e99d1003dd90896e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f6cde",
                    table="goals_target",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="target",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_targetevent" ("comparator", "id", "kpi_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "segment_id", "set_at", "set_by_id", "upper", "valid_from", "value", "version") VALUES (OLD."comparator", OLD."id", OLD."kpi_id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."segment_id", OLD."set_at", OLD."set_by_id", OLD."upper", OLD."valid_from", OLD."value", OLD."version"); RETURN NULL;',
                    hash="b43d29eaaccc30560169ca34824d57241df6d30b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_89321",
                    table="goals_target",
                    when="AFTER",
                ),
            ),
        ),
    ]
