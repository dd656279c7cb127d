"""The statements that read and write rollups, each set-based over arrays of keys."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from core.periods import Grain
from goals.rules.rollups import CADENCE_GRAINS


@dataclass(slots=True)
class SeriesFacts:
    """What the rollups need to know of a series and its KPI."""

    series: int
    kpi: int
    segment: int | None
    grain: Grain
    aggregation: str
    gaps_are_zero: bool
    segment_total: str
    counts_in_total: bool
    archived_on: date | None
    first_on: date | None

    @property
    def has_total(self) -> bool:
        return self.segment is not None and self.segment_total != "none"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A period of a series that is put together from finer periods."""

    series: int
    aggregation: str
    grain: Grain
    start: date
    end: date
    source: Grain
    expected: int


@dataclass(frozen=True, slots=True)
class TotalBucket:
    """A period of the total over a KPI's segments."""

    kpi: int
    series: int
    grain: Grain
    start: date
    segment_total: str
    expected: int


def pin_planner() -> None:
    """
    Let this transaction find rows by index only.

    The arrays of keys carry no statistics, so the planner may otherwise choose to scan the
    whole history for a handful of them, and a drain would cost more the longer one measures.
    """
    _run(
        "SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan',"
        " 'enable_hashjoin', 'enable_mergejoin', 'enable_bitmapscan']) AS name",
        {},
    )


def take_marks(workspace: int, most: int) -> set[tuple[int, date]]:
    """Take the oldest marks; they are gone with the commit."""
    rows = _fetch(
        """
        DELETE FROM dirty_marks WHERE id IN (
            SELECT id FROM dirty_marks WHERE workspace_id = %(workspace)s ORDER BY id LIMIT %(most)s
        ) RETURNING series_id, on_date
        """,
        {"workspace": workspace, "most": most},
    )
    return {(series, day) for series, day in rows}


def current_generation(workspace: int) -> int:
    """Give the generation of rollups in use, opening the first one if there is none."""
    _run(
        """
        INSERT INTO numbers_state (workspace_id, version, generation)
        VALUES (%(workspace)s, 1, nextval('rollup_generations'))
        ON CONFLICT (workspace_id) DO NOTHING
        """,
        {"workspace": workspace},
    )
    rows = _fetch(
        "SELECT generation FROM numbers_state WHERE workspace_id = %(workspace)s",
        {"workspace": workspace},
    )
    generation: int = rows[0][0]
    return generation


def note_drain(workspace: int, at: datetime) -> None:
    _run(
        "UPDATE numbers_state SET version = version + 1, drained_at = %(at)s"
        " WHERE workspace_id = %(workspace)s",
        {"workspace": workspace, "at": at},
    )


_FACTS = """
    SELECT series.id, kpi.id, series.segment_id, kpi.cadence, kpi.aggregation,
        kpi.gaps = 'zero', kpi.segment_total, coalesce(segment.counts_in_total, true),
        segment.archived_on, series.first_on
    FROM goals_series AS series
    JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id
    LEFT JOIN goals_segment AS segment ON segment.id = series.segment_id
"""


def series_facts(series: Collection[int]) -> dict[int, SeriesFacts]:
    rows = _fetch(_FACTS + "WHERE series.id = ANY(%(series)s)", {"series": list(series)})
    return {facts.series: facts for facts in map(_facts_from, rows)}


def segments_of(kpis: Collection[int]) -> dict[int, list[SeriesFacts]]:
    """Give the series per segment of each KPI that has any."""
    rows = _fetch(
        _FACTS + "WHERE series.kpi_id = ANY(%(kpis)s) AND series.segment_id IS NOT NULL",
        {"kpis": list(kpis)},
    )
    found: dict[int, list[SeriesFacts]] = {}
    for facts in map(_facts_from, rows):
        found.setdefault(facts.kpi, []).append(facts)
    return found


def _facts_from(row: tuple[Any, ...]) -> SeriesFacts:
    series, kpi, segment, cadence, *rest = row
    return SeriesFacts(series, kpi, segment, CADENCE_GRAINS[cadence], *rest)


def note_first_values(series: Collection[int]) -> list[tuple[int, date | None, date | None]]:
    """Write down where each series now begins; give (series, before, now) where that moved."""
    rows = _fetch(
        """
        UPDATE goals_series AS series SET first_on = found.first_on
        FROM (
            SELECT key.id, (
                SELECT on_date FROM measurements
                WHERE series_id = key.id AND value IS NOT NULL ORDER BY on_date LIMIT 1
            ) AS first_on
            FROM unnest(%(series)s::bigint[]) AS key (id)
        ) AS found
        WHERE series.id = found.id AND series.first_on IS DISTINCT FROM found.first_on
        RETURNING series.id, old.first_on, new.first_on
        """,
        {"series": list(series)},
    )
    return [(pk, before, now) for pk, before, now in rows]


