"""Making all rollups of a workspace anew, beside those in use, and switching in one statement."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import connection, connections, transaction

from core.faults import crash_point
from core.periods import Grain
from goals.rules.rollups import CADENCE_GRAINS, Presence, source_grain
from goals.services import formula_rollups, locks, rollup_tables
from goals.services.rollup_tables import VALUE_OF_SEGMENTS, VALUE_OF_STATE
from goals.services.rollups import presence_of
from goals.services.series import find_or_make_series
from teams.models import Workspace

# One connection per core of the database server's smallest machine.
SHARDS = 2
Tell = Callable[[int, int], None]


def rebuild(*, workspace: Workspace, at: datetime, tell: Tell = lambda _done, _all: None) -> None:
    """
    Recompute every rollup of a workspace from its measurements.

    Pages go on reading the old rollups until the new ones are complete. Writes go on as well:
    their marks are drained after the switch. Killed at any point it leaves the old rollups in
    use, and its own rows for the next rebuild to clear away. ``tell`` hears (steps done, all).
    """
    with _alone(workspace):
        old, new = _begin(workspace)
        marks = _marks(workspace)
        first, last = _span(workspace)
        if first is not None and last is not None:
            _build(workspace, new, (first, last), tell)
        crash_point("rebuild.before_switch")
        _switch(workspace, new, marks, at)
    _clear(old)


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Keep drains and other rebuilds out, over several transactions."""
    locks.hold_rollups_for_session(workspace.pk)
    try:
        yield
    finally:
        locks.release_rollups(workspace.pk)


def _begin(workspace: Workspace) -> tuple[int, int]:
    rollup_tables.current_generation(workspace.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE numbers_state SET building = nextval('rollup_generations')"
            " WHERE workspace_id = %s RETURNING generation, old.building, new.building",
            [workspace.pk],
        )
        current, left_behind, new = cursor.fetchone()
    if left_behind is not None:
        _clear(left_behind)
    return current, new


def _marks(workspace: Workspace) -> list[int]:
    """List the marks whose measurements the rebuild will see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM dirty_marks WHERE workspace_id = %s", [workspace.pk])
        return [row[0] for row in cursor.fetchall()]


_OF_WORKSPACE = """
    FROM goals_series AS series
    JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id AND kpi.workspace_id = %(workspace)s
"""


def _span(workspace: Workspace) -> tuple[date | None, date | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT min(span.first), max(span.last) {_OF_WORKSPACE}
            CROSS JOIN LATERAL (
                SELECT (SELECT on_date FROM measurements WHERE series_id = series.id
                        ORDER BY on_date LIMIT 1) AS first,
                       (SELECT on_date FROM measurements WHERE series_id = series.id
                        ORDER BY on_date DESC LIMIT 1) AS last
            ) AS span
            """,  # noqa: S608  # put together from constants
            {"workspace": workspace.pk},
        )
        first, last = cursor.fetchone()
    return first, last


def _build(workspace: Workspace, generation: int, span: tuple[date, date], tell: Tell) -> None:
    _find_first_values(workspace)
    steps = SHARDS + 1
    with ThreadPoolExecutor(SHARDS) as pool:
        work = partial(_build_shard, workspace, generation, span)
        for done, _result in enumerate(pool.map(work, range(SHARDS)), start=1):
            tell(done, steps)
    _build_formulas(workspace, generation, span)
    tell(steps, steps)


def _find_first_values(workspace: Workspace) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT series.id {_OF_WORKSPACE}", {"workspace": workspace.pk}
        )  # constants
        series = [row[0] for row in cursor.fetchall()]
    rollup_tables.note_first_values(series)


def _build_shard(
    workspace: Workspace, generation: int, span: tuple[date, date], shard: int
) -> None:
    """Build the measured KPIs of one shard, on this thread's own connection."""
    try:
        with transaction.atomic():
            shard_builder = _Shard(workspace, generation, span, shard)
            shard_builder.build()
    finally:
        connections.close_all()


