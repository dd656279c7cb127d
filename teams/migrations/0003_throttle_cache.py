"""The table of Django's database cache, which counts failed sign-ins."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("teams", "0002_same_workspace")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE teams_throttle_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX teams_throttle_cache_expires ON teams_throttle_cache (expires);
            """,
            "DROP TABLE teams_throttle_cache",
        ),
    ]
