"""Taking values back: what one writing changed becomes what it was, unless it changed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from goals.services.statements import fetch


@dataclass(frozen=True, slots=True)
class Writing:
    """Values that somebody wrote at one moment; they and their revisions carry all three."""

    by: int
    at: datetime
    source: str


class Lost(NamedTuple):
    """A value of a writing that is no longer stored, and what stands in its place, if anything."""

    series: int
    on_date: date
    value: Decimal
    stored: Decimal | None


def take_back(
    writing: Writing, *, series: Sequence[int], workspace: int, by: int, at: datetime
) -> tuple[int, int]:
    """
    Put back what was stored in ``series`` before a writing, with who said it and when.

    What the writing added is removed. Count the values restored and those removed.
    """
    ((restored, removed),) = fetch(
        _TAKE_BACK,
        {
            **_told(writing),
            "series": list(series),
            "workspace": workspace,
            "ended_by": by,
            "ended_at": at,
        },
    )
    return restored, removed


def find_lost(writing: Writing, *, series: Sequence[int], limit: int) -> tuple[list[Lost], int]:
    """List the values of a writing that were replaced or removed since, and count all of them."""
    rows = fetch(_LOST, {**_told(writing), "series": list(series), "limit": limit})
    return [Lost(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def _told(writing: Writing) -> dict[str, Any]:
    return {"by": writing.by, "at": writing.at, "source": writing.source}


# One statement, for the same reason as in measurements: a value, its revision and its mark.
_TAKE_BACK = """
    WITH mine AS (
        SELECT series_id, on_date FROM measurements
        WHERE series_id = ANY(%(series)s) AND recorded_at = %(at)s
            AND recorded_by_id = %(by)s AND source = %(source)s
        ORDER BY series_id, on_date FOR UPDATE
    ), before AS (
        SELECT series_id, on_date, value, note, source, recorded_by_id, recorded_at
        FROM measurement_revisions JOIN mine USING (series_id, on_date)
        WHERE ending = 'replaced' AND ended_at = %(at)s AND ended_by_id = %(by)s
    ), restored AS (
        UPDATE measurements AS stored SET
            value = before.value, note = before.note, source = before.source,
            recorded_by_id = before.recorded_by_id, recorded_at = before.recorded_at
        FROM before
        WHERE stored.series_id = before.series_id AND stored.on_date = before.on_date
        RETURNING old.*
    ), removed AS (
        DELETE FROM measurements AS stored USING mine
        WHERE stored.series_id = mine.series_id AND stored.on_date = mine.on_date
            AND NOT EXISTS (
                SELECT FROM before
                WHERE before.series_id = mine.series_id AND before.on_date = mine.on_date
            )
        RETURNING stored.*
    ), ended AS (
        SELECT *, 'replaced' AS ending FROM restored
        UNION ALL SELECT *, 'removed' FROM removed
    ), revised AS (
        INSERT INTO measurement_revisions (series_id, on_date, value, note, source,
            recorded_by_id, recorded_at, ending, ended_by_id, ended_at)
        SELECT series_id, on_date, value, note, source, recorded_by_id, recorded_at,
            ending, %(ended_by)s, %(ended_at)s
        FROM ended
    ), marked AS (
        INSERT INTO dirty_marks (workspace_id, series_id, on_date)
        SELECT %(workspace)s, series_id, on_date FROM ended
    )
    SELECT count(*) FILTER (WHERE ending = 'replaced'), count(*) FILTER (WHERE ending = 'removed')
    FROM ended
"""

# A value may have come and gone several times, and may be there again.
_LOST = """
    WITH ended AS (
        SELECT DISTINCT series_id, on_date, value FROM measurement_revisions
        WHERE series_id = ANY(%(series)s) AND recorded_at = %(at)s
            AND recorded_by_id = %(by)s AND source = %(source)s
    )
    SELECT ended.series_id, ended.on_date, ended.value, stored.value, count(*) OVER ()
    FROM ended LEFT JOIN measurements AS stored USING (series_id, on_date)
    WHERE (stored.recorded_at, stored.recorded_by_id, stored.source)
        IS DISTINCT FROM (%(at)s, %(by)s, %(source)s)
    ORDER BY ended.series_id, ended.on_date LIMIT %(limit)s
"""
