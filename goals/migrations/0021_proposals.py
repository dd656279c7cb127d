"""Where columns go is proposed by more than their headers; files say what tables they hold."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0020_why_lines"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="layout",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="import",
            name="proposed_by",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="rememberedmapping",
            name="columns",
            field=models.JSONField(default=list),
        ),
    ]
