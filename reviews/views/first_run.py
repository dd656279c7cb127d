"""
The third and fourth step of the first run: what to begin with, and one's own numbers.

They stand on this floor because they are a walk through several rooms that ends on Home, and Home
says which of the steps are left. The two steps before there was a workspace are in
`mops.front_door`. All that these pages do could be done on the pages of KPIs, imports and targets,
so each of them can be left at any time, and opened again.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.errors import DomainError
from core.forms import rules_shown_on
from core.htmx import wants_fragment
from core.intake import ReadOptions
from goals.models import Import, Kpi
from goals.selectors.first_numbers import get_first_numbers, headline, left_out
from goals.selectors.import_account import get_account, progress_text, work_text
from goals.services import imports, scorecards
from goals.services.first_numbers import take_first_numbers
from reviews.forms import BeginningForm, FirstNumbersForm
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action
from teams.services import workspaces

State = Import.State


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def begin(request: WorkspaceRequest) -> HttpResponse:
    """Set up the scorecard to begin with, and the eight KPIs on it."""
    form = BeginningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            if form.chosen:
                scorecards.begin_with(
                    workspace=request.workspace, template=form.chosen, owner=request.membership
                )
            return redirect("reviews:first-numbers", request.workspace.slug)
    context = {"form": form, "kpis": _kpis(request).count()}
    status = 422 if form.errors else 200
    return render(request, "reviews/first_kpis.html", context, status=status)


@workspace_view(Action.RUN_IMPORTS)
@require_http_methods(["GET", "POST"])
def numbers(request: WorkspaceRequest) -> HttpResponse:
    """Take the history of the KPIs in, pasted or as a file."""
    is_sent = request.method == "POST"
    form = FirstNumbersForm(request.POST, request.FILES) if is_sent else FirstNumbersForm()
    if is_sent and form.is_valid():
        content, name = form.content()
        with rules_shown_on(form):
            row = imports.upload(
                content=content,
                filename=name,
                options=ReadOptions(),
                by=request.membership,
                at=clock.now(),
            )
            return HttpResponseRedirect(_matched(request, row), status=303)
    context = {
        "form": form,
        "kpis": [kpi.name for kpi in _kpis(request).measured().in_order()],
        "left": _left_behind(request),
    }
    status = 422 if form.errors else 200
    return render(request, "reviews/first_numbers.html", context, status=status)


def _left_behind(request: WorkspaceRequest) -> Import | None:
    """Find numbers that somebody brought here and did not import yet."""
    mine = Import.objects.for_workspace(request.workspace).filter(created_by=request.membership)
    rows = mine.filter(state__in=[State.CHECKING, State.CHECKED, State.APPLYING])
    found: Import | None = rows.defer("content").order_by("-number").first()
    return found


def _matched(request: WorkspaceRequest, row: Import) -> str:
    """Have the file checked as it is guessed, and say where one sees what comes of it."""
    try:
        imports.match(row=row, mapping=row.mapping)
    except DomainError as error:
        # There is something to be asked: the wizard's page does.
        messages.info(request, str(error))
        return row.get_absolute_url()
    return reverse("reviews:first-import", args=[request.workspace.slug, row.number])


@workspace_view(Action.EDIT_SETTINGS)
@require_POST
def hide(request: WorkspaceRequest) -> HttpResponse:
    """Put the list of what comes next away for good."""
    workspaces.hide_first_steps(workspace=request.workspace)
    return HttpResponseRedirect(request.workspace.get_absolute_url(), status=303)


@workspace_view(Action.RUN_IMPORTS)
@require_http_methods(["GET", "POST"])
def check(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Show what the numbers come to and which targets follow from them; then have all written."""
    here = Import.objects.for_workspace(request.workspace).select_related("workspace")
    row: Import = get_object_or_404(here.defer("content"), number=number)
    if request.method == "POST":
        try:
            take_first_numbers(row=row, by=request.membership, at=clock.now())
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(request.path, status=303)
    if row.is_working:
        return _working(request, row)
    if wants_fragment(request):
        return HttpResponse(headers={"HX-Redirect": request.path})
    if row.state == State.DONE:
        return redirect(request.workspace)
    if row.state not in {State.CHECKED, State.FAILED}:
        return redirect(row)  # where one goes on with it
    return render(request, "reviews/first_check.html", _account(request, row))


def _working(request: WorkspaceRequest, row: Import) -> HttpResponse:
    total, progress = progress_text(row)
    job = {
        "id": row.ref,
        "title": work_text(row),
        "url": request.path,
        "moving": True,
        "done": row.done,
        "total": total,
        "progress": progress,
        "text": _("You can leave this page; the work goes on."),
    }
    fragment = wants_fragment(request)
    template = "components/_job_card.html" if fragment else "reviews/first_job.html"
    return render(request, template, {"job": job})


def _account(request: WorkspaceRequest, row: Import) -> dict[str, Any]:
    context = {"row": row, "kpis": _kpis(request).count()}
    if row.state != State.CHECKED:
        return context
    language = translation.get_language() or "en"
    today = request.workspace.today(at=clock.now())
    lines = get_first_numbers(row, today=today, language=language)
    return context | {
        "headline": headline(row),
        "account": get_account(row),
        "lines": lines,
        "has_targets": any(line.target for line in lines),
        "left_out": left_out(row),
    }


def _kpis(request: WorkspaceRequest) -> Any:
    return Kpi.objects.for_workspace(request.workspace).active()
