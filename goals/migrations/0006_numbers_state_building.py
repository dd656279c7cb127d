from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0005_import_constraints"),
    ]

    operations = [
        migrations.AddField(
            model_name="numbersstate",
            name="building",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
