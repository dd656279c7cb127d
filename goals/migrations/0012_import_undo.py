"""An import can be undone: the moment its values carry, and who took them back."""

import django.db.models.deletion
from django.db import migrations, models

from core.migrations_support import same_workspace


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0011_staged_places"),
        ("teams", "0003_throttle_cache"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="teams.membership",
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="written_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        same_workspace("goals_import", "undone_by_id", "teams_membership"),
        migrations.AlterField(
            model_name="import",
            name="state",
            field=models.CharField(
                choices=[
                    ("uploaded", "To be matched"),
                    ("checking", "Being checked"),
                    ("checked", "Checked"),
                    ("applying", "Being written"),
                    ("done", "Done"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                    ("failed", "Failed"),
                    ("expired", "No longer kept"),
                ],
                default="uploaded",
                max_length=8,
            ),
        ),
    ]
