from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0003_why_questions"),
        ("teams", "0004_team_members_in_the_trail"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="digestrun",
            name="digest_run_is_unique",
        ),
        migrations.AddField(
            model_name="digestrun",
            name="occasion",
            field=models.CharField(
                choices=[("digest", "Digest"), ("reminder", "Reminder")],
                default="digest",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="digestsubscription",
            name="variant",
            field=models.CharField(
                choices=[
                    ("personal", "Personal: what needs me first"),
                    ("team", "Team: the KPIs of a team"),
                    ("reminder", "Reminder: my numbers that are due"),
                ],
                max_length=8,
                verbose_name="Variant",
            ),
        ),
        migrations.AlterField(
            model_name="digestsubscriptionevent",
            name="variant",
            field=models.CharField(
                choices=[
                    ("personal", "Personal: what needs me first"),
                    ("team", "Team: the KPIs of a team"),
                    ("reminder", "Reminder: my numbers that are due"),
                ],
                max_length=8,
                verbose_name="Variant",
            ),
        ),
        migrations.AddConstraint(
            model_name="digestrun",
            constraint=models.UniqueConstraint(
                fields=("workspace", "occasion", "week"), name="digest_run_is_unique"
            ),
        ),
    ]
