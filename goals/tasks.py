"""Doors for workers: rollups and imports."""

from celery import shared_task

from core import clock
from core.jobs import answers_bell
from goals.services import imports, rollups
from teams.models import Workspace


@shared_task
@answers_bell
def refresh_rollups(*, workspace_id: int) -> None:
    workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is not None:
        rollups.drain(workspace=workspace, at=clock.now())


@shared_task
@answers_bell
def run_imports() -> None:
    while imports.run_next(at=clock.now()):
        pass


@shared_task
def heartbeat() -> None:
    """Find marks and imports whose bell got lost."""
    for workspace in Workspace.objects.filter(pk__in=rollups.workspaces_with_marks()):
        rollups.drain(workspace=workspace, at=clock.now())
    run_imports()
    imports.forget_files(at=clock.now())
