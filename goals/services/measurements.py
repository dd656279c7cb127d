"""The one way to write measured values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from goals.models import Writing
from goals.selectors.series import find_series
from goals.services import locks, marks
from goals.services.measurement_rows import Author, Key, NewValue, Reader, RowError
from goals.services.series import find_or_make_series
from goals.services.statements import fetch, fill, run
from teams.models import Membership


class RowsRefusedError(DomainError):
    """Some rows break a rule, so none was written; ``errors`` has one entry per broken row."""

    def __init__(self, errors: list[RowError]) -> None:
        message = _("%(count)d of the rows cannot be taken; nothing was written.")
        super().__init__(message % {"count": len(errors)})
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch did: rows that are new, that changed a stored value, that changed nothing."""

    created: int
    updated: int
    unchanged: int
    errors: list[RowError]
    # The account by which it can be undone, unless nothing changed.
    writing: Writing | None = None


class Written(NamedTuple):
    """What a statement did, with the first few numbers of it."""

    created: int
    updated: int
    gist: list[dict[str, Any]]


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
    reader = Reader(workspace, by, at, rows)
    places, errors = reader.place(rows)
    if errors and not partial:
        raise RowsRefusedError(errors)
    series = find_or_make_series(place for place, _on_date in places)
    created, updated, gist = _write(
        (
            (series[place], on_date, row.value, row.note.strip(), row.source or by.source)
            for (place, on_date), row in places.items()
        ),
        by=by.membership,
        at=at,
    )
    writing = _account(series.values(), by, at, gist, created=created, updated=updated)
    marks.ring_for_rollups(workspace)
    unchanged = len(rows) - len(errors) - created - updated
    return Outcome(created, updated, unchanged, errors, writing)


@transaction.atomic
def remove(keys: Sequence[Key], *, by: Author, at: datetime) -> Writing | None:
    """
    Remove measurements; the removed values stay in the history.

    Give the account of it, or None where there was nothing to remove.

    Raises:
        RowsRefusedError: a key names nothing that ``by`` may write to.
    """
    workspace = by.membership.workspace
    locks.share_definitions(workspace)
    # What keys name is found, and refused, as if there were known gaps to write.
    rows = [NewValue(key.kpi, key.date, None, key.segment, note="-") for key in keys]
    places, errors = Reader(workspace, by, at, rows).place(rows)
    if errors:
        raise RowsRefusedError(errors)
    series = find_series(kpi for (kpi, _segment), _on_date in places)
    stored = [(series[place], on_date) for place, on_date in places if place in series]
    parameters = {
        "workspace": workspace.pk,
        "series": [pk for pk, _on_date in stored],
        "dates": [on_date for _pk, on_date in stored],
        "by": by.membership.pk,
        "at": at,
    }
    ((removed, gist),) = fetch(_REMOVE, parameters)
    marks.ring_for_rollups(workspace)
    return _account({pk for pk, _on_date in stored}, by, at, gist, removed=removed)


def _account(
    series: Iterable[int], by: Author, at: datetime, gist: list[dict[str, Any]], **counts: int
) -> Writing | None:
    if not any(counts.values()):
        return None
    writing: Writing = Writing.objects.create(
        workspace=by.membership.workspace,
        written_by=by.membership,
        written_at=at,
        source=by.source,
        series=sorted(series),
        gist=gist,
        **counts,
    )
    return writing


Staged = tuple[int, date, Decimal | None, str, str]


def _write(rows: Iterator[Staged], *, by: Membership, at: datetime) -> Written:
    """Store rows of (series, first day, value, note, source)."""
    run(STAGE, {})
    fill("staged_measurements", rows)
    return upsert_from("staged_measurements", workspace=by.workspace_id, by=by.pk, at=at)


def upsert_from(relation: str, *, workspace: int, by: int, at: datetime) -> Written:
    """Store what a staging relation of our own holds."""
    statement = _UPSERT.format(relation=relation)
    ((created, updated, gist),) = fetch(statement, {"workspace": workspace, "by": by, "at": at})
    return Written(created, updated, gist)


# The first few numbers of an act; values as text, because JSON has no decimals.
_GIST = """
    (SELECT coalesce(json_agg(json_build_object('series', series_id, 'on_date', on_date,
        'before', value::text, 'after', {after})), '[]') FROM (SELECT * FROM {rows} LIMIT 5) AS few)
"""

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
_UPSERT = f"""
    WITH written AS (
        INSERT INTO measurements AS stored
            (series_id, on_date, value, note, source, recorded_by_id, recorded_at)
        SELECT series_id, on_date, value, note, source, %(by)s, %(at)s
        FROM {{relation}} ORDER BY series_id, on_date
        ON CONFLICT (series_id, on_date) DO UPDATE SET
            value = excluded.value, note = excluded.note, source = excluded.source,
            recorded_by_id = excluded.recorded_by_id, recorded_at = excluded.recorded_at
        WHERE (stored.value, stored.note) IS DISTINCT FROM (excluded.value, excluded.note)
        RETURNING new.series_id, new.on_date, old.series_id IS NULL AS created,
            new.value AS after,
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
    SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created),
        {_GIST.format(rows="written", after="after::text")}
    FROM written
"""  # noqa: S608  # constants

_REMOVE = f"""
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
    SELECT count(*), {_GIST.format(rows="removed", after="NULL")} FROM removed
"""  # noqa: S608  # constants
