"""Operations that migrations of several rooms use."""

from collections.abc import Callable
from typing import Any

from django.db.migrations import RunPython, RunSQL

from core.sealing import place_of, seal, unseal


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


def seal_addresses(app: str, model: str) -> RunPython:
    """Encrypt the addresses of a ``core.sealing.SecretAddress``, which stood there as they are."""

    def write_anew(change: Callable[..., str]) -> Callable[..., None]:
        def run(apps: Any, _schema_editor: Any) -> None:
            rows = apps.get_model(app, model).objects
            for row in rows.only("workspace_id", "sealed_address"):
                place = place_of(f"{app}.{model}", row.workspace_id)
                address = change(row.sealed_address, place=place)
                rows.filter(pk=row.pk).update(sealed_address=address)

        return run

    return RunPython(write_anew(seal), write_anew(unseal))