def note_first_totals(totals: Iterable[int]) -> None:
    """Let the total of a KPI begin where the first of its counted segments does."""
    _run(
        """
        UPDATE goals_series AS total SET first_on = (
            SELECT min(part.first_on) FROM goals_series AS part
            JOIN goals_segment AS segment ON segment.id = part.segment_id
            WHERE part.kpi_id = total.kpi_id AND segment.counts_in_total
        ) WHERE total.id = ANY(%(totals)s)
        """,
        {"totals": list(totals)},
    )


def horizon(generation: int) -> date:
    """Give a day after the last period that has rollups."""
    rows = _fetch(
        "SELECT max(start) FROM kpi_rollups WHERE generation = %(generation)s AND grain = %(year)s",
        {"generation": generation, "year": Grain.YEAR.rank},
    )
    last = rows[0][0]
    return last + timedelta(days=366) if isinstance(last, date) else date.min


_COLUMNS = (
    "generation, grain, series_id, start, value, total, count, last, least, most,"
    " known_gaps, expected"
)
_REPLACE = """
    ON CONFLICT (generation, grain, series_id, start) DO UPDATE SET
        value = excluded.value, total = excluded.total, count = excluded.count,
        last = excluded.last, least = excluded.least, most = excluded.most,
        known_gaps = excluded.known_gaps, expected = excluded.expected
"""
_SAME_ROLLUP = (
    "old.generation = %(generation)s AND old.grain = key.grain"
    " AND old.series_id = key.series_id AND old.start = key.start"
)


def write_finest(
    generation: int, keys: Iterable[tuple[int, date]], facts: dict[int, SeriesFacts]
) -> None:
    """Copy measurements to the finest grain: there a period is one measurement."""
    rows = [(facts[series].grain.rank, series, start) for series, start in keys]
    _run(
        f"""
        WITH key AS (
            SELECT * FROM unnest(%(grain)s::smallint[], %(series)s::bigint[], %(start)s::date[])
                AS key (grain, series_id, start)
        ), emptied AS (
            DELETE FROM kpi_rollups AS old USING key
            WHERE {_SAME_ROLLUP} AND NOT EXISTS (
                SELECT FROM measurements
                WHERE series_id = key.series_id AND on_date = key.start
            )
        )
        INSERT INTO kpi_rollups ({_COLUMNS})
        SELECT %(generation)s, key.grain, key.series_id, key.start, value, value,
            (value IS NOT NULL)::int, value, value, value, (value IS NULL)::int, 1
        FROM key
        JOIN measurements ON measurements.series_id = key.series_id AND on_date = key.start
        {_REPLACE}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(("grain", "series", "start"), rows)},
    )


# The number that a state stands for; the twin of rules.rollups.value_of.
VALUE_OF_STATE = """
    CASE aggregation
        WHEN 'sum' THEN total
        WHEN 'last' THEN last
        WHEN 'average' THEN mops_mean(total, count)
        WHEN 'min' THEN least
        WHEN 'max' THEN most
    END
"""


def write_coarse(generation: int, buckets: Collection[Bucket]) -> None:
    """Put periods together from finer ones; a period of nothing disappears."""
    names = ("grain", "series", "start", "end", "source", "aggregation", "expected")
    rows = [
        (b.grain.rank, b.series, b.start, b.end, b.source.rank, b.aggregation, b.expected)
        for b in buckets
    ]
    if not rows:
        return
    _run(
        f"""
        WITH key AS MATERIALIZED (
            SELECT key.*, finer.* FROM unnest(
                %(grain)s::smallint[], %(series)s::bigint[], %(start)s::date[], %(end)s::date[],
                %(source)s::smallint[], %(aggregation)s::text[], %(expected)s::int[]
            ) AS key (grain, series_id, start, until, source, aggregation, expected)
            CROSS JOIN LATERAL (
                SELECT count(*) AS parts, sum(total) AS total, sum(count) AS count,
                    (array_agg(last ORDER BY rollup.start DESC) FILTER (WHERE count > 0))[1]
                        AS last,
                    min(least) AS least, max(most) AS most, sum(known_gaps) AS known_gaps
                FROM kpi_rollups AS rollup
                WHERE generation = %(generation)s AND rollup.grain = key.source
                    AND rollup.series_id = key.series_id
                    AND rollup.start >= key.start AND rollup.start < key.until
            ) AS finer
        ), emptied AS (
            DELETE FROM kpi_rollups AS old USING key WHERE {_SAME_ROLLUP} AND key.parts = 0
        )
        INSERT INTO kpi_rollups ({_COLUMNS})
        SELECT %(generation)s, grain, series_id, start, {VALUE_OF_STATE}, total, count, last,
            least, most, known_gaps, expected
        FROM key WHERE parts > 0
        {_REPLACE}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(names, rows)},
    )


# The total over the values of segments; the twin of rules.rollups.combine.
VALUE_OF_SEGMENTS = """
    CASE segment_total
        WHEN 'sum' THEN value_sum
        WHEN 'average' THEN mops_mean(value_sum, value_count)
        WHEN 'min' THEN value_min
        WHEN 'max' THEN value_max
    END
"""


