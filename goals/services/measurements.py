"""The one way to write measured values."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.jobs import after_commit
from core.numbers import STORED_LIMIT, plain
from core.periods import Grain
from goals.models import Kpi, Segment
from goals.selectors.series import Place, find_series
from goals.services import locks
from goals.services.series import find_or_make_series
from teams.models import Membership, Workspace
from teams.policy import Action

# A date further ahead than this is a slip of the keyboard, and so is one before any such KPI.
FURTHEST_AHEAD = timedelta(days=366)
EARLIEST = date(1970, 1, 1)
# PostgreSQL stores every character but this one.
NUL = "\0"
LONGEST_NOTE = 500
LONGEST_SOURCE = 80
MOST_PLACES = 8


class RowsRefusedError(DomainError):
    """Some rows break a rule, so none was written; ``errors`` has one entry per broken row."""

    def __init__(self, errors: list["RowError"]) -> None:
        message = _("%(count)d of the rows cannot be taken; nothing was written.")
        super().__init__(message % {"count": len(errors)})
        self.errors = errors


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value as it comes in; without ``value`` it is a known gap and its note says why."""

    kpi: str
    date: date
    value: Decimal | None
    segment: str | None = None
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """The natural key of a measurement, in the words of the API."""

    kpi: str
    date: date
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was not taken: its place in the batch, the field to blame, a sentence."""

    index: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch did: rows that are new, that changed a stored value, that changed nothing."""

    created: int
    updated: int
    unchanged: int
    errors: list[RowError]


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, through which door; ``kpi_codes`` narrows a token to the KPIs it names."""

    membership: Membership
    source: str
    kpi_codes: Collection[str] | None = None

    def may_write(self, kpi: Kpi) -> bool:
        if self.kpi_codes is not None and kpi.code not in self.kpi_codes:
            return False
        if self.membership.may(Action.ENTER_NUMBERS):
            return True
        own = kpi.owner_id == self.membership.pk
        return own and self.membership.may(Action.ENTER_OWN_NUMBERS)


@transaction.atomic
def record(rows: Sequence[NewValue], *, by: Author, at: datetime, partial: bool = False) -> Outcome:
    """
    Write a batch of values: all of it, or with ``partial`` the rows that keep the rules.

    A value replaces the one stored for the same KPI, segment and period; the old one is kept as
    a revision, and the period is marked for the rollups, by the same statement. Writing what is
    stored already changes nothing.

    Raises:
        RowsRefusedError: a row breaks a rule and ``partial`` is false.
    """
    workspace = by.membership.workspace
    locks.share_definitions(workspace)
    reader = _Reader(workspace, by, at, {row.kpi for row in rows})
    places, errors = reader.place(rows)
    if errors and not partial:
        raise RowsRefusedError(errors)
    series = find_or_make_series(place for place, _on_date in places)
    created, updated = _write(
        (
            (series[place], on_date, row.value, row.note.strip(), row.source or by.source)
            for (place, on_date), row in places.items()
        ),
        by=by.membership,
        at=at,
    )
    ring_for_rollups(workspace)
    unchanged = len(rows) - len(errors) - created - updated
    return Outcome(created=created, updated=updated, unchanged=unchanged, errors=errors)


@transaction.atomic
def remove(keys: Sequence[Key], *, by: Author, at: datetime) -> int:
    """
    Remove measurements; the removed values stay in the history. Return how many there were.

    Raises:
        RowsRefusedError: a key names nothing that ``by`` may write to.
    """
    workspace = by.membership.workspace
    locks.share_definitions(workspace)
    reader = _Reader(workspace, by, at, {key.kpi for key in keys})
    rows = [NewValue(key.kpi, key.date, None, key.segment, note="-") for key in keys]
    places, errors = reader.place(rows)
    if errors:
        raise RowsRefusedError(errors)
    series = find_series(kpi for (kpi, _segment), _on_date in places)
    stored = [(series[place], on_date) for place, on_date in places if place in series]
    with connection.cursor() as cursor:
        cursor.execute(
            _REMOVE,
            {
                "workspace": workspace.pk,
                "series": [pk for pk, _on_date in stored],
                "dates": [on_date for _pk, on_date in stored],
                "by": by.membership.pk,
                "at": at,
            },
        )
        removed: int = cursor.fetchone()[0]
    ring_for_rollups(workspace)
    return removed


def ring_for_rollups(workspace: Workspace) -> None:
    after_commit("goals.tasks.refresh_rollups", workspace_id=workspace.pk)


class _Reader:
    """Finds the series and the period of each row, and what is wrong with it."""

    def __init__(
        self, workspace: Workspace, by: Author, at: datetime, codes: Collection[str]
    ) -> None:
        storable = [code for code in codes if NUL not in code]
        kpis = Kpi.objects.for_workspace(workspace).filter(code__in=storable)
        self._kpis: dict[str, Kpi] = {kpi.code: kpi for kpi in kpis}
        breakdowns = {kpi.breakdown_id for kpi in self._kpis.values() if kpi.breakdown_id}
        segments = Segment.objects.filter(breakdown__in=breakdowns) if breakdowns else ()
        self._segments = {(seg.breakdown_id, seg.code): seg.pk for seg in segments}
        self._calendar = workspace.calendar
        self._by = by
        self._latest = workspace.today(at=at) + FURTHEST_AHEAD
        self._starts: dict[tuple[Grain, date], date] = {}

    def place(
        self, rows: Iterable[NewValue]
    ) -> tuple[dict[tuple[Place, date], NewValue], list[RowError]]:
        """Sort rows under their place and period; of equal rows one is kept."""
        places: dict[tuple[Place, date], NewValue] = {}
        errors: list[RowError] = []
        for index, row in enumerate(rows):
            problem = self._problem(row)
            if problem:
                errors.append(RowError(index, *problem))
                continue
            key = self._key(row)
            other = places.setdefault(key, row)
            if other is not row and other.value != row.value:
                errors.append(RowError(index, "value", _contradiction(other, row)))
        return places, errors

    def _problem(self, row: NewValue) -> tuple[str, str] | None:
        kpi = self._kpis.get(row.kpi)
        if kpi is None:
            return "kpi", _("There is no KPI with the code “%(code)s”.") % {"code": row.kpi[:80]}
        return (
            self._problem_of_kpi(kpi)
            or self._problem_of_segment(kpi, row.segment)
            or self._problem_of_date(row.date)
            or _problem_of_value(kpi, row)
        )

    def _problem_of_kpi(self, kpi: Kpi) -> tuple[str, str] | None:
        if not self._by.may_write(kpi):
            return "kpi", _("You may not enter numbers of “%(kpi)s”.") % {"kpi": kpi.name}
        if kpi.is_formula:
            return "kpi", _("“%(kpi)s” is computed by its formula.") % {"kpi": kpi.name}
        if kpi.is_archived:
            return "kpi", _("“%(kpi)s” is archived.") % {"kpi": kpi.name}
        return None

    def _problem_of_segment(self, kpi: Kpi, code: str | None) -> tuple[str, str] | None:
        if kpi.breakdown_id is None:
            if code is None:
                return None
            return "segment", _("“%(kpi)s” has no breakdown.") % {"kpi": kpi.name}
        if code is None:
            message = _("Say for which segment: the total of “%(kpi)s” is computed.")
            return "segment", message % {"kpi": kpi.name}
        if (kpi.breakdown_id, code) not in self._segments:
            return "segment", _("There is no segment “%(code)s”.") % {"code": code[:120]}
        return None

    def _problem_of_date(self, day: date) -> tuple[str, str] | None:
        if EARLIEST <= day <= self._latest:
            return None
        return "date", _("%(day)s is not a day on which this can be measured.") % {"day": day}

    def _key(self, row: NewValue) -> tuple[Place, date]:
        kpi = self._kpis[row.kpi]
        segment = None if row.segment is None else self._segments[kpi.breakdown_id, row.segment]
        grain_and_day = (kpi.grain, row.date)
        start = self._starts.get(grain_and_day)
        if start is None:
            start = self._starts[grain_and_day] = self._calendar.start(*grain_and_day)
        return (kpi.pk, segment), start


def _problem_of_value(kpi: Kpi, row: NewValue) -> tuple[str, str] | None:
    if len(row.note) > LONGEST_NOTE:
        return "note", _("A note has at most %(most)d characters.") % {"most": LONGEST_NOTE}
    if len(row.source) > LONGEST_SOURCE:
        return "source", _("A source has at most %(most)d characters.") % {"most": LONGEST_SOURCE}
    for field, text in (("note", row.note), ("source", row.source)):
        if NUL in text:
            return field, _("This text holds characters that cannot be stored.")
    if row.value is None:
        if row.note.strip():
            return None
        return "note", _("Say in the note why there is no value.")
    return _problem_of_number(kpi, row.value)


def _problem_of_number(kpi: Kpi, value: Decimal) -> tuple[str, str] | None:
    # Unlike abs(), which rounds, copy_abs() takes a number of any size.
    if not value.is_finite() or value.copy_abs() >= STORED_LIMIT:
        return "value", _("This number is too large.")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_PLACES and value != round(value, MOST_PLACES):
        return "value", _("At most 8 decimals can be stored.")
    if kpi.unit == Kpi.Unit.YES_NO and value not in (0, 1):
        return "value", _("Write 1 for yes or 0 for no.")
    return None


def _contradiction(one: NewValue, other: NewValue) -> str:
    return _("Two different values for one period: %(one)s and %(other)s.") % {
        "one": "–" if one.value is None else plain(one.value),
        "other": "–" if other.value is None else plain(other.value),
    }


Staged = tuple[int, date, Decimal | None, str, str]


def _write(rows: Iterator[Staged], *, by: Membership, at: datetime) -> tuple[int, int]:
    """Store rows of (series, first day, value, note, source); count the new and the changed."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy("COPY staged_measurements FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return upsert_from("staged_measurements", workspace=by.workspace_id, by=by.pk, at=at)


