"""Whoever invites belongs to the workspace that they invite to."""

from django.db import migrations

from core.migrations_support import same_workspace


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]

    operations = [
        same_workspace("teams_invitation", "invited_by_id", "teams_membership"),
    ]
