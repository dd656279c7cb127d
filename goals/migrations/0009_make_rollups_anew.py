"""Rollups of the old form go; the next drains make the new ones from the measurements."""

from django.db import migrations

_MARK_EVERYTHING = """
    DELETE FROM kpi_rollups;
    INSERT INTO dirty_marks (workspace_id, series_id, on_date)
    SELECT kpi.workspace_id, measurements.series_id, measurements.on_date
    FROM measurements
    JOIN goals_series AS series ON series.id = measurements.series_id
    JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id;
"""


class Migration(migrations.Migration):
    dependencies = [("goals", "0008_rollups_beside_measurements")]

    operations = [migrations.RunSQL(_MARK_EVERYTHING, _MARK_EVERYTHING)]
