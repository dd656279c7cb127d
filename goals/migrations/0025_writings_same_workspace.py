"""Who wrote numbers, and who undid that, belong to their workspace."""

from django.db import migrations

from core.migrations_support import same_workspace


class Migration(migrations.Migration):
    dependencies = [("goals", "0024_writings")]

    operations = [
        same_workspace("goals_writing", "written_by_id", "teams_membership"),
        same_workspace("goals_writing", "undone_by_id", "teams_membership"),
    ]
