"""A file may bring KPIs along; what was checked before cannot say which, so it is checked again."""

import django.db.models.deletion
from django.db import migrations, models

CHECK_AGAIN = """
    UPDATE goals_import SET state = 'uploaded', claim = NULL, claimed_until = NULL
    WHERE state IN ('checking', 'checked', 'applying');
"""


class Migration(migrations.Migration):
    dependencies = [("goals", "0012_import_undo")]

    operations = [
        migrations.AddField(
            model_name="stagedplace",
            name="new_kpi",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name="stagedplace",
            name="kpi",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="goals.kpi",
            ),
        ),
        migrations.RunSQL(CHECK_AGAIN, migrations.RunSQL.noop),
    ]
