from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0025_writings_same_workspace"),
        ("teams", "0004_team_members_in_the_trail"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.UniqueConstraint(
                fields=("workspace", "id"), name="scorecard_in_workspace"
            ),
        ),
    ]
