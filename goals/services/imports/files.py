"""The files of imports: taken in, opened as tables, and dropped when they were kept long enough."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.intake import IntakeError, ReadOptions, Reason, Table, open_table
from goals.models import Import, RememberedMapping
from goals.rules.matching_guess import guess
from goals.rules.presets import recognise
from goals.rules.suitability import refuse_timeless
from goals.services.imports import memory
from goals.services.imports.places import known_kpis
from goals.services.imports.staging import clear
from teams.models import Membership
from teams.services.counters import next_number

State = Import.State
KEPT_FOR = timedelta(days=30)
LISTED_TOTALS = 20


def table_of(row: Import) -> Table:
    """Open the file of an import; raises IntakeError."""
    return open_table(
        io.BytesIO(bytes(row.content)),
        name=row.filename,
        options=ReadOptions.from_json(row.options),
    )


def upload(
    *,
    content: bytes,
    filename: str,
    options: ReadOptions,
    by: Membership,
    at: datetime,
    mapping: Mapping[str, Any] | None = None,
) -> Import:
    """
    Take a file in, look at its table, and propose where the columns go unless that is said.

    Raises:
        IntakeError: it holds no table that can be read, or none with values over time.
    """
    table = open_table(io.BytesIO(content), name=filename, options=options)
    row = Import(
        workspace=by.workspace,
        filename=filename[:200],
        content=content,
        mapping=mapping or {},
        created_by=by,
        created_at=at,
    )
    remembered = None if mapping else memory.find(by.workspace, table.columns, table.info.title)
    if remembered and remembered.readings:
        known = ReadOptions.from_json({**options.as_json(), "columns": remembered.readings})
        table = open_table(io.BytesIO(content), name=filename, options=known)
    refuse_no_rows(table)
    if not mapping:
        propose(row, table, remembered)
    describe(row, table)
    with transaction.atomic():
        row.number = next_number(by.workspace, "I")
        row.save()
    return row


def upload_table(*, row: Import, table: int, by: Membership, at: datetime) -> Import:
    """
    Take another table of a file in, as an import of its own.

    Raises:
        IntakeError: the file is not kept any more, or holds no such table.
    """
    kept = {name: row.options[name] for name in ("encoding", "delimiter", "sheet")
            if name in row.options}  # fmt: skip
    options = ReadOptions.from_json({**kept, "table": table})
    return upload(content=bytes(row.content), filename=row.filename, options=options, by=by, at=at)


def refuse_no_rows(table: Table) -> None:
    """Raise an IntakeError for a table that is empty."""
    if not table.row_count:
        raise IntakeError(_("The file has headings and no rows below them."), code="no_rows")


def propose(row: Import, table: Table, remembered: RememberedMapping | None) -> None:
    """
    Note on the import, without saving it, where its columns probably go, and why.

    Raises:
        IntakeError: the table has no values over time.
    """
    row.proposed_by = {}
    row.is_remembered = bool(remembered and memory.still_fits(remembered, table.columns))
    if remembered and row.is_remembered:
        row.mapping = remembered.mapping
    elif alike := memory.find_alike(row.workspace, table.columns, table.info.title):
        row.mapping, row.proposed_by = alike.mapping, {"gone": alike.gone, "new": alike.new}
    else:
        refuse_timeless(table)
        kpis = known_kpis(row.workspace)
        title = table.info.title
        row.mapping = guess(table.columns, kpis, rows=table.row_count, title=title)
        if preset := recognise(column.header for column in table.columns):
            row.proposed_by = {"preset": preset.code}


def describe(row: Import, table: Table) -> None:
    """Note on the import, without saving it, what was found out about its table."""
    row.layout = {
        "sheets": list(table.sheets),
        "tables": [
            {"title": info.title[:80], "line": info.first_line, "rows": info.row_count}
            for info in table.tables
        ],
        "totals": [
            {"line": line, "text": each.text[:80] if line == each.first_line else ""}
            for each in table.skipped
            if each.reason is Reason.TOTALS
            for line in range(each.first_line, each.last_line + 1)
        ][:LISTED_TOTALS],
    }
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
