"""The steps that people take with an import: match its columns, have it written, undo it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.intake import Column, ReadOptions
from core.jobs import after_commit
from goals.models import Import
from goals.rules.mapping import Matching
from goals.services.imports.files import KEPT_FOR, describe, table_of, upload
from goals.services.imports.places import Places
from teams.models import Membership

State = Import.State
MATCHABLE = (State.UPLOADED, State.CHECKED, State.FAILED, State.UNDONE)

_BEFORE = {
    State.CHECKING: State.UPLOADED,
    State.APPLYING: State.CHECKED,
    State.UNDOING: State.DONE,
}


class ImportStateError(DomainError):
    """The import is not in the state that this step needs."""


def columns_of(row: Import) -> list[Column]:
    """List the columns of an import's table, as it was last looked at."""
    return [Column.from_json(column) for column in row.columns]


@transaction.atomic
def choose_readings(*, row: Import, readings: Mapping[int, Mapping[str, str]]) -> None:
    """
    Say how columns are written that can be read in more than one way.

    Raises:
        ImportStateError: the file was written already, or is at work.
        IntakeError: there is no such way.
    """
    locked = lock(row, *MATCHABLE)
    columns = {str(index): dict(reading) for index, reading in readings.items()}
    options = {**locked.options, "columns": {**locked.options.get("columns", {}), **columns}}
    locked.options = ReadOptions.from_json(options).as_json()
    describe(locked, table_of(locked))
    locked.save(update_fields=["options", "columns", "rows_total"])
    row.options, row.columns = locked.options, locked.columns


@transaction.atomic
def match(*, row: Import, mapping: Mapping[str, Any], writes_when_checked: bool = False) -> Import:
    """
    Say where the columns go, and have the file checked, and written if it has no problems.

    Raises:
        ImportStateError: it was written already, or is at work.
        MappingError: a column or KPI is not there, or not enough is said.
        IntakeError: a column can be read two ways and nobody chose.
    """
    locked = lock(row, *MATCHABLE)
    columns = columns_of(locked)
    matching = Matching.from_json(mapping, columns)
    Places(locked.workspace, columns, matching)
    locked.mapping = matching.as_json(columns)
    locked.writes_when_checked = writes_when_checked
    _wait_for_worker(locked, State.CHECKING)
    return locked


@transaction.atomic
def take(
    *,
    content: bytes,
    filename: str,
    options: ReadOptions,
    mapping: Mapping[str, Any] | None,
    writes_when_checked: bool,
    by: Membership,
    at: datetime,
) -> Import:
    """
    Upload a file and have it checked in one step, matched by ``mapping`` or as it is guessed.

    Nothing is kept of a file that cannot be matched.

    Raises:
        IntakeError: it holds no table, or a column can be read two ways.
        MappingError: a column or KPI is not there, or not enough is said.
    """
    row = upload(content=content, filename=filename, options=options, by=by, at=at, mapping=mapping)
    # Nobody looks at a guess here, so it creates nothing.
    mapping = mapping or {**row.mapping, "create": None}
    return match(row=row, mapping=mapping, writes_when_checked=writes_when_checked)


@transaction.atomic
def apply(*, row: Import, keeps_stored: bool = False) -> Import:
    """
    Have a checked file written; what is stored already may stay as it is.

    Raises:
        ImportStateError: it was not checked, has problems, or was written already.
    """
    locked = lock(row, State.CHECKED)
    if locked.summary.get("problems"):
        raise ImportStateError(_("Mend the problems first; nothing is written in part."))
    locked.keeps_stored = keeps_stored
    _wait_for_worker(locked, State.APPLYING)
    return locked


@transaction.atomic
def cancel(*, row: Import) -> Import:
    """
    Stop what a worker does with a file: it is matched, checked or done, as it was before.

    Raises:
        ImportStateError: nothing is being done with it, or it was quicker.
    """
    locked = lock(row, *_BEFORE)
    locked.state = _BEFORE[State(locked.state)]
    # Whoever is at work finds at the next step that the claim is gone, and gives up.
    locked.claim = locked.claimed_until = None
    locked.save(update_fields=["state", "claim", "claimed_until"])
    return locked


@transaction.atomic
def undo(*, row: Import, by: Membership, at: datetime) -> Import:
    """
    Have what a written file changed put back as it was; what was changed since then stays.

    Raises:
        ImportStateError: it was not written, or too long ago.
    """
    locked = lock(row, State.DONE)
    if not can_be_undone(locked, at=at):
        raise ImportStateError(
            _("An import can be undone for %(days)d days.") % {"days": KEPT_FOR.days}
        )
    locked.undone_by = by
    _wait_for_worker(locked, State.UNDOING)
    return locked


def can_be_undone(row: Import, *, at: datetime) -> bool:
    """Tell whether ``undo`` would take a written file back."""
    return row.state == State.DONE and row.written_at is not None and at - KEPT_FOR < row.created_at


def lock(row: Import, *states: str) -> Import:
    """
    Get an import again to change it, held against others until the transaction ends.

    Raises:
        ImportStateError: it is in none of these states.
    """
    rows = Import.objects.locked().select_related("workspace").defer("content")
    locked: Import = rows.get(pk=row.pk)
    if locked.state not in states:
        raise ImportStateError(
            _("This import is “%(state)s”.") % {"state": locked.get_state_display()}
        )
    return locked


def _wait_for_worker(row: Import, state: str) -> None:
    row.state, row.done, row.last_error, row.finished_at = state, 0, "", None
    row.attempts, row.claim, row.claimed_until = 0, None, None
    row.save()
    after_commit("goals.tasks.run_imports")
