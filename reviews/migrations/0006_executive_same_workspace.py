"""What the executive digest refers to belongs to its workspace."""

from django.db import migrations

from core.migrations_support import same_workspace


class Migration(migrations.Migration):
    dependencies = [("reviews", "0005_executive_digest")]

    operations = [
        same_workspace("reviews_executivedigest", "scorecard_id", "goals_scorecard"),
        same_workspace("reviews_leadsentence", "by_id", "teams_membership"),
        same_workspace("reviews_outsidereader", "asked_by_id", "teams_membership"),
        same_workspace("reviews_digestsubscription", "outsider_id", "reviews_outsidereader"),
    ]