class _Shard:
    """The KPIs whose key leaves the shard's remainder, grain by grain."""

    def __init__(
        self, workspace: Workspace, generation: int, span: tuple[date, date], shard: int
    ) -> None:
        self._workspace, self._generation, self._span = workspace, generation, span
        self._calendar = workspace.calendar
        self._values = {
            "workspace": workspace.pk,
            "generation": generation,
            "shards": SHARDS,
            "shard": shard,
        }

    def build(self) -> None:
        self._make_tables()
        self._finest()
        for grain in list(Grain)[1:]:
            self._coarse(grain)
        self._totals()

    def _run(self, statement: str, **more: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self._values, **more})

    def _make_tables(self) -> None:
        """Lay out which series there are, and in which period each day falls."""
        self._run("SET LOCAL statement_timeout = 0")
        # Rows of a generation that is just being made are in no statistics, so the planner takes
        # them for few and would look each of a million up one by one.
        self._run("SET LOCAL enable_nestloop = off")
        self._run("SET LOCAL work_mem = '256MB'")
        self._run(
            f"""
            CREATE TEMPORARY TABLE shard_series ON COMMIT DROP AS
            SELECT series.id AS series_id, kpi.id AS kpi_id, series.segment_id, kpi.aggregation,
                kpi.cadence, kpi.segment_total {_OF_WORKSPACE}
            WHERE kpi.id %% %(shards)s = %(shard)s AND kpi.aggregation <> 'formula'
            """  # put together from constants
        )
        self._run(
            "CREATE TEMPORARY TABLE shard_days (source smallint, grain smallint, cadence text,"
            " day date, start date, expected int) ON COMMIT DROP"
        )
        _copy("shard_days", self._days())
        self._run("ANALYZE shard_series")
        self._run("ANALYZE shard_days")

    def _days(self) -> Iterator[tuple[int, int, str, date, date, int]]:
        first, last = self._span
        for name, cadence in CADENCE_GRAINS.items():
            for grain in cadence.upwards()[1:]:
                source = source_grain(grain, cadence)
                for day in self._calendar.starts(source, first, last):
                    start = self._calendar.start(grain, day)
                    expected = self._calendar.count(cadence, grain, start)
                    yield source.rank, grain.rank, name, day, start, expected

    def _finest(self) -> None:
        for name, grain in CADENCE_GRAINS.items():
            self._run(
                """
                INSERT INTO kpi_rollups (generation, grain, series_id, start, value, total,
                    count, last, least, most, known_gaps, expected)
                SELECT %(generation)s, %(grain)s, series_id, on_date, value, value,
                    (value IS NOT NULL)::int, value, value, value, (value IS NULL)::int, 1
                FROM shard_series JOIN measurements USING (series_id)
                WHERE cadence = %(cadence)s ORDER BY series_id, on_date
                """,
                cadence=name,
                grain=grain.rank,
            )

    def _coarse(self, grain: Grain) -> None:
        self._run(
            f"""
            INSERT INTO kpi_rollups (generation, grain, series_id, start, value, total,
                count, last, least, most, known_gaps, expected)
            SELECT %(generation)s, %(grain)s, series_id, start, {VALUE_OF_STATE}, total, count,
                last, least, most, known_gaps, expected
            FROM (
                SELECT series.series_id, series.aggregation, days.start, days.expected,
                    sum(finer.total) AS total, sum(finer.count) AS count,
                    (array_agg(finer.last ORDER BY finer.start DESC)
                        FILTER (WHERE finer.count > 0))[1] AS last,
                    min(finer.least) AS least, max(finer.most) AS most,
                    sum(finer.known_gaps) AS known_gaps
                FROM shard_series AS series
                JOIN shard_days AS days
                    ON days.cadence = series.cadence AND days.grain = %(grain)s
                JOIN kpi_rollups AS finer ON finer.generation = %(generation)s
                    AND finer.grain = days.source AND finer.series_id = series.series_id
                    AND finer.start = days.day
                GROUP BY series.series_id, series.aggregation, days.start, days.expected
            ) AS merged
            ORDER BY series_id, start
            """,  # noqa: S608  # put together from constants
            grain=grain.rank,
        )

    def _totals(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT kpi_id FROM shard_series"
                " WHERE segment_id IS NOT NULL AND segment_total <> 'none'"
            )
            kpis = {row[0] for row in cursor.fetchall()}
        if not kpis:
            return
        totals = find_or_make_series((kpi, None) for kpi in kpis)
        rollup_tables.note_first_totals(totals[kpi, None] for kpi in kpis)
        self._lay_out_expectations(kpis, totals)
        self._run(
            f"""
            INSERT INTO kpi_rollups (generation, grain, series_id, start, value, total,
                count, last, least, most, known_gaps, expected)
            SELECT %(generation)s, grain, series_id, start, {VALUE_OF_SEGMENTS}, total, count,
                NULL, NULL, NULL, known_gaps, expected
            FROM (
                SELECT series.kpi_id, part.grain, part.start, sum(part.value) AS value_sum,
                    count(part.value) AS value_count, min(part.value) AS value_min,
                    max(part.value) AS value_max, sum(part.total) AS total,
                    sum(part.count) AS count, sum(part.known_gaps) AS known_gaps
                FROM shard_series AS series
                JOIN goals_segment AS segment ON segment.id = series.segment_id
                    AND segment.counts_in_total
                JOIN kpi_rollups AS part ON part.generation = %(generation)s
                    AND part.series_id = series.series_id
                GROUP BY series.kpi_id, part.grain, part.start
            ) AS parts
            JOIN shard_totals USING (kpi_id)
            JOIN shard_expectations USING (presence, grain, start)
            ORDER BY grain, series_id, start
            """  # noqa: S608  # put together from constants
        )

    def _lay_out_expectations(self, kpis: set[int], totals: dict[Any, int]) -> None:
        """Write down what complete totals have, once for all KPIs that are present alike."""
        self._run(
            "CREATE TEMPORARY TABLE shard_totals (kpi_id bigint, series_id bigint,"
            " segment_total text, presence int) ON COMMIT DROP"
        )
        self._run(
            "CREATE TEMPORARY TABLE shard_expectations (presence int, grain smallint, start date,"
            " expected int) ON COMMIT DROP"
        )
        numbers: dict[Presence, int] = {}
        rows = [
            (
                kpi,
                totals[kpi, None],
                parts[0].segment_total,
                numbers.setdefault(presence_of(parts), len(numbers)),
            )
            for kpi, parts in rollup_tables.segments_of(kpis).items()
        ]
        _copy("shard_totals", rows)
        _copy("shard_expectations", self._expectations(numbers))
        self._run("ANALYZE shard_totals")
        self._run("ANALYZE shard_expectations")

    def _expectations(self, numbers: dict[Presence, int]) -> Iterator[tuple[int, int, date, int]]:
        for presence, number in numbers.items():
            for grain in presence.cadence.upwards():
                for start in self._calendar.starts(grain, *self._span):
                    expected = presence.expected(grain, start, self._calendar)
                    yield number, grain.rank, start, expected


