"""Telling pages and rollups that a definition changed."""

from datetime import timedelta

from django.db import connection
from django.db.models import F

from goals.models import DirtyMark, Kpi, NumbersState
from goals.services import locks, rollup_tables
from goals.services.formula_book import Book
from teams.models import Workspace

# A change of definition waits for a drain that is at work; a drain lasts seconds.
PATIENCE = timedelta(seconds=25)


def numbers_changed(workspace: Workspace) -> None:
    """Let no cached fragment of the workspace's numbers be used again."""
    rollup_tables.current_generation(workspace.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE numbers_state SET version = version + 1 WHERE workspace_id = %s",
            [workspace.pk],
        )


def mark_kpi(kpi: Kpi) -> None:
    """
    Recompute everything that a KPI's definition decides: its own rollups and its readers'.

    They are dropped at once, because numbers of the old definition would be wrong, and made anew
    by the next drain.
    """
    locks.hold_rollups(kpi.workspace_id, patience=PATIENCE)
    plans = Book(kpi.workspace).plans()
    stale = [plan for plan in plans if kpi.code in plan.below or plan.pk == kpi.pk]
    measured = {needed.pk for plan in stale for needed in plan.inputs}
    if not kpi.is_formula:
        measured.add(kpi.pk)
    generation = rollup_tables.current_generation(kpi.workspace_id)
    rollup_tables.drop_kpis(generation, {kpi.pk} | {plan.pk for plan in stale})
    rollup_tables.mark_kpis(kpi.workspace_id, measured)


def mark_everything(workspace: Workspace) -> None:
    """Drop all rollups of a workspace; the next drains make them anew, and pages say so."""
    locks.hold_rollups(workspace.pk, patience=PATIENCE)
    generation = rollup_tables.current_generation(workspace.pk)
    kpis = Kpi.objects.for_workspace(workspace).values_list("pk", flat=True)
    rollup_tables.drop_kpis(generation, kpis)
    DirtyMark.objects.filter(workspace=workspace).delete()
    rollup_tables.mark_kpis(workspace.pk, kpis)
    NumbersState.objects.filter(workspace=workspace).update(
        version=F("version") + 1, drained_at=None
    )