def upsert_from(relation: str, *, workspace: int, by: int, at: datetime) -> tuple[int, int]:
    """Store what a staging relation of our own holds; count the new and the changed rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT.format(relation=relation), {"workspace": workspace, "by": by, "at": at}
        )
        created, updated = cursor.fetchone()
    return created, updated


# Where a batch waits for the statement that stores it.
STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_measurements (
        series_id bigint, on_date date, value numeric(24, 8), note text, source text
    ) ON COMMIT DELETE ROWS;
    -- Two batches may share a transaction.
    DELETE FROM staged_measurements
"""

# One statement, so that a value, the revision of the one it replaces and the mark for the
# rollups can only be there together. Rows go in by key, so that two batches over the same
# periods wait for each other instead of locking each other out.
_UPSERT = """
    WITH written AS (
        INSERT INTO measurements AS stored
            (series_id, on_date, value, note, source, recorded_by_id, recorded_at)
        SELECT series_id, on_date, value, note, source, %(by)s, %(at)s
        FROM {relation} ORDER BY series_id, on_date
        ON CONFLICT (series_id, on_date) DO UPDATE SET
            value = excluded.value, note = excluded.note, source = excluded.source,
            recorded_by_id = excluded.recorded_by_id, recorded_at = excluded.recorded_at
        WHERE (stored.value, stored.note) IS DISTINCT FROM (excluded.value, excluded.note)
        RETURNING new.series_id, new.on_date, old.series_id IS NULL AS created,
            old.value, old.note, old.source, old.recorded_by_id, old.recorded_at
    ), revised AS (
        INSERT INTO measurement_revisions (series_id, on_date, value, note, source,
            recorded_by_id, recorded_at, ending, ended_by_id, ended_at)
        SELECT series_id, on_date, value, note, source, recorded_by_id, recorded_at,
            'replaced', %(by)s, %(at)s
        FROM written WHERE NOT created
    ), marked AS (
        INSERT INTO dirty_marks (workspace_id, series_id, on_date)
        SELECT %(workspace)s, series_id, on_date FROM written
    )
    SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM written
"""

_REMOVE = """
    WITH removed AS (
        DELETE FROM measurements
        USING unnest(%(series)s::bigint[], %(dates)s::date[]) AS key (series_id, on_date)
        WHERE measurements.series_id = key.series_id AND measurements.on_date = key.on_date
        RETURNING measurements.*
    ), revised AS (
        INSERT INTO measurement_revisions (series_id, on_date, value, note, source,
            recorded_by_id, recorded_at, ending, ended_by_id, ended_at)
        SELECT series_id, on_date, value, note, source, recorded_by_id, recorded_at,
            'removed', %(by)s, %(at)s
        FROM removed
    ), marked AS (
        INSERT INTO dirty_marks (workspace_id, series_id, on_date)
        SELECT %(workspace)s, series_id, on_date FROM removed
    )
    SELECT count(*) FROM removed
"""
