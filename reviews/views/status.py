"""The status page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from reviews.selectors.status import get_parts
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.EDIT_SETTINGS)
@require_safe
def status(request: WorkspaceRequest) -> HttpResponse:
    """Say how worker, numbers, imports and mail are."""
    parts = get_parts(request.workspace, at=clock.now(), whole_house=request.user.is_staff)
    return render(request, "reviews/status.html", {"parts": parts})
