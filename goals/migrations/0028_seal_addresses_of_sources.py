from django.db import migrations

from core.migrations_support import seal_addresses


class Migration(migrations.Migration):
    dependencies = [("goals", "0027_rename_address_of_sources")]

    operations = [seal_addresses("goals", "source")]
