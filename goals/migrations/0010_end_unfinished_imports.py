"""What was checked the old way cannot be written the new way: such files are uploaded again."""

from django.db import migrations

END = """
    UPDATE goals_import SET state = 'expired', content = '', claim = NULL, claimed_until = NULL
    WHERE state <> 'done';
    DELETE FROM import_values;
"""


class Migration(migrations.Migration):
    dependencies = [("goals", "0009_make_rollups_anew")]

    operations = [migrations.RunSQL(END, migrations.RunSQL.noop)]
