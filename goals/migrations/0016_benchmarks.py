"""What others reach, with its source and date, beside a KPI."""

import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0015_scorecards"),
        ("teams", "0004_team_members_in_the_trail"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="kpi",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="kpi",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="kpi",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="kpi",
            name="benchmark",
            field=models.DecimalField(
                blank=True, decimal_places=8, max_digits=24, null=True, verbose_name="Benchmark"
            ),
        ),
        migrations.AddField(
            model_name="kpi",
            name="benchmark_link",
            field=models.URLField(
                blank=True,
                max_length=500,
                validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                verbose_name="Link to the benchmark",
            ),
        ),
        migrations.AddField(
            model_name="kpi",
            name="benchmark_on",
            field=models.DateField(blank=True, null=True, verbose_name="Benchmark as of"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="benchmark_source",
            field=models.CharField(
                blank=True, max_length=120, verbose_name="Source of the benchmark"
            ),
        ),
        migrations.AddField(
            model_name="kpi",
            name="benchmark_upper",
            field=models.DecimalField(
                blank=True,
                decimal_places=8,
                max_digits=24,
                null=True,
                verbose_name="Benchmark up to",
            ),
        ),
        migrations.AddField(
            model_name="kpievent",
            name="benchmark",
            field=models.DecimalField(
                blank=True, decimal_places=8, max_digits=24, null=True, verbose_name="Benchmark"
            ),
        ),
        migrations.AddField(
            model_name="kpievent",
            name="benchmark_link",
            field=models.URLField(
                blank=True,
                max_length=500,
                validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                verbose_name="Link to the benchmark",
            ),
        ),
        migrations.AddField(
            model_name="kpievent",
            name="benchmark_on",
            field=models.DateField(blank=True, null=True, verbose_name="Benchmark as of"),
        ),
        migrations.AddField(
            model_name="kpievent",
            name="benchmark_source",
            field=models.CharField(
                blank=True, max_length=120, verbose_name="Source of the benchmark"
            ),
        ),
        migrations.AddField(
            model_name="kpievent",
            name="benchmark_upper",
            field=models.DecimalField(
                blank=True,
                decimal_places=8,
                max_digits=24,
                null=True,
                verbose_name="Benchmark up to",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kpi",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "goals_kpievent" ("aggregation", "archived_at", "band", "benchmark", "benchmark_link", "benchmark_on", "benchmark_source", "benchmark_upper", "breakdown_id", "cadence", "code", "definition", "direction", "formula", "gaps", "id", "kind", "name", "number", "on_home", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plausible_max", "plausible_min", "position", "segment_total", "source", "team_id", "unit", "unit_label", "version", "workspace_id") VALUES (NEW."aggregation", NEW."archived_at", NEW."band", NEW."benchmark", NEW."benchmark_link", NEW."benchmark_on", NEW."benchmark_source", NEW."benchmark_upper", NEW."breakdown_id", NEW."cadence", NEW."code", NEW."definition", NEW."direction", NEW."formula", NEW."gaps", NEW."id", NEW."kind", NEW."name", NEW."number", NEW."on_home", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plausible_max", NEW."plausible_min", NEW."position", NEW."segment_total", NEW."source", NEW."team_id", NEW."unit", NEW."unit_label", NEW."version", NEW."workspace_id"); RETURN NULL;',
                    hash="96afa9ace83fdb1c0c3f3ae8ba847735a709fc6e",
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
                    func='INSERT INTO "goals_kpievent" ("aggregation", "archived_at", "band", "benchmark", "benchmark_link", "benchmark_on", "benchmark_source", "benchmark_upper", "breakdown_id", "cadence", "code", "definition", "direction", "formula", "gaps", "id", "kind", "name", "number", "on_home", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plausible_max", "plausible_min", "position", "segment_total", "source", "team_id", "unit", "unit_label", "version", "workspace_id") VALUES (NEW."aggregation", NEW."archived_at", NEW."band", NEW."benchmark", NEW."benchmark_link", NEW."benchmark_on", NEW."benchmark_source", NEW."benchmark_upper", NEW."breakdown_id", NEW."cadence", NEW."code", NEW."definition", NEW."direction", NEW."formula", NEW."gaps", NEW."id", NEW."kind", NEW."name", NEW."number", NEW."on_home", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plausible_max", NEW."plausible_min", NEW."position", NEW."segment_total", NEW."source", NEW."team_id", NEW."unit", NEW."unit_label", NEW."version", NEW."workspace_id"); RETURN NULL;',
                    hash="c56c6ad82c8877ca30735976639a70fe4b81bc5c",
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
                    func='INSERT INTO "goals_kpievent" ("aggregation", "archived_at", "band", "benchmark", "benchmark_link", "benchmark_on", "benchmark_source", "benchmark_upper", "breakdown_id", "cadence", "code", "definition", "direction", "formula", "gaps", "id", "kind", "name", "number", "on_home", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plausible_max", "plausible_min", "position", "segment_total", "source", "team_id", "unit", "unit_label", "version", "workspace_id") VALUES (OLD."aggregation", OLD."archived_at", OLD."band", OLD."benchmark", OLD."benchmark_link", OLD."benchmark_on", OLD."benchmark_source", OLD."benchmark_upper", OLD."breakdown_id", OLD."cadence", OLD."code", OLD."definition", OLD."direction", OLD."formula", OLD."gaps", OLD."id", OLD."kind", OLD."name", OLD."number", OLD."on_home", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plausible_max", OLD."plausible_min", OLD."position", OLD."segment_total", OLD."source", OLD."team_id", OLD."unit", OLD."unit_label", OLD."version", OLD."workspace_id"); RETURN NULL;',
                    hash="0d7902aa13ccff8ee0500b097068b23a8dc8364b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_72052",
                    table="goals_kpi",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("benchmark_upper", None),
                    ("benchmark_upper__gt", models.F("benchmark")),
                    _connector="OR",
                ),
                name="kpi_benchmark_range",
                violation_error_message="The benchmark’s upper number lies above its lower one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("benchmark_upper", None),
                        ("benchmark", None),
                        ("benchmark_link", ""),
                        ("benchmark_on", None),
                        ("benchmark_source", ""),
                    ),
                    models.Q(
                        ("benchmark__isnull", False),
                        ("benchmark_on__isnull", False),
                        ("benchmark_source__gt", ""),
                    ),
                    _connector="OR",
                ),
                name="kpi_benchmark_has_a_source",
                violation_error_message="A benchmark needs its number, its source and the day it is from.",
            ),
        ),
    ]
