"""Making all rollups of a workspace anew, beside those in use, and switching in one statement."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial

from django.db import connections, transaction
from django.db.models import F

from core.faults import crash_point
from core.periods import Grain
from goals.models import DirtyMark, NumbersState, Series
from goals.services import formula_rollups, locks, rollup_tables, series_facts
from goals.services.formula_book import Book
from goals.services.rebuild_shard import Shard
from goals.services.statements import fetch, run
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
        locks.read_calendar_again(workspace)
        yield
    finally:
        locks.release_rollups(workspace.pk)


def _begin(workspace: Workspace) -> tuple[int, int]:
    rollup_tables.current_generation(workspace.pk)
    ((current, left_behind, new),) = fetch(
        "UPDATE numbers_state SET building = nextval('rollup_generations')"
        " WHERE workspace_id = %(workspace)s RETURNING generation, old.building, new.building",
        {"workspace": workspace.pk},
    )
    if left_behind is not None:
        _clear(left_behind)
    return current, new


def _marks(workspace: Workspace) -> list[int]:
    """List the marks whose measurements the rebuild will see."""
    return list(DirtyMark.objects.filter(workspace=workspace).values_list("pk", flat=True))


def _span(workspace: Workspace) -> tuple[date | None, date | None]:
    ((first, last),) = fetch(
        """
        SELECT min(span.first), max(span.last)
        FROM goals_series AS series
        JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id AND kpi.workspace_id = %(workspace)s
        CROSS JOIN LATERAL (
            SELECT (SELECT on_date FROM measurements WHERE series_id = series.id
                    ORDER BY on_date LIMIT 1) AS first,
                   (SELECT on_date FROM measurements WHERE series_id = series.id
                    ORDER BY on_date DESC LIMIT 1) AS last
        ) AS span
        """,
        {"workspace": workspace.pk},
    )
    return first, last


def _build(workspace: Workspace, generation: int, span: tuple[date, date], tell: Tell) -> None:
    series = Series.objects.for_workspace(workspace).values_list("pk", flat=True)
    series_facts.note_first_values(series)
    steps = SHARDS + 1
    with ThreadPoolExecutor(SHARDS) as pool:
        work = partial(_build_shard, workspace, generation, span)
        for done, _result in enumerate(pool.map(work, range(SHARDS)), start=1):
            tell(done, steps)
    _build_formulas(workspace, generation, span)
    tell(steps, steps)


def _build_shard(
    workspace: Workspace, generation: int, span: tuple[date, date], shard: int
) -> None:
    """Build the measured KPIs of one shard, on this thread's own connection."""
    try:
        with transaction.atomic():
            Shard(workspace, generation, span, number=shard, of=SHARDS).build()
    finally:
        connections.close_all()


def _build_formulas(workspace: Workspace, generation: int, span: tuple[date, date]) -> None:
    """Compute formulas year by year, so that memory stays flat."""
    book, calendar = Book(workspace), workspace.calendar
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
    run("DELETE FROM dirty_marks WHERE id = ANY(%(marks)s)", {"marks": marks})
    NumbersState.objects.filter(workspace=workspace).update(
        generation=generation, building=None, version=F("version") + 1, drained_at=at
    )


def _clear(generation: int) -> None:
    run("DELETE FROM kpi_rollups WHERE generation = %(generation)s", {"generation": generation})
