"""Pages of breakdowns."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import ConflictError
from core.forms import rules_shown_on
from goals.forms.kpis import BreakdownForm
from goals.models import Breakdown, Segment
from goals.services import breakdowns
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.READ)
@require_safe
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the ways to cut numbers, with their segments."""
    rows = Breakdown.objects.for_workspace(request.workspace).order_by("name", "pk")
    context = {
        "breakdowns": rows.prefetch_related("segments", "kpis"),
        "may_edit": request.membership.may(Action.EDIT_KPIS),
    }
    return render(request, "goals/breakdowns.html", context)


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def new_breakdown(request: WorkspaceRequest) -> HttpResponse:
    form = BreakdownForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            breakdowns.create_breakdown(workspace=request.workspace, **form.cleaned_data)
            messages.success(request, _("The breakdown is set up."))
            return redirect("goals:breakdowns", request.workspace.slug)
    context = {
        "form": form,
        "heading": _("New breakdown"),
        "submit": _("Create breakdown"),
        "cancel_url": reverse("goals:breakdowns", args=[request.workspace.slug]),
    }
    return render(request, "goals/form_page.html", context, status=422 if form.errors else 200)


@workspace_view(Action.EDIT_KPIS)
@require_POST
def change_segment(request: WorkspaceRequest, number: int, deed: str) -> HttpResponse:
    """Take a segment out of totals or back, archive it or bring it back."""
    segments = Segment.objects.for_workspace(request.workspace)
    segment = get_object_or_404(segments.select_related("breakdown__workspace"), number=number)
    today = request.workspace.today(at=clock.now())
    deeds: dict[str, dict[str, Any]] = {
        "exclude": {"counts_in_total": False},
        "include": {"counts_in_total": True},
        "archive": {"archived_on": today},
        "restore": {"archived_on": None},
    }
    try:
        breakdowns.change_segment(segment=segment, version=segment.version, **deeds[deed])
    except ConflictError as error:
        messages.error(request, str(error))
    return redirect("goals:breakdowns", request.workspace.slug)
