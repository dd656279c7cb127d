"""How files were matched is remembered by their headers; stored values may stay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0013_newcomers"),
        ("teams", "0004_team_members_in_the_trail"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="is_remembered",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="import",
            name="keeps_stored",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="RememberedMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("headers", models.CharField(max_length=64)),
                ("mapping", models.JSONField()),
                ("readings", models.JSONField()),
                ("used_at", models.DateTimeField()),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "headers"), name="one_mapping_per_header"
                    )
                ],
            },
        ),
    ]
