"""Operations that migrations of several rooms use."""

from django.db.migrations import RunSQL


def same_workspace(table: str, column: str, parent: str) -> RunSQL:
    """
    Make the database refuse a row whose ``column`` points into another workspace.

    The plain foreign key says that the parent exists; this one, over (workspace, id), says that
    it belongs to the same workspace. The parent needs a unique constraint over the two.
    """
    name = f"{table}_{column}_same_workspace"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name}"
        f" FOREIGN KEY (workspace_id, {column}) REFERENCES {parent} (workspace_id, id)"
        " DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
