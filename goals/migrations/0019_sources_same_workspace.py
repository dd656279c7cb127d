"""The owner of a source, and what a pull names, belong to its workspace."""

from django.db import migrations

from core.migrations_support import same_workspace


class Migration(migrations.Migration):
    dependencies = [("goals", "0018_sources")]

    operations = [
        same_workspace("goals_source", "owner_id", "teams_membership"),
        same_workspace("goals_sourcepull", "source_id", "goals_source"),
        same_workspace("goals_sourcepull", "asked_by_id", "teams_membership"),
        same_workspace("goals_sourcepull", "imported_id", "goals_import"),
    ]
