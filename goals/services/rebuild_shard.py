"""The measured KPIs' part of a rebuild: whole tables at a time, on one connection."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from core.periods import Grain
from goals.rules.rollups import CADENCE_GRAINS, Presence, source_grain
from goals.services import series_facts
from goals.services.rollup_tables import COLUMNS, COMBINED, MERGED
from goals.services.rollups import presence_of
from goals.services.series import find_or_make_series
from goals.services.statements import fetch, fill, run
from teams.models import Workspace

_MEASUREMENTS = """
    SELECT %(source)s::smallint AS grain, series_id, on_date AS start, value, value AS total,
        (value IS NOT NULL)::int AS count, (value IS NULL)::int AS known_gaps
    FROM measurements
"""
_ROLLUPS = """
    SELECT grain, series_id, start, value, total, count, known_gaps
    FROM kpi_rollups
    WHERE generation = %(generation)s AND grain = coalesce(%(source)s, grain)
"""


class Shard:
    """Every ``of``-th measured KPI, from its measurements to its years."""

    def __init__(
        self,
        workspace: Workspace,
        generation: int,
        span: tuple[date, date],
        *,
        number: int,
        of: int,
    ) -> None:
        self._workspace, self._generation, self._span = workspace, generation, span
        self._calendar = workspace.calendar
        self._number, self._of = number, of

    def build(self) -> None:
        self._lay_out_series()
        kinds = fetch("SELECT DISTINCT cadence, aggregation FROM shard_series", {})
        rules = fetch(
            "SELECT DISTINCT cadence, segment_total FROM shard_series"
            " WHERE segment_total IS NOT NULL",
            {},
        )
        self._lay_out_days({cadence for cadence, _aggregation in kinds})
        self._lay_out_totals()
        self._add_up_measurements(kinds, rules)
        # Rows of a generation that is just being made are in no statistics, so the planner takes
        # them for few and would look each of a million up one by one.
        run("SET LOCAL enable_nestloop = off", {})
        self._add_up_rollups(kinds, rules)

    def _add_up_measurements(
        self, kinds: list[tuple[str, str]], rules: list[tuple[str, str]]
    ) -> None:
        for cadence, aggregation in kinds:
            for grain, source in _sources(cadence):
                if source is CADENCE_GRAINS[cadence]:
                    self._merge(cadence, aggregation, grain, _MEASUREMENTS, source)
        for cadence, rule in rules:
            self._combine(cadence, rule, _MEASUREMENTS, CADENCE_GRAINS[cadence])

    def _add_up_rollups(self, kinds: list[tuple[str, str]], rules: list[tuple[str, str]]) -> None:
        for cadence, aggregation in kinds:
            for grain, source in _sources(cadence):
                if source is not CADENCE_GRAINS[cadence]:
                    self._merge(cadence, aggregation, grain, _ROLLUPS, source)
        for cadence, rule in rules:
            self._combine(cadence, rule, _ROLLUPS)

    def _lay_out_series(self) -> None:
        run("SET LOCAL statement_timeout = 0", {})
        run("SET LOCAL work_mem = '256MB'", {})
        run(
            """
            CREATE TEMPORARY TABLE shard_series ON COMMIT DROP AS
            SELECT series.id AS series_id, kpi.id AS kpi_id, kpi.aggregation, kpi.cadence,
                CASE WHEN segment.counts_in_total AND kpi.segment_total <> 'none'
                    THEN kpi.segment_total END AS segment_total
            FROM goals_series AS series
            JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id
            LEFT JOIN goals_segment AS segment ON segment.id = series.segment_id
            WHERE kpi.workspace_id = %(workspace)s AND kpi.id %% %(of)s = %(number)s
                AND kpi.aggregation <> 'formula'
            """,
            {"workspace": self._workspace.pk, "of": self._of, "number": self._number},
        )
        run("ANALYZE shard_series", {})

    def _lay_out_days(self, cadences: Iterable[str]) -> None:
        """Write down in which period each day, or each start of a finer period, falls."""
        run(
            "CREATE TEMPORARY TABLE shard_days (cadence text, grain smallint, day date,"
            " period date, expected int) ON COMMIT DROP",
            {},
        )
        _fill("shard_days", (row for cadence in cadences for row in self._days(cadence)))

    def _days(self, cadence: str) -> Iterator[tuple[str, int, date, date, int]]:
        for grain, source in _sources(cadence):
            for day in self._calendar.starts(source, *self._span):
                start = self._calendar.start(grain, day)
                expected = self._calendar.count(CADENCE_GRAINS[cadence], grain, start)
                yield cadence, grain.rank, day, start, expected

    def _merge(
        self, cadence: str, aggregation: str, grain: Grain, parts: str, source: Grain
    ) -> None:
        """Put the periods of a grain together from those of a finer one."""
        run(
            f"""
            INSERT INTO kpi_rollups ({COLUMNS})
            SELECT %(generation)s, %(grain)s, series_id, period, {MERGED[aggregation]},
                {"sum(total)" if aggregation == "average" else "NULL"}, sum(count),
                sum(known_gaps), expected
            FROM ({parts}) AS part
            JOIN shard_series USING (series_id)
            JOIN shard_days ON day = part.start
            WHERE shard_series.cadence = %(cadence)s AND aggregation = %(aggregation)s
                AND shard_days.cadence = %(cadence)s AND shard_days.grain = %(grain)s
            GROUP BY series_id, period, expected
            ORDER BY series_id, period
            """,  # noqa: S608  # put together from constants
            {
                "generation": self._generation,
                "cadence": cadence,
                "aggregation": aggregation,
                "grain": grain.rank,
                "source": source.rank,
            },
        )

    def _combine(self, cadence: str, rule: str, parts: str, source: Grain | None = None) -> None:
        """Compute totals over segments, period by period; for every grain without ``source``."""
        run(
            f"""
            INSERT INTO kpi_rollups ({COLUMNS})
            SELECT %(generation)s, grain, series_id, start, value, NULL, count, known_gaps,
                expected
            FROM (
                SELECT kpi_id, part.grain, part.start, {COMBINED[rule]} AS value,
                    sum(part.count) AS count, sum(part.known_gaps) AS known_gaps
                FROM ({parts}) AS part
                JOIN shard_series USING (series_id)
                WHERE cadence = %(cadence)s AND segment_total = %(rule)s
                GROUP BY kpi_id, part.grain, part.start
            ) AS combined
            JOIN shard_totals USING (kpi_id)
            JOIN shard_expectations USING (presence, grain, start)
            ORDER BY grain, series_id, start
            """,  # noqa: S608  # put together from constants
            {
                "generation": self._generation,
                "cadence": cadence,
                "rule": rule,
                "source": source.rank if source else None,
            },
        )

    def _lay_out_totals(self) -> None:
        """Write down what complete totals have, once for all KPIs that are present alike."""
        kpis = {
            kpi
            for (kpi,) in fetch(
                "SELECT DISTINCT kpi_id FROM shard_series WHERE segment_total IS NOT NULL", {}
            )
        }
        totals = find_or_make_series((kpi, None) for kpi in kpis)
        series_facts.note_first_totals(totals[kpi, None] for kpi in kpis)
        run(
            "CREATE TEMPORARY TABLE shard_totals (kpi_id bigint, series_id bigint, presence int)"
            " ON COMMIT DROP",
            {},
        )
        run(
            "CREATE TEMPORARY TABLE shard_expectations (presence int, grain smallint, start date,"
            " expected int) ON COMMIT DROP",
            {},
        )
        numbers: dict[Presence, int] = {}
        rows = [
            (kpi, totals[kpi, None], numbers.setdefault(presence_of(parts), len(numbers)))
            for kpi, parts in series_facts.segments_of(kpis).items()
        ]
        _fill("shard_totals", rows)
        _fill("shard_expectations", self._expectations(numbers))

    def _expectations(self, numbers: dict[Presence, int]) -> Iterator[tuple[int, int, date, int]]:
        for presence, number in numbers.items():
            for grain in presence.cadence.upwards():
                for start in self._calendar.starts(grain, *self._span):
                    expected = presence.expected(grain, start, self._calendar)
                    yield number, grain.rank, start, expected


def _sources(cadence: str) -> Iterator[tuple[Grain, Grain]]:
    """Give each grain above a cadence, with the finer one that it is put together from."""
    finest = CADENCE_GRAINS[cadence]
    return ((grain, source_grain(grain, finest)) for grain in finest.upwards()[1:])


def _fill(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put rows into a temporary table and let the planner know of them."""
    fill(table, rows)
    run(f"ANALYZE {table}", {})
