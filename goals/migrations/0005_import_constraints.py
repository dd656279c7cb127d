"""Whoever imports belongs to the workspace, and staged values are found by their file."""

from django.db import migrations

from core.migrations_support import same_workspace


class Migration(migrations.Migration):
    dependencies = [("goals", "0004_imports")]

    operations = [same_workspace("goals_import", "created_by_id", "teams_membership")]
