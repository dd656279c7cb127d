"""Taking values back: what one writing changed becomes what it was, unless it changed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from goals.services.statements import fetch, run

# For how long what somebody did can be undone.
UNDOABLE_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What values that were written in one act carry, and their revisions too."""

    by: int
    at: datetime
    # Empty where values of one act came from several.
    source: str = ""


class Lost(NamedTuple):
    """A value of an act that is no longer stored, and what stands in its place, if anything."""

    series: int
    on_date: date
    value: Decimal | None
    stored: Decimal | None


def take_back(
    stamp: Stamp, *, series: Sequence[int], workspace: int, by: int, at: datetime
) -> tuple[int, int]:
    """
    Put back what was stored in ``series`` before an act, with who said it and when.

    What the act added is removed. Count the values restored and those removed.
    """
    ((restored, removed),) = _fetch(
        _TAKE_BACK,
        {
            **_told(stamp),
            "series": list(series),
            "workspace": workspace,
            "ended_by": by,
            "ended_at": at,
        },
    )
    return restored, removed


def put_back(stamp: Stamp, *, series: Sequence[int], workspace: int) -> int:
    """
    Store again what an act removed, with who said it and when, where nothing is stored now.

    Count what was stored.
    """
    parameters = {**_told(stamp), "series": list(series), "workspace": workspace}
    ((count,),) = _fetch(_PUT_BACK, parameters)
    return int(count)


def removed_keys(stamp: Stamp, *, series: Sequence[int]) -> list[tuple[int, date]]:
    """List the series and first days of what an act removed."""
    return _fetch(_REMOVED_KEYS, {**_told(stamp), "series": list(series)})


def find_lost(stamp: Stamp, *, series: Sequence[int], limit: int) -> tuple[list[Lost], int]:
    """List the values of an act that were replaced or removed since, and count all of them."""
    return _list(_LOST, stamp, series, limit)


def find_refilled(stamp: Stamp, *, series: Sequence[int], limit: int) -> tuple[list[Lost], int]:
    """List what an act removed where something is stored again, and count all of it."""
    return _list(_REFILLED, stamp, series, limit)


def _list(
    statement: str, stamp: Stamp, series: Sequence[int], limit: int
) -> tuple[list[Lost], int]:
    rows = _fetch(statement, {**_told(stamp), "series": list(series), "limit": limit})
    return [Lost(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def _fetch(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    # How many values an act has is not in the statistics: taken for few, each would be compared
    # with each.
    run("SET LOCAL enable_nestloop = off", {})
    return fetch(statement, parameters)


def _told(stamp: Stamp) -> dict[str, Any]:
    return {"by": stamp.by, "at": stamp.at, "source": stamp.source}


# One statement, for the same reason as in measurements: a value, its revision and its mark.
_TAKE_BACK = """
    WITH mine AS (
        SELECT series_id, on_date FROM measurements
        WHERE series_id = ANY(%(series)s) AND recorded_at = %(at)s
            AND recorded_by_id = %(by)s AND %(source)s IN (source, '')
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
            AND recorded_by_id = %(by)s AND %(source)s IN (source, '')
    )
    SELECT ended.series_id, ended.on_date, ended.value, stored.value, count(*) OVER ()
    FROM ended LEFT JOIN measurements AS stored USING (series_id, on_date)
    WHERE (stored.recorded_at = %(at)s AND stored.recorded_by_id = %(by)s
        AND %(source)s IN (stored.source, '')) IS NOT TRUE
    ORDER BY ended.series_id, ended.on_date LIMIT %(limit)s
"""

_PUT_BACK = """
    WITH back AS (
        INSERT INTO measurements
            (series_id, on_date, value, note, source, recorded_by_id, recorded_at)
        SELECT series_id, on_date, value, note, source, recorded_by_id, recorded_at
        FROM measurement_revisions
        WHERE series_id = ANY(%(series)s) AND ending = 'removed'
            AND ended_at = %(at)s AND ended_by_id = %(by)s
        ORDER BY series_id, on_date
        ON CONFLICT DO NOTHING
        RETURNING series_id, on_date
    ), marked AS (
        INSERT INTO dirty_marks (workspace_id, series_id, on_date)
        SELECT %(workspace)s, series_id, on_date FROM back
    )
    SELECT count(*) FROM back
"""

_REFILLED = """
    SELECT series_id, on_date, gone.value, stored.value, count(*) OVER ()
    FROM measurement_revisions AS gone JOIN measurements AS stored USING (series_id, on_date)
    WHERE series_id = ANY(%(series)s) AND gone.ending = 'removed'
        AND gone.ended_at = %(at)s AND gone.ended_by_id = %(by)s
    ORDER BY series_id, on_date LIMIT %(limit)s
"""

_REMOVED_KEYS = """
    SELECT series_id, on_date FROM measurement_revisions
    WHERE series_id = ANY(%(series)s) AND ending = 'removed'
        AND ended_at = %(at)s AND ended_by_id = %(by)s
"""
