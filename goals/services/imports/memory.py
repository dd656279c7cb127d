"""Remembering how files were matched, so that the next one with the same headers is as well."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.errors import DomainError
from core.intake import Column
from goals.models import Import, RememberedMapping
from goals.rules.mapping import Matching
from goals.services.imports.places import Places
from teams.models import Workspace


def find(workspace: Workspace, columns: Sequence[Column]) -> RememberedMapping | None:
    """Give how the last file with these headers was matched."""
    here = RememberedMapping.objects.for_workspace(workspace).select_related("workspace")
    found: RememberedMapping | None = here.filter(headers=_digest(columns)).first()
    return found


def still_fits(remembered: RememberedMapping, columns: Sequence[Column]) -> bool:
    """Tell whether a file can still be matched so: its KPIs may be archived by now."""
    mapping = remembered.mapping
    if mapping["date"] is None:
        # The day is still to be said; any will do to try the rest.
        mapping = mapping | {"day": "2000-01-01"}
    try:
        Places(remembered.workspace, columns, Matching.from_json(mapping, columns))
    except DomainError:
        return False
    return True


def remember(row: Import, *, at: datetime) -> None:
    """Keep how a file was matched that is being written."""
    RememberedMapping.objects.update_or_create(
        workspace=row.workspace,
        headers=headers_of(row),
        defaults={
            "mapping": lesson_of(row),
            "readings": row.options.get("columns", {}),
            "used_at": at,
        },
    )


def lesson_of(row: Import) -> dict[str, Any]:
    """
    Give the mapping of a written file as the next one with its headers takes it.

    The KPIs that it brought along are known from now on. The day of a whole file is asked again.
    """
    codes = row.summary["newcomers"]["codes"]
    create = row.mapping["create"]
    if create:
        of_columns = {name: codes[name] for name in create["columns"] if name in codes}
        create = {**create, "columns": []} if create["names"] else None
    else:
        of_columns = {}
    lesson: dict[str, Any] = row.mapping | {
        "values": row.mapping["values"] | of_columns,
        "create": create,
        "day": None,
    }
    return lesson


def headers_of(row: Import) -> str:
    """Give the digest by which files with the same headers are known."""
    return _digest([Column.from_json(column) for column in row.columns])


def _digest(columns: Sequence[Column]) -> str:
    headers = json.dumps([column.header for column in columns])
    return hashlib.sha256(headers.encode()).hexdigest()
