"""Doors for workers: rollups, imports and sources."""

from celery import shared_task

from core import clock
from core.jobs import answers_bell, one_at_a_time, ring
from goals.services import imports, rollups, sources
from teams.models import Workspace


@shared_task
@answers_bell
def refresh_rollups(*, workspace_id: int) -> None:
    workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is not None:
        rollups.drain(workspace=workspace, at=clock.now())


@shared_task
@answers_bell
@one_at_a_time
def run_imports() -> None:
    while imports.run_next(at=clock.now()):
        pass
    sources.settle(at=clock.now())


@shared_task
@answers_bell
@one_at_a_time
def pull_sources() -> None:
    while sources.run_next(at=clock.now()):
        pass


@shared_task
def heartbeat() -> None:
    """
    Ring for marks, imports and pulls whose bell got lost, and for the sources that are due.

    Each workspace is drained by a task of its own: one that fails or takes long holds up nobody.
    """
    for workspace_id in rollups.workspaces_with_marks():
        ring("goals.tasks.refresh_rollups", workspace_id=workspace_id)
    ring("goals.tasks.run_imports")
    sources.plan_due(at=clock.now())
    ring("goals.tasks.pull_sources")
    imports.forget_files(at=clock.now())
    sources.forget_pulls(at=clock.now())
