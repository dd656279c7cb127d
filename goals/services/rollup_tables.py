"""The statements that read and write rollups, each set-based over arrays of keys."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import BigIntegerField

from core.periods import Grain
from goals.selectors.period_rows import PERIOD_ROWS
from goals.services.statements import fetch, run


@dataclass(frozen=True, slots=True)
class Bucket:
    """A period of a series that is put together from finer periods."""

    series: int
    aggregation: str
    grain: Grain
    start: date
    end: date
    source: Grain
    # The finer periods are the measurements themselves.
    own: bool
    expected: int


@dataclass(frozen=True, slots=True)
class TotalBucket:
    """A period of the total over a KPI's segments."""

    kpi: int
    series: int
    grain: Grain
    # The segments' periods are the measurements themselves.
    own: bool
    start: date
    segment_total: str
    expected: int


def pin_planner() -> None:
    """
    Let this transaction find rows by index only.

    The arrays of keys carry no statistics, so the planner may otherwise choose to scan the
    whole history for a handful of them, and a drain would cost more the longer one measures.
    """
    run(
        "SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan',"
        " 'enable_hashjoin', 'enable_mergejoin', 'enable_bitmapscan']) AS name",
        {},
    )


def take_marks(workspace: int, most: int) -> set[tuple[int, date]]:
    """
    Take the oldest marks; they are gone with the commit.

    Told by their range and not one by one, which a planner of stale statistics can turn into a
    search of all for each.
    """
    rows = fetch(
        """
        DELETE FROM dirty_marks WHERE workspace_id = %(workspace)s AND id <= coalesce((
            SELECT id FROM dirty_marks WHERE workspace_id = %(workspace)s
            ORDER BY id OFFSET %(most)s - 1 LIMIT 1
        ), %(any)s) RETURNING series_id, on_date
        """,
        {"workspace": workspace, "most": most, "any": BigIntegerField.MAX_BIGINT},
    )
    return {(series, day) for series, day in rows}


def current_generation(workspace: int) -> int:
    """Give the generation of rollups in use, opening the first one if there is none."""
    run(
        """
        INSERT INTO numbers_state (workspace_id, version, generation)
        VALUES (%(workspace)s, 1, nextval('rollup_generations'))
        ON CONFLICT (workspace_id) DO NOTHING
        """,
        {"workspace": workspace},
    )
    rows = fetch(
        "SELECT generation FROM numbers_state WHERE workspace_id = %(workspace)s",
        {"workspace": workspace},
    )
    generation: int = rows[0][0]
    return generation


def note_drain(workspace: int, at: datetime) -> None:
    run(
        "UPDATE numbers_state SET version = version + 1, drained_at = %(at)s"
        " WHERE workspace_id = %(workspace)s",
        {"workspace": workspace, "at": at},
    )


def horizon(generation: int) -> date:
    """Give a day after the last period that has rollups."""
    rows = fetch(
        "SELECT max(start) FROM kpi_rollups WHERE generation = %(generation)s AND grain = %(year)s",
        {"generation": generation, "year": Grain.YEAR.rank},
    )
    last = rows[0][0]
    return last + timedelta(days=366) if isinstance(last, date) else date.min


# The number of a longer period, by aggregation, from the rows of its parts; the twin of
# rules.rollups.merge.
MERGED = {
    "sum": "sum(value)",
    "last": "(array_agg(value ORDER BY start DESC) FILTER (WHERE value IS NOT NULL))[1]",
    "average": "mops_mean(sum(total), sum(count))",
    "min": "min(value)",
    "max": "max(value)",
}
# What a total over segments is, by rule, from the segments' rows; the twin of
# rules.rollups.combine.
COMBINED = {
    "sum": "sum(value)",
    "average": "mops_mean(sum(value), count(value))",
    "min": "min(value)",
    "max": "max(value)",
}
COLUMNS = "generation, grain, series_id, start, value, total, count, known_gaps, expected"
_REPLACE = """
    ON CONFLICT (generation, grain, series_id, start) DO UPDATE SET
        value = excluded.value, total = excluded.total, count = excluded.count,
        known_gaps = excluded.known_gaps, expected = excluded.expected
"""
_SAME_ROLLUP = (
    "old.generation = %(generation)s AND old.grain = key.grain"
    " AND old.series_id = key.series_id AND old.start = key.start"
)
# Stores what was put together in ``key``; a period without parts disappears.
_STORE = f"""
    , emptied AS (
        DELETE FROM kpi_rollups AS old USING key WHERE {_SAME_ROLLUP} AND key.parts = 0
    )
    INSERT INTO kpi_rollups ({COLUMNS})
    SELECT %(generation)s, grain, series_id, start, value, total, count, known_gaps, expected
    FROM key WHERE parts > 0
    {_REPLACE}
"""  # noqa: S608  # put together from constants


