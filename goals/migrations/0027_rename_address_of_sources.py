from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("goals", "0026_scorecard_in_workspace")]

    operations = [
        migrations.RenameField("source", "address", "sealed_address"),
        migrations.AlterField("source", "sealed_address", models.TextField()),
    ]
