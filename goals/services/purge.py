"""Throwing a workspace's numbers away."""

from goals.services.statements import run
from teams.models import Workspace

_SERIES = """
    SELECT series.id FROM goals_series AS series
    JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id WHERE kpi.workspace_id = %(workspace)s
"""
_STATEMENTS = (
    f"DELETE FROM measurements WHERE series_id IN ({_SERIES})",  # noqa: S608  # constants
    f"DELETE FROM measurement_revisions WHERE series_id IN ({_SERIES})",  # noqa: S608  # constants
    f"DELETE FROM kpi_rollups WHERE series_id IN ({_SERIES})",  # noqa: S608  # constants
    "DELETE FROM dirty_marks WHERE workspace_id = %(workspace)s",
    f"DELETE FROM goals_series WHERE id IN ({_SERIES})",  # noqa: S608  # constants
)


def purge_numbers(*, workspace: Workspace) -> None:
    """Delete all that was measured, set-based: there may be millions of rows."""
    for statement in _STATEMENTS:
        run(statement, {"workspace": workspace.pk})