def _case(name: str, expressions: dict[str, str]) -> str:
    branches = " ".join(f"WHEN '{key}' THEN {sql}" for key, sql in expressions.items())
    return f"CASE {name} {branches} END"


def write_coarse(generation: int, buckets: Collection[Bucket]) -> None:
    """Put periods together from finer ones; a period of nothing disappears."""
    names = ("grain", "series", "start", "end", "source", "own", "aggregation", "expected")
    rows = [
        (b.grain.rank, b.series, b.start, b.end, b.source.rank, b.own, b.aggregation, b.expected)
        for b in buckets
    ]
    if not rows:
        return
    run(
        f"""
        WITH key AS MATERIALIZED (
            SELECT key.*, finer.* FROM unnest(
                %(grain)s::smallint[], %(series)s::bigint[], %(start)s::date[], %(end)s::date[],
                %(source)s::smallint[], %(own)s::bool[], %(aggregation)s::text[],
                %(expected)s::int[]
            ) AS key (grain, series_id, start, until, source, own, aggregation, expected)
            CROSS JOIN LATERAL (
                SELECT count(*) AS parts, {_case("key.aggregation", MERGED)} AS value,
                    CASE key.aggregation WHEN 'average' THEN sum(total) END AS total,
                    sum(count) AS count, sum(known_gaps) AS known_gaps
                FROM ({PERIOD_ROWS}) AS part
            ) AS finer
        ){_STORE}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(names, rows)},
    )


def write_totals(generation: int, buckets: Collection[TotalBucket]) -> None:
    """Compute totals over segments from the segments' numbers of the same period."""
    names = ("kpi", "series", "grain", "own", "start", "segment_total", "expected")
    rows = [
        (b.kpi, b.series, b.grain.rank, b.own, b.start, b.segment_total, b.expected)
        for b in buckets
    ]
    if not rows:
        return
    run(
        f"""
        WITH key AS MATERIALIZED (
            SELECT total.*, parts.* FROM unnest(
                %(kpi)s::bigint[], %(series)s::bigint[], %(grain)s::smallint[], %(own)s::bool[],
                %(start)s::date[], %(segment_total)s::text[], %(expected)s::int[]
            ) AS total (kpi_id, series_id, grain, own, start, segment_total, expected)
            CROSS JOIN LATERAL (
                SELECT count(*) AS parts, {_case("total.segment_total", COMBINED)} AS value,
                    NULL::numeric AS total, sum(part.count) AS count,
                    sum(part.known_gaps) AS known_gaps
                FROM (
                    SELECT series.id AS series_id, total.own, total.grain AS source,
                        total.start, total.start + 1 AS until
                    FROM goals_series AS series
                    JOIN goals_segment AS segment ON segment.id = series.segment_id
                    WHERE series.kpi_id = total.kpi_id AND segment.counts_in_total
                ) AS key
                -- At most one row; saying so keeps the planner at one index lookup per segment.
                CROSS JOIN LATERAL ({PERIOD_ROWS} LIMIT 1) AS part
            ) AS parts
        ){_STORE}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(names, rows)},
    )


def write_computed(
    generation: int,
    rows: Collection[tuple[int, int, date, object, int, int, int]],
) -> None:
    """Store (grain, series, start, value, count, known gaps, expected) of formulas."""
    names = ("grain", "series", "start", "value", "count", "known_gaps", "expected")
    run(
        f"""
        INSERT INTO kpi_rollups ({COLUMNS})
        SELECT %(generation)s, grain, series_id, start, value, NULL, count, known_gaps, expected
        FROM unnest(%(grain)s::smallint[], %(series)s::bigint[], %(start)s::date[],
            %(value)s::numeric[], %(count)s::int[], %(known_gaps)s::int[], %(expected)s::int[]
        ) AS key (grain, series_id, start, value, count, known_gaps, expected)
        {_REPLACE}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(names, rows)},
    )


def drop(generation: int, keys: Collection[tuple[int, int, date]]) -> None:
    """Remove the rollups of (grain, series, start)."""
    run(
        f"""
        DELETE FROM kpi_rollups AS old USING unnest(
            %(grain)s::smallint[], %(series)s::bigint[], %(start)s::date[]
        ) AS key (grain, series_id, start) WHERE {_SAME_ROLLUP}
        """,  # noqa: S608  # put together from constants
        {"generation": generation, **_arrays(("grain", "series", "start"), keys)},
    )


def drop_kpis(generation: int, kpis: Collection[int]) -> None:
    """Remove all rollups of these KPIs."""
    run(
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
    run(
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
