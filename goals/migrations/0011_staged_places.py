"""Staged values name their KPI and segment by a number; imports remember their columns."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("goals", "0010_end_unfinished_imports")]

    operations = [
        migrations.RenameField("import", "rows_done", "done"),
        migrations.AddField("import", "columns", models.JSONField(default=list)),
        migrations.AddField("import", "writes_when_checked", models.BooleanField(default=False)),
        migrations.AlterField(
            "import",
            "state",
            models.CharField(
                choices=[
                    ("uploaded", "To be matched"),
                    ("checking", "Being checked"),
                    ("checked", "Checked"),
                    ("applying", "Being written"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("expired", "No longer kept"),
                ],
                default="uploaded",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="StagedPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("segment", models.CharField(blank=True, max_length=120)),
                (
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="goals.kpi",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="goals.series",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="goals.import",
                    ),
                ),
            ],
            options={
                "db_table": "import_places",
                "constraints": [
                    models.UniqueConstraint(fields=("source", "number"), name="import_place_number")
                ],
            },
        ),
        migrations.RemoveField("stagedvalue", "kpi"),
        migrations.RemoveField("stagedvalue", "segment"),
        migrations.AddField(
            "stagedvalue", "place", models.PositiveIntegerField(default=0), preserve_default=False
        ),
        migrations.AlterField(
            "stagedvalue",
            "source",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="staged",
                to="goals.import",
            ),
        ),
        migrations.AddIndex(
            "stagedvalue",
            models.Index(fields=["source", "place"], name="import_values_by_place"),
        ),
    ]
