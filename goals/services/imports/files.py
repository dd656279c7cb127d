"""The files of imports: taken in, opened as tables, and dropped when they were kept long enough."""

import io
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.intake import IntakeError, ReadOptions, Table, open_table
from goals.models import Import
from goals.rules.matching_guess import guess
from goals.services.imports import memory
from goals.services.imports.places import known_kpis
from goals.services.imports.staging import clear
from teams.models import Membership
from teams.services.counters import next_number

State = Import.State
KEPT_FOR = timedelta(days=30)


def table_of(row: Import) -> Table:
    """Open the file of an import; raises IntakeError."""
    return open_table(
        io.BytesIO(bytes(row.content)),
        name=row.filename,
        options=ReadOptions.from_json(row.options),
    )


def upload(
    *, content: bytes, filename: str, options: ReadOptions, by: Membership, at: datetime
) -> Import:
    """
    Take a file in, look at its table, and propose where the columns go.

    Raises:
        IntakeError: it holds no table that can be read.
    """
    table = open_table(io.BytesIO(content), name=filename, options=options)
    remembered = memory.find(by.workspace, table.columns)
    if remembered and remembered.readings:
        known = ReadOptions.from_json({**options.as_json(), "columns": remembered.readings})
        table = open_table(io.BytesIO(content), name=filename, options=known)
    if remembered and not memory.still_fits(remembered, table.columns):
        remembered = None
    if not table.row_count:
        raise IntakeError(_("The file has headings and no rows below them."), code="no_rows")
    row = Import(
        workspace=by.workspace,
        filename=filename[:200],
        content=content,
        mapping=remembered.mapping
        if remembered
        else guess(table.columns, known_kpis(by.workspace), rows=table.row_count),
        is_remembered=remembered is not None,
        created_by=by,
        created_at=at,
    )
    describe(row, table)
    with transaction.atomic():
        row.number = next_number(by.workspace, "I")
        row.save()
    return row


def describe(row: Import, table: Table) -> None:
    """Note on the import, without saving it, what was found out about its table."""
    row.options = table.options.as_json()
    row.columns = [column.as_json() for column in table.columns]
    row.rows_total = table.row_count


@transaction.atomic
def forget_files(*, at: datetime) -> None:
    """Drop files kept long enough, and what was staged of them; what they did stays."""
    old = Import.objects.filter(created_at__lt=at - KEPT_FOR).exclude(content=b"")
    keys = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True))
    kept = Import.objects.filter(pk__in=keys)
    kept.exclude(state__in=[State.DONE, State.UNDONE]).update(
        state=State.EXPIRED, claim=None, claimed_until=None
    )
    kept.update(content=b"")
    clear(keys)
