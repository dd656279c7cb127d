"""Imports: a file is read into a staging table, checked, and then written as a whole or not."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.claims import MAX_ATTEMPTS
from core.errors import DomainError
from core.faults import crash_point
from core.intake import CellError, IntakeError, ReadOptions, Table, open_table
from core.jobs import after_commit
from goals.models import Import, ImportProblem, Kpi, StagedValue
from goals.rules.mapping import Known, MappingError, Matching, find_known, guess
from goals.services import locks, measurements
from goals.services.breakdowns import add_segment
from goals.services.measurement_rows import EARLIEST, FURTHEST_AHEAD, LONGEST_SOURCE
from teams.models import Membership, Workspace
from teams.services.counters import next_number

State = Import.State
LEASE = timedelta(minutes=15)
FILES_KEPT_FOR = timedelta(days=30)
CHUNK = 5_000
# More problems than this say nothing more; the count goes on.
MOST_PROBLEMS = 2_000


class ImportStateError(DomainError):
    """The import is not in the state that this step needs."""


def known_kpis(workspace: Workspace) -> list[Known]:
    """List the KPIs that a column may go to."""
    kpis = Kpi.objects.for_workspace(workspace).active().measured().in_order()
    return [Known(kpi.code, kpi.name, kpi.breakdown_id is not None) for kpi in kpis]


def table_of(row: Import) -> Table:
    """Open the file of an import; raises IntakeError."""
    return open_table(
        io.BytesIO(bytes(row.content)),
        name=row.filename,
        options=ReadOptions.from_json(row.options),
    )


@transaction.atomic
def upload(
    *, content: bytes, filename: str, options: ReadOptions, by: Membership, at: datetime
) -> Import:
    """
    Take a file in, look at its table, and propose where the columns go.

    Raises:
        IntakeError: it holds no table that can be read.
    """
    table = open_table(io.BytesIO(content), name=filename, options=options)
    return Import.objects.create(
        workspace=by.workspace,
        filename=filename[:200],
        content=content,
        options=table.options.as_json(),
        mapping=guess(table.columns, known_kpis(by.workspace)),
        rows_total=table.row_count,
        created_by=by,
        created_at=at,
        number=next_number(by.workspace, "I"),
    )


@transaction.atomic
def choose_readings(*, row: Import, readings: Mapping[int, Mapping[str, str]]) -> None:
    """
    Say how columns are written that can be read in more than one way.

    Raises:
        ImportStateError: the file was written already, or is at work.
        IntakeError: there is no such way.
    """
    locked = _lock(row, State.UPLOADED, State.CHECKED, State.FAILED)
    columns = {str(index): dict(reading) for index, reading in readings.items()}
    options = {**locked.options, "columns": {**locked.options.get("columns", {}), **columns}}
    locked.options = ReadOptions.from_json(options).as_json()
    locked.save(update_fields=["options"])
    row.options = locked.options


@transaction.atomic
def match(*, row: Import, mapping: Mapping[str, Any]) -> Import:
    """
    Say where the columns go, and have the file checked.

    Raises:
        ImportStateError: it was written already, or is at work.
        MappingError: a column or KPI is not there, or not enough is said.
        IntakeError: a column can be read two ways and nobody chose.
    """
    locked = _lock(row, State.UPLOADED, State.CHECKED, State.FAILED)
    table = table_of(locked)
    matching = Matching.from_json(mapping, table.columns)
    _Reading(locked, table, matching, at=locked.created_at)
    locked.mapping = matching.as_json()
    _wait_for_worker(locked, State.CHECKING)
    return locked


@transaction.atomic
def apply(*, row: Import) -> Import:
    """
    Have a checked file written.

    Raises:
        ImportStateError: it was not checked, has problems, or was written already.
    """
    locked = _lock(row, State.CHECKED)
    if locked.summary.get("problems"):
        raise ImportStateError(_("Mend the problems first; nothing is written in part."))
    _wait_for_worker(locked, State.APPLYING)
    return locked


def _lock(row: Import, *states: str) -> Import:
    locked: Import = Import.objects.select_for_update().get(pk=row.pk)
    if locked.state not in states:
        raise ImportStateError(
            _("This import is “%(state)s”.") % {"state": locked.get_state_display()}
        )
    return locked


def _wait_for_worker(row: Import, state: str) -> None:
    row.state, row.attempts, row.claimed_until, row.rows_done = state, 0, None, 0
    row.last_error = ""
    row.save()
    after_commit("goals.tasks.run_imports")


def run_waiting(*, at: datetime) -> int:
    """Check and write what waits; return how many imports were taken."""
    taken = 0
    waiting = Import.waiting.filter(state__in=[State.CHECKING, State.APPLYING])
    waiting.parked(at=at).update(state=State.FAILED, finished_at=at)
    while rows := waiting.take(limit=1, lease=LEASE, at=at):
        taken += 1
        run_one(rows[0], at=at)
    return taken


def run_one(row: Import, *, at: datetime) -> None:
    """Do what an import waits for; a fault of the file ends it with a sentence."""
    try:
        if row.state == State.CHECKING:
            check(row, at=at)
        else:
            write(row, at=at)
    except DomainError as error:
        final = isinstance(error, IntakeError | MappingError) or row.attempts >= MAX_ATTEMPTS
        Import.objects.filter(pk=row.pk).update(
            state=State.FAILED if final else row.state,
            last_error=str(error)[:500],
            claimed_until=None,
            finished_at=at,
        )


def check(row: Import, *, at: datetime) -> None:
    """Read the whole file into the staging table and count what writing it would do."""
    StagedValue.objects.filter(source=row).delete()
    ImportProblem.objects.filter(source=row).delete()
    table = table_of(row)
    reading = _Reading(row, table, Matching.from_json(row.mapping, table.columns), at=at)
    reading.stage()
    with connection.cursor() as cursor:
        # Without statistics the planner would walk the staging table row by row.
        cursor.execute("ANALYZE import_values")
    crash_point("import.after_stage")
    Import.waiting.held_by(row.claim).filter(pk=row.pk).update(
        state=State.CHECKED,
        summary=_Verdict(row, reading).summary(),
        rows_done=table.row_count,
        claimed_until=None,
    )


Staged = tuple[int, int, int, str, date, Any]


class _Reading:
    """One pass over a file: every row becomes values, or a problem that says why not."""

    def __init__(self, row: Import, table: Table, matching: Matching, *, at: datetime) -> None:
        self._row, self._table, self.matching = row, table, matching
        self._workspace = row.workspace
        kpis = Kpi.objects.for_workspace(self._workspace).active().measured()
        self._kpis: dict[str, Kpi] = {kpi.code: kpi for kpi in kpis}
        self._known = [Known(k.code, k.name, k.breakdown_id is not None) for k in kpis]
        self._date = table.columns[matching.date].date_reader()
        self._targets = self._value_columns()
        self._calendar = self._workspace.calendar
        self._latest = self._workspace.today(at=at) + FURTHEST_AHEAD
        self._names: dict[str, Kpi | None] = {}
        self._starts: dict[tuple[Any, date], date] = {}
        self.problem_count = 0
        self.empty_cells = 0
        self.left_out = 0
        self.value_rows = 0

    def _value_columns(self) -> list[tuple[int, Kpi | None, Any]]:
        columns = self._table.columns
        if self.matching.value is not None:
            return [(self.matching.value, None, columns[self.matching.value].number_reader())]
        return [
            (index, self._kpi(code), columns[index].number_reader())
            for index, code in sorted(self.matching.values.items())
        ]

    def _kpi(self, code: str) -> Kpi:
        kpi = self._kpis.get(code)
        if kpi is None:
            message = _("There is no KPI with the code “%(code)s” whose numbers are entered.")
            raise MappingError(message % {"code": code[:80]})
        if kpi.breakdown_id is not None and not self.matching.segment:
            message = _("“%(kpi)s” has a breakdown: say which column names the segment.")
            raise MappingError(message % {"kpi": kpi.name})
        return kpi

    def stage(self) -> None:
        """Write all values to the staging table, chunk by chunk, telling how far it came."""
        done = 0
        rows = self._table.rows(on_problem=self._note)
        while True:
            chunk: list[Staged] = []
            read = 0
            for row in rows:
                chunk += self._values(row.line, row.cells)
                read += 1
                if read == CHUNK:
                    break
            if not read:
                return
            self._copy(chunk)
            done += read
            Import.objects.filter(pk=self._row.pk).update(rows_done=done)

    def _copy(self, chunk: list[Staged]) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY import_values (source_id, line, kpi_id, segment, on_date, value) FROM STDIN"
            ) as copy,
        ):
            for value in chunk:
                copy.write_row(value)

    def _values(self, line: int, cells: list[str]) -> Iterator[Staged]:
        try:
            day = self._date(cells[self.matching.date])
        except CellError as error:
            self._problem(line, self.matching.date, error.code, str(error))
            return
        if day is None:
            self._problem(line, self.matching.date, "no_date", _("There is no date."))
            return
        if not EARLIEST <= day <= self._latest:
            message = _("%(day)s is not a day on which this can be measured.") % {"day": day}
            self._problem(line, self.matching.date, "date_out_of_range", message)
            return
        segment = self.matching.joint.join(cells[i].strip() for i in self.matching.segment)
        self.value_rows += 1
        for index, kpi, read in self._targets:
            yield from self._value(line, cells, index, kpi, read, day, segment)

    def _value(
        self,
        line: int,
        cells: list[str],
        index: int,
        kpi: Kpi | None,
        read: Any,
        day: date,
        segment: str,
    ) -> Iterator[Staged]:
        try:
            value = read(cells[index])
        except CellError as error:
            self._problem(line, index, error.code, str(error))
            return
        if value is None:
            self.empty_cells += 1
            return
        kpi = kpi or self._named(line, cells)
        if kpi is None:
            return
        if kpi.breakdown_id is not None and not segment.strip():
            self._problem(line, index, "no_segment", _("The segment is missing."))
            return
        yield (
            self._row.pk,
            line,
            kpi.pk,
            segment if kpi.breakdown_id is not None else "",
            self._start(kpi, day),
            value,
        )

    def _named(self, line: int, cells: list[str]) -> Kpi | None:
        name = self.matching.joint.join(cells[i].strip() for i in self.matching.kpi)
        if name not in self._names:
            self._names[name] = self._find(name)
        kpi = self._names[name]
        if kpi is None:
            if self.matching.names.get(name) == "":
                self.left_out += 1
            else:
                message = _("There is no KPI called “%(name)s”.") % {"name": name[:80]}
                self._problem(line, self.matching.kpi[0], "unknown_kpi", message)
        return kpi

    def _find(self, name: str) -> Kpi | None:
        code = self.matching.names.get(name)
        if code is None:
            known = find_known(name, self._known)
            code = known.code if known else ""
        return self._kpi(code) if code else None

    def _start(self, kpi: Kpi, day: date) -> date:
        key = (kpi.grain, day)
        start = self._starts.get(key)
        if start is None:
            start = self._starts[key] = self._calendar.start(kpi.grain, day)
        return start

    def _note(self, error: IntakeError) -> None:
        self._problem(error.line or 0, None, error.code, str(error))

    def _problem(self, line: int, index: int | None, code: str, detail: str) -> None:
        self.problem_count += 1
        if self.problem_count > MOST_PROBLEMS:
            return
        ImportProblem.objects.create(
            source=self._row,
            line=line,
            column="" if index is None else self._table.columns[index].name[:250],
            code=code[:40],
            detail=detail[:500],
        )

    @property
    def table(self) -> Table:
        return self._table


@dataclass(frozen=True)
class _Verdict:
    """What writing a staged file would do."""

    row: Import
    reading: _Reading

    def summary(self) -> dict[str, Any]:
        contradictions = self._contradictions()
        unknown = self._unknown_segments()
        problems = self.reading.problem_count + contradictions
        if unknown and not self.reading.matching.new_segments:
            problems += len(unknown)
        table = self.reading.table
        return {
            **self._changes(),
            "rows": table.row_count,
            "rows_with_values": self.reading.value_rows,
            "empty_cells": self.reading.empty_cells,
            "left_out": self.reading.left_out,
            "short_rows": table.short_rows.count,
            "problems": problems,
            "unknown_segments": unknown[:200],
            "unknown_segment_count": len(unknown),
            "skipped": [
                {
                    "reason": skipped.reason.words,
                    "first": skipped.first_line,
                    "last": skipped.last_line,
                    "text": skipped.text[:80],
                }
                for skipped in table.skipped[:100]
            ],
        }

    def _contradictions(self) -> int:
        """Find periods that the file gives two different values, and say so line by line."""
        rows = self._fetch(
            """
            SELECT min(line), max(line), min(on_date), count(*) OVER ()
            FROM import_values WHERE source_id = %(source)s
            GROUP BY kpi_id, segment, on_date HAVING min(value) <> max(value)
            ORDER BY 1 LIMIT 200
            """
        )
        for first, last, day, _count in rows:
            ImportProblem.objects.create(
                source=self.row,
                line=first,
                code="contradiction",
                detail=_("Lines %(first)d and %(last)d give different values for %(day)s.")
                % {"first": first, "last": last, "day": day},
            )
        return int(rows[0][3]) if rows else 0

    def _unknown_segments(self) -> list[str]:
        rows = self._fetch(
            """
            SELECT DISTINCT staged.segment FROM import_values AS staged
            JOIN goals_kpi AS kpi ON kpi.id = staged.kpi_id
            LEFT JOIN goals_segment AS segment ON segment.breakdown_id = kpi.breakdown_id
                AND segment.code = staged.segment
            WHERE staged.source_id = %(source)s AND kpi.breakdown_id IS NOT NULL
                AND segment.id IS NULL
            ORDER BY 1
            """
        )
        return [text for (text,) in rows]

    def _changes(self) -> dict[str, Any]:
        ((values, new, changed, first, last),) = self._fetch(
            """
            SELECT count(*), count(*) FILTER (WHERE stored.series_id IS NULL),
                count(*) FILTER (WHERE stored.value IS DISTINCT FROM staged.value
                    AND stored.series_id IS NOT NULL),
                min(staged.on_date), max(staged.on_date)
            FROM (
                SELECT DISTINCT kpi_id, segment, on_date, value FROM import_values
                WHERE source_id = %(source)s
            ) AS staged
            LEFT JOIN goals_kpi AS kpi ON kpi.id = staged.kpi_id
            LEFT JOIN goals_segment AS segment ON segment.breakdown_id = kpi.breakdown_id
                AND segment.code = staged.segment
            LEFT JOIN goals_series AS series ON series.kpi_id = staged.kpi_id
                AND series.segment_id IS NOT DISTINCT FROM segment.id
                AND (kpi.breakdown_id IS NULL OR segment.id IS NOT NULL)
            LEFT JOIN measurements AS stored ON stored.series_id = series.id
                AND stored.on_date = staged.on_date
            """
        )
        return {
            "values": values,
            "new": new,
            "changed": changed,
            "unchanged": values - new - changed,
            "first": first.isoformat() if first else None,
            "last": last.isoformat() if last else None,
        }

    def _fetch(self, statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"source": self.row.pk})
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@transaction.atomic
def write(row: Import, *, at: datetime) -> None:
    """Write the staged values: all of them in this transaction, in chunks that show progress."""
    locks.share_definitions(row.workspace)
    _make_segments(row)
    _make_series(row)
    created = updated = 0
    for first, last in _line_ranges(row):
        _stage_range(row, first, last)
        new, changed = measurements.upsert_from(
            "staged_measurements", workspace=row.workspace_id, by=row.created_by_id, at=at
        )
        created, updated = created + new, updated + changed
        _tell_progress(row, last)
        crash_point("import.between_chunks")
    outcome = {
        "created": created,
        "updated": updated,
        "unchanged": row.summary["values"] - created - updated,
    }
    mine = Import.waiting.held_by(row.claim).filter(pk=row.pk, state=State.APPLYING)
    finished = mine.update(
        state=State.DONE,
        summary=row.summary | {"outcome": outcome},
        rows_done=row.rows_total,
        finished_at=at,
        claimed_until=None,
    )
    if not finished:
        # Another worker took over after the lease ran out; the rollback leaves the work to it.
        raise ImportStateError(_("The import was taken over."))
    StagedValue.objects.filter(source=row).delete()
    measurements.ring_for_rollups(row.workspace)


def _make_segments(row: Import) -> None:
    if not row.mapping.get("new_segments"):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT kpi.breakdown_id, staged.segment FROM import_values AS staged
            JOIN goals_kpi AS kpi ON kpi.id = staged.kpi_id
            LEFT JOIN goals_segment AS segment ON segment.breakdown_id = kpi.breakdown_id
                AND segment.code = staged.segment
            WHERE staged.source_id = %s AND kpi.breakdown_id IS NOT NULL AND segment.id IS NULL
            ORDER BY 1, 2
            """,
            [row.pk],
        )
        missing = cursor.fetchall()
    breakdowns = {
        kpi.breakdown_id: kpi.breakdown
        for kpi in Kpi.objects.for_workspace(row.workspace).select_related("breakdown__workspace")
    }
    for breakdown, code in missing:
        add_segment(breakdown=breakdowns[breakdown], code=code)


