"""Corrections that people make to how a file is read, and to what a check found wrong with it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.intake import ReadOptions
from goals.models import Import
from goals.rules.mapping import Repeats, Stopgap
from goals.rules.new_kpis import usual_cadence
from goals.rules.remedies import REMEDIES, Remedy
from goals.services.imports import memory
from goals.services.imports.files import describe, propose, refuse_no_rows, table_of
from goals.services.imports.steps import MATCHABLE, ImportStateError, columns_of, lock, match

State = Import.State


@transaction.atomic
def read_as(*, row: Import, options: ReadOptions) -> None:
    """
    Have a file read in another way; its columns stay matched as they are if they stay the same.

    Raises:
        ImportStateError: the file was written already, or is at work.
        IntakeError: there is no table when it is read like this, or none with values over time.
    """
    locked = lock(row, *MATCHABLE)
    before = [column["name"] for column in locked.columns]
    locked.options = options.as_json()
    table = table_of(locked)
    refuse_no_rows(table)
    if [column.name for column in table.columns] != before:
        known = memory.find(locked.workspace, table.columns, table.info.title)
        propose(locked, table, known)
    describe(locked, table)
    locked.state, locked.last_error = State.UPLOADED, ""
    locked.save()


@transaction.atomic
def mend(*, row: Import, code: str, column: str, remedy: str) -> Import:
    """
    Do something about all problems of a kind in a column, and have the file checked again.

    Raises:
        ImportStateError: the file is not checked, or this does not help against such problems.
        MappingError, IntakeError: the file cannot be taken like this.
    """
    locked = lock(row, State.CHECKED)
    problems = locked.problems.filter(code=code, column=column)
    if remedy not in REMEDIES.get(code, ()) or not problems.exists():
        raise ImportStateError(_("There is no such problem any more. Look at the list again."))
    mapping = dict(locked.mapping)
    match Remedy(remedy):
        case Remedy.EMPTY | Remedy.ZERO:
            mapping["unreadable"] = {**mapping.get("unreadable", {}), column: Stopgap(remedy)}
        case Remedy.ADD | Remedy.LAST:
            mapping["repeats"] = Repeats(remedy)
        case Remedy.CREATE if code == "unknown_segment":
            mapping["new_segments"] = True
        case Remedy.CREATE:
            mapping["create"] = _with_names(locked)
        case Remedy.SKIP:
            _skip(locked, problems.values_list("line", flat=True))
    return match(row=locked, mapping=mapping)


def _with_names(row: Import) -> dict[str, Any]:
    days = [column for column in columns_of(row) if column.name == row.mapping["date"]]
    cadence = usual_cadence(days[0].spacing if days else None)
    return {"cadence": cadence, **(row.mapping["create"] or {}), "names": True}


def _skip(row: Import, lines: Iterable[int]) -> None:
    skipped = {*row.options.get("skip_lines", ()), *lines}
    row.options = {**row.options, "skip_lines": sorted(skipped)}
    describe(row, table_of(row))
    row.save(update_fields=["options", "columns", "layout", "rows_total"])
