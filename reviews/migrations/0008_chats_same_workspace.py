"""A chat and whoever added it belong to the workspace that it hears of."""

from django.db import migrations

from core.migrations_support import same_workspace


class Migration(migrations.Migration):
    dependencies = [("reviews", "0007_chats")]

    operations = [
        same_workspace("reviews_chatroom", "team_id", "teams_team"),
        same_workspace("reviews_chatroom", "added_by_id", "teams_membership"),
    ]
