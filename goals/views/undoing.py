"""The way back from what was written and changed."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import clock
from core.errors import DomainError
from goals.models import Writing
from goals.services.kpi_changes import changes_of
from goals.services.kpi_changes import undo_kpi_change as change_back
from goals.services.measurement_rows import Author
from goals.services.target_changes import target_changes_of
from goals.services.target_changes import undo_targets as put_back
from goals.services.writings import undo_writing as take_back
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.ENTER_OWN_NUMBERS)
@require_POST
def undo_writing(request: WorkspaceRequest, writing: int) -> HttpResponse:
    """Put numbers back that were written or removed in one act."""
    found = get_object_or_404(Writing.objects.for_workspace(request.workspace), pk=writing)
    by = Author(membership=request.membership, source=_("My numbers"))
    try:
        undone = take_back(writing=found, by=by, at=clock.now()).undone
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _said(undone["kept"]))
    return _on(request)


def _said(kept: int) -> str:
    if not kept:
        return _("Undone: the numbers are what they were before.")
    text = ngettext(
        "Undone. %(count)d number stays, because it was changed since; Activity lists it.",
        "Undone. %(count)d numbers stay, because they were changed since; Activity lists them.",
        kept,
    )
    return text % {"count": kept}


@workspace_view(Action.EDIT_KPIS)
@require_POST
def undo_kpi_change(request: WorkspaceRequest, change: int) -> HttpResponse:
    """Make of a KPI what it was before one change."""
    found = get_object_or_404(changes_of(request.workspace), pgh_id=change)
    try:
        kpi = change_back(workspace=request.workspace, change=found, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = _("Undone: “%(kpi)s” is what it was before.")
        messages.success(request, text % {"kpi": kpi.name})
    return _on(request)


@workspace_view(Action.EDIT_KPIS)
@require_POST
def undo_targets(request: WorkspaceRequest, act: UUID) -> HttpResponse:
    """Make of targets what they were before they were set together."""
    if not target_changes_of(request.workspace).filter(pgh_context=act).exists():
        raise Http404
    try:
        count = put_back(workspace=request.workspace, act=act, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = ngettext(
            "Undone: %(count)d target is what it was before.",
            "Undone: %(count)d targets are what they were before.",
            count,
        )
        messages.success(request, text % {"count": count})
    return _on(request)


def _on(request: WorkspaceRequest) -> HttpResponse:
    """Go back to the page of the workspace where it was undone, or else to the activity."""
    here = reverse("reviews:home", args=[request.workspace.slug])
    asked = request.GET.get("next", "")
    url = (
        asked
        if asked.startswith(here)
        else reverse("reviews:activity", args=[request.workspace.slug])
    )
    return HttpResponseRedirect(url, status=303)
