"""Owner, team and breakdown of a KPI belong to the KPI's workspace."""

from django.db import migrations

from core.migrations_support import same_workspace


class Migration(migrations.Migration):
    dependencies = [("goals", "0001_initial")]

    operations = [
        same_workspace("goals_kpi", "owner_id", "teams_membership"),
        same_workspace("goals_kpi", "team_id", "teams_team"),
        same_workspace("goals_kpi", "breakdown_id", "goals_breakdown"),
    ]