def _copy(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _build_formulas(workspace: Workspace, generation: int, span: tuple[date, date]) -> None:
    """Compute formulas year by year, so that memory stays flat."""
    book, calendar = formula_rollups.Book(workspace), workspace.calendar
    first, last = span
    for plan in book.plans():
        places = formula_rollups.places_of(plan)
        for year in calendar.starts(Grain.YEAR, first, last):
            end = calendar.last_day(Grain.YEAR, year)
            periods = {
                (grain, calendar.start(grain, start))
                for start in calendar.starts(plan.grain, year, end)
                if calendar.start(Grain.YEAR, start) == year
                for grain in plan.grain.upwards()
            }
            with transaction.atomic():
                formula_rollups.compute(
                    book,
                    plan,
                    generation=generation,
                    calendar=calendar,
                    wanted=dict.fromkeys(places, periods),
                )


@transaction.atomic
def _switch(workspace: Workspace, generation: int, marks: list[int], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dirty_marks WHERE id = ANY(%s)", [marks])
        cursor.execute(
            "UPDATE numbers_state SET generation = %s, building = NULL, version = version + 1,"
            " drained_at = %s WHERE workspace_id = %s",
            [generation, at, workspace.pk],
        )


def _clear(generation: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kpi_rollups WHERE generation = %s", [generation])