def _make_series(row: Import) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO goals_series (kpi_id, segment_id)
            SELECT DISTINCT staged.kpi_id, segment.id FROM import_values AS staged
            JOIN goals_kpi AS kpi ON kpi.id = staged.kpi_id
            LEFT JOIN goals_segment AS segment ON segment.breakdown_id = kpi.breakdown_id
                AND segment.code = staged.segment
            WHERE staged.source_id = %s
            ON CONFLICT DO NOTHING
            """,
            [row.pk],
        )


def _line_ranges(row: Import) -> Iterator[tuple[int, int]]:
    """Cut the file into stretches of lines; a stretch holds each period once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(line) FROM import_values WHERE source_id = %s", [row.pk])
        last = cursor.fetchone()[0] or 0
    for first in range(1, last + 1, CHUNK * 4):
        yield first, min(first + CHUNK * 4 - 1, last)


def _stage_range(row: Import, first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(measurements.STAGE)
        cursor.execute(
            """
            INSERT INTO staged_measurements (series_id, on_date, value, note, source)
            SELECT DISTINCT series.id, staged.on_date, staged.value, '', %(said)s
            FROM import_values AS staged
            JOIN goals_kpi AS kpi ON kpi.id = staged.kpi_id
            LEFT JOIN goals_segment AS segment ON segment.breakdown_id = kpi.breakdown_id
                AND segment.code = staged.segment
            JOIN goals_series AS series ON series.kpi_id = staged.kpi_id
                AND series.segment_id IS NOT DISTINCT FROM segment.id
            WHERE staged.source_id = %(source)s AND staged.line BETWEEN %(first)s AND %(last)s
            """,
            {"source": row.pk, "first": first, "last": last, "said": _said(row)},
        )


def _said(row: Import) -> str:
    return f"{row.ref} {row.filename}"[:LONGEST_SOURCE]


def _tell_progress(row: Import, line: int) -> None:
    """Show how far the writing came, on a connection of its own: this one has not committed."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE goals_import SET rows_done = least(%s, rows_total) WHERE id = %s",
                [line, row.pk],
            )
    finally:
        other.close()


def forget_files(*, at: datetime) -> None:
    """Drop the content of files kept long enough; what they did stays."""
    Import.objects.filter(created_at__lt=at - FILES_KEPT_FOR).exclude(content=b"").update(
        content=b""
    )
