"""Putting scorecards together."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import ConflictError, DomainError
from core.forms import rules_shown_on, version_in
from core.htmx import render_page_or_fragment
from goals.forms.scorecards import Lines, ScorecardForm
from goals.models import Kpi, Scorecard
from goals.rules.scorecard_templates import TEMPLATES
from goals.services import scorecards
from goals.views.boards import find_scorecard
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def new_scorecard(request: WorkspaceRequest) -> HttpResponse:
    """Set up a scorecard: from a template, or line by line."""
    if template := request.POST.get("template"):
        return _from_template(request, template)
    lines = Lines.posted(request.POST, _kpis(request))
    return _editor(request, None, lines)


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def edit_scorecard(request: WorkspaceRequest, number: int) -> HttpResponse:
    found, kpis = find_scorecard(request, number), _kpis(request)
    posted = request.method == "POST"
    lines = Lines.posted(request.POST, kpis) if posted else Lines.stored(found, kpis)
    return _editor(request, found, lines)


@workspace_view(Action.EDIT_KPIS)
@require_POST
def remove_scorecard(request: WorkspaceRequest, number: int) -> HttpResponse:
    found = find_scorecard(request, number)
    try:
        scorecards.remove_scorecard(scorecard=found, version=version_in(request.POST))
    except ConflictError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(found.get_absolute_url(), status=303)
    message = _("The scorecard “%(name)s” is removed. Its KPIs stay.")
    messages.success(request, message % {"name": found.name})
    url = reverse("goals:kpis", args=[request.workspace.slug])
    return HttpResponseRedirect(url, status=303)


def _kpis(request: WorkspaceRequest) -> list[Kpi]:
    return list(Kpi.objects.for_workspace(request.workspace).in_order())


def _from_template(request: WorkspaceRequest, template: str) -> HttpResponse:
    try:
        made, added = scorecards.create_from_template(
            workspace=request.workspace, template=template, owner=request.membership
        )
    except DomainError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(request.path, status=303)
    messages.success(request, _("“%(name)s” is set up.") % {"name": made.name})
    if added:
        told = ngettext(
            "%(count)d KPI was added from the library, with you as its owner.",
            "%(count)d KPIs were added from the library, with you as their owner.",
            len(added),
        )
        messages.info(request, told % {"count": len(added)})
    return HttpResponseRedirect(made.get_absolute_url(), status=303)


def _editor(request: WorkspaceRequest, found: Scorecard | None, lines: Lines) -> HttpResponse:
    """Show the lines as they were put in order so far, or save them."""
    initial = {"name": found.name, "team": found.team_id, "place": found.place} if found else {}
    form = ScorecardForm(request.POST or None, workspace=request.workspace, initial=initial)
    deed, status = request.POST.get("deed", ""), 200
    if deed:
        lines.do(deed, request.POST)
        form.errors.clear()  # nothing is saved yet
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            with rules_shown_on(form):
                try:
                    saved = _save(request, found, form, lines)
                except ConflictError as error:
                    yours = _("What you see here is yours: saving it again replaces theirs.")
                    form.add_error(None, f"{error} {yours}")
                    status = 409
                else:
                    messages.success(request, _("Saved."))
                    return HttpResponseRedirect(saved.get_absolute_url(), status=303)
    version = found and found.version
    context = {
        "form": form,
        "scorecard": found,
        "lines": lines,
        "version": version if status == 409 else request.POST.get("version", version),
        "templates": [] if found else TEMPLATES.items(),
    }
    return render_page_or_fragment(
        request, "goals/scorecard_edit.html", "goals/_scorecard_lines.html", context, status=status
    )


def _save(
    request: WorkspaceRequest, found: Scorecard | None, form: ScorecardForm, lines: Lines
) -> Scorecard:
    values = {**form.cleaned_data, "lines": lines.lines}
    if found is None:
        return scorecards.create_scorecard(workspace=request.workspace, **values)
    version = version_in(request.POST)
    return scorecards.change_scorecard(scorecard=found, version=version, **values)
