"""Checking: the whole file goes through a reading into the staging tables, and is counted."""

from django.db import transaction

from core.faults import crash_point
from core.intake import Table
from goals.models import Import, ImportProblem
from goals.rules.mapping import Matching
from goals.services.imports import staging
from goals.services.imports.account import summarise
from goals.services.imports.files import table_of
from goals.services.imports.places import Places
from goals.services.imports.progress import Progress
from goals.services.imports.reading import Reading

State = Import.State
ROWS_AT_ONCE = 5_000


def check(progress: Progress) -> None:
    """
    Read a file, stage its values, and note what writing them would do.

    Raises:
        IntakeError: the file cannot be read.
        MappingError: what it is matched with is no longer there.
        NotHeldError: somebody stopped the work.
    """
    row = progress.row
    table = table_of(row)
    matching = Matching.from_json(row.mapping, table.columns)
    places = Places(row.workspace, table.columns, matching)
    today = row.workspace.today(at=progress.now())
    reading = Reading(row, table.columns, matching, places, today=today)
    with transaction.atomic():
        progress.tell(0)
        staging.clear([row.pk])
    _stage(progress, table, reading)
    crash_point("import.after_stage")
    with transaction.atomic():
        collapsed = staging.collapse(row, places.found, matching.repeats)
        summary = {**summarise(row, table, reading), "collapsed": collapsed}
        goes_on = row.writes_when_checked and not summary["problems"]
        progress.change(
            state=State.APPLYING if goes_on else State.CHECKED,
            summary=summary,
            done=0 if goes_on else table.row_count,
            attempts=0,
            claimed_until=None,
        )


def _stage(progress: Progress, table: Table, reading: Reading) -> None:
    """Stage the values chunk by chunk; a chunk is there together with the word of it."""
    read = 0
    for row in table.rows(on_problem=reading.note_error):
        reading.take(row.line, row.cells)
        read += 1
        if read % ROWS_AT_ONCE == 0:
            _write_chunk(progress, reading, read)
            crash_point("import.while_staging")
    _write_chunk(progress, reading, read)
    staging.add_places(progress.row, reading.places.found)


@transaction.atomic
def _write_chunk(progress: Progress, reading: Reading, read: int) -> None:
    progress.tell(read)
    values, problems = reading.taken()
    ImportProblem.objects.bulk_create(problems)
    staging.add_values(progress.row, values)
