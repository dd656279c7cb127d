from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("goals", "0007_target_ranges_have_an_upper_bound")]

    operations = [
        migrations.RemoveField(model_name="kpirollup", name="last"),
        migrations.RemoveField(model_name="kpirollup", name="least"),
        migrations.RemoveField(model_name="kpirollup", name="most"),
    ]
