"""Remembering how files were matched, so that the next one with the same headers is as well."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import DomainError
from core.intake import Column
from goals.models import Import, RememberedMapping
from goals.rules.mapping import Matching, without_others
from goals.rules.matching_guess import telling_title
from goals.rules.presets import recognise
from goals.services.imports.places import Places
from teams.models import Workspace

# The latest mappings that a file with other headers is compared with.
MOST_COMPARED = 200


def find(workspace: Workspace, columns: Sequence[Column], title: str) -> RememberedMapping | None:
    """Give how the last table with these headers was matched, under ``title`` if that tells."""
    here = RememberedMapping.objects.for_workspace(workspace).select_related("workspace")
    found: RememberedMapping | None = here.filter(headers=_digest(columns, title)).first()
    return found


def still_fits(remembered: RememberedMapping, columns: Sequence[Column]) -> bool:
    """Tell whether a file can still be matched so: its KPIs may be archived by now."""
    return _fits(remembered.workspace, remembered.mapping, columns)


def _fits(workspace: Workspace, mapping: dict[str, Any], columns: Sequence[Column]) -> bool:
    if mapping["date"] is None:
        # The day is still to be said; any will do to try the rest.
        mapping = mapping | {"day": "2000-01-01"}
    try:
        Places(workspace, columns, Matching.from_json(mapping, columns))
    except DomainError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Alike:
    """How a file was matched whose headers are mostly the same; columns that are not, by name."""

    mapping: dict[str, Any]
    gone: list[str]
    new: list[str]


def find_alike(workspace: Workspace, columns: Sequence[Column], title: str) -> Alike | None:
    """
    Give how the file was matched that has most columns in common with this one.

    Two thirds of the columns of both are in common, the days are where they were, at least one
    column with values is still there, and neither is the export of a tool that the other is not.
    """
    if telling_title(columns, title):
        return None
    names = [column.name for column in columns]
    here = RememberedMapping.objects.for_workspace(workspace).order_by("-used_at")
    shared = [(one, len(set(one.columns) & set(names))) for one in here[:MOST_COMPARED]]
    tool = recognise(names)
    near = [
        (one, count)
        for one, count in shared
        if 3 * count >= 2 * max(len(names), len(one.columns)) and recognise(one.columns) is tool
    ]
    for one, _count in sorted(near, key=lambda pair: -pair[1]):
        mapping = without_others(one.mapping, names)
        if mapping["date"] == one.mapping["date"] and _fits(workspace, mapping, columns):
            gone = [name for name in one.columns if name not in names]
            return Alike(mapping, gone, [name for name in names if name not in one.columns])
    return None


def remember(row: Import, *, at: datetime) -> None:
    """Keep how a file was matched that is being written."""
    RememberedMapping.objects.update_or_create(
        workspace=row.workspace,
        headers=headers_of(row),
        defaults={
            "columns": [column["name"] for column in row.columns],
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
    columns = [Column.from_json(column) for column in row.columns]
    return _digest(columns, row.title)


def _digest(columns: Sequence[Column], title: str) -> str:
    headers = [column.header for column in columns]
    told = telling_title(columns, title)
    signs = json.dumps([*headers, {"title": told}] if told else headers)
    return hashlib.sha256(signs.encode()).hexdigest()