def write_totals(generation: int, buckets: Collection[TotalBucket]) -> None:
    """Compute totals over segments from the segments' rollups of the same period."""
    names = ("kpi", "series", "grain", "start", "segment_total", "expected")
    rows = [(b.kpi, b.series, b.grain.rank, b.start, b.segment_total, b.expected) for b in buckets]
    if not rows:
        return
    _run(
        f"""
        WITH key AS MATERIALIZED (
            SELECT key.*, parts.* FROM unnest(
                %(kpi)s::bigint[], %(series)s::bigint[], %(grain)s::smallint[],
                %(start)s::date[], %(segment_total)s::text[], %(expected)s::int[]
            ) AS key (kpi_id, series_id, grain, start, segment_total, expected)
            CROSS JOIN LATERAL (
                SELECT count(*) AS parts, sum(rollup.value) AS value_sum,
                    count(rollup.value) AS value_count, min(rollup.value) AS value_min,
                    max(rollup.value) AS value_max, sum(rollup.total) AS total,
                    sum(rollup.count) AS count, sum(rollup.known_gaps) AS known_gaps
                FROM goals_series AS series
                JOIN goals_segment AS segment ON segment.id = series.segment_id
                CROSS JOIN LATERAL (
                    SELECT value, total, count, known_gaps FROM kpi_rollups
                    WHERE generation = %(generation)s AND kpi_rollups.grain = key.grain
                        AND kpi_rollups.series_id = series.id
                        AND kpi_rollups.start = key.start
                    -- At most one; saying so keeps the planner at one index lookup per segment.
                    LIMIT 1
                ) AS rollup
                WHERE series.kpi_id = key.kpi_id AND segment.counts_in_total
            ) AS parts
        ), emptied AS (
            DELETE FROM kpi_rollups AS old USING key WHERE {_SAME_ROLLUP} AND key.parts = 0
        )
        INSERT INTO kpi_rollups ({_COLUMNS})
        SELECT %(generation)s, grain, series_id, start, {VALUE_OF_SEGMENTS}, total, count,
            NULL, NULL, NULL, known_gaps, expected
        FROM key WHERE parts > 0
        {_REPLACE}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(names, rows)},
    )


def write_computed(
    generation: int,
    rows: Collection[tuple[int, int, date, object, int, int, int]],
) -> None:
    """Store (grain, series, start, value, count, known gaps, expected) of formulas."""
    names = ("grain", "series", "start", "value", "count", "known_gaps", "expected")
    _run(
        f"""
        INSERT INTO kpi_rollups ({_COLUMNS})
        SELECT %(generation)s, grain, series_id, start, value, NULL, count, NULL, NULL, NULL,
            known_gaps, expected
        FROM unnest(%(grain)s::smallint[], %(series)s::bigint[], %(start)s::date[],
            %(value)s::numeric[], %(count)s::int[], %(known_gaps)s::int[], %(expected)s::int[]
        ) AS key (grain, series_id, start, value, count, known_gaps, expected)
        {_REPLACE}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(names, rows)},
    )


def drop(generation: int, keys: Collection[tuple[int, int, date]]) -> None:
    """Remove the rollups of (grain, series, start)."""
    _run(
        f"""
        DELETE FROM kpi_rollups AS old USING unnest(
            %(grain)s::smallint[], %(series)s::bigint[], %(start)s::date[]
        ) AS key (grain, series_id, start) WHERE {_SAME_ROLLUP}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(("grain", "series", "start"), keys)},
    )


def drop_kpis(generation: int, kpis: Collection[int]) -> None:
    """Remove all rollups of these KPIs."""
    _run(
        """
        DELETE FROM kpi_rollups
        WHERE generation = %(generation)s AND grain = ANY(%(grains)s) AND series_id IN (
            SELECT id FROM goals_series WHERE kpi_id = ANY(%(kpis)s)
        )
        """,
        {
            "generation": generation,
            "grains": [grain.rank for grain in Grain],
            "kpis": list(kpis),
        },
    )


def mark_kpis(workspace: int, kpis: Collection[int]) -> None:
    """Mark every measurement of these KPIs."""
    _run(
        """
        INSERT INTO dirty_marks (workspace_id, series_id, on_date)
        SELECT %(workspace)s, measurements.series_id, measurements.on_date
        FROM goals_series AS series JOIN measurements ON measurements.series_id = series.id
        WHERE series.kpi_id = ANY(%(kpis)s)
        """,
        {"workspace": workspace, "kpis": list(kpis)},
    )


def _arrays(names: Iterable[str], rows: Collection[tuple[object, ...]]) -> dict[str, list[object]]:
    columns: Iterable[Iterable[object]] = zip(*rows, strict=True) if rows else ()
    filled = dict(zip(names, map(list, columns), strict=False))
    return {name: filled.get(name, []) for name in names}


def _run(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _fetch(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
