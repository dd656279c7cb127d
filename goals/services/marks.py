"""Telling pages and rollups that numbers or definitions changed."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import F

from core.jobs import after_commit
from goals.models import DirtyMark, Kpi, NumbersState
from goals.services import locks, rollup_tables
from goals.services.formula_book import Book
from teams.models import Workspace

# A change of definition waits for a drain that is at work; a drain lasts seconds.
PATIENCE = timedelta(seconds=25)


def numbers_changed(workspace: Workspace) -> None:
    """
    Let no cached fragment of the workspace's numbers be used again.

    Call it last, after ``mark_kpis``: it holds what a drain needs to end.
    """
    rollup_tables.current_generation(workspace.pk)
    NumbersState.objects.filter(workspace=workspace).update(version=F("version") + 1)


def ring_for_rollups(workspace: Workspace) -> None:
    after_commit("goals.tasks.refresh_rollups", workspace_id=workspace.pk)


def mark_kpis(workspace: Workspace, kpis: Collection[Kpi]) -> None:
    """
    Recompute everything that the KPIs' definitions decide: their own rollups and their readers'.

    They are dropped at once, because numbers of the old definition would be wrong, and made anew
    by the next drain.
    """
    locks.hold_rollups(workspace.pk, patience=PATIENCE)
    changed, codes = {kpi.pk for kpi in kpis}, {kpi.code for kpi in kpis}
    plans = Book(workspace).plans()
    stale = [plan for plan in plans if plan.pk in changed or not codes.isdisjoint(plan.below)]
    measured = {needed.pk for plan in stale for needed in plan.inputs}
    measured |= {kpi.pk for kpi in kpis if not kpi.is_formula}
    generation = rollup_tables.current_generation(workspace.pk)
    rollup_tables.drop_kpis(generation, changed | {plan.pk for plan in stale})
    rollup_tables.mark_kpis(workspace.pk, measured)
    ring_for_rollups(workspace)


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
    ring_for_rollups(workspace)
