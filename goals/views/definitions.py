"""Defining KPIs: new, changed, archived, from the library."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.errors import ConflictError, DomainError
from core.forms import conflict_page, form_page, rules_shown_on, version_in
from core.links import filter_menu
from core.undo import offer_undo
from goals.forms.kpis import KpiForm
from goals.models import Kpi
from goals.rules.library import LIBRARY
from goals.services import kpis
from goals.services.kpi_changes import changes_of
from goals.views.kpis import find_kpi, kpi_url, see
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def new_kpi(request: WorkspaceRequest) -> HttpResponse:
    initial = {"owner": request.membership.pk}
    form = KpiForm(request.POST or None, workspace=request.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            created = kpis.create_kpi(workspace=request.workspace, **form.cleaned_data)
            messages.success(request, _("“%(kpi)s” is set up.") % {"kpi": created.name})
            return see(request, created)
    return form_page(
        request,
        form,
        heading=_("New KPI"),
        submit=_("Create KPI"),
        cancel_url=reverse("goals:kpis", args=[request.workspace.slug]),
    )


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def edit_kpi(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Change a definition; somebody else's change meanwhile is shown, nothing typed is lost."""
    found = find_kpi(request, number)
    initial = {name: getattr(found, name) for name in KpiForm.base_fields}
    form = KpiForm(request.POST or None, workspace=request.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = version_in(request.POST)
        with rules_shown_on(form):
            try:
                changed = kpis.change_kpi(kpi=found, version=version, **form.cleaned_data)
            except ConflictError:
                return conflict_page(
                    request, form, stored=found, cancel_url=kpi_url(request, found)
                )
            _offer_way_back(request, found, changed)
            return see(request, changed)
    return form_page(
        request,
        form,
        heading=_("Edit %(kpi)s") % {"kpi": found.name},
        submit=_("Save"),
        cancel_url=kpi_url(request, found),
        version=found.version,
    )


def _offer_way_back(request: WorkspaceRequest, before: Kpi, after: Kpi) -> None:
    if all(getattr(before, name) == getattr(after, name) for name in KpiForm.base_fields):
        messages.success(request, _("Nothing was changed."))
        return
    change = changes_of(request.workspace).filter(pgh_obj_id=after.pk).latest("pgh_id")
    url = reverse("goals:undo-kpi-change", args=[request.workspace.slug, change.pgh_id])
    text = _("“%(kpi)s” is saved.") % {"kpi": after.name}
    offer_undo(request, text, f"{url}?{urlencode({'next': kpi_url(request, after)})}")


@workspace_view(Action.EDIT_KPIS)
@require_POST
def archive_kpi(request: WorkspaceRequest, number: int) -> HttpResponse:
    found = find_kpi(request, number)
    try:
        kpis.archive_kpi(kpi=found, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error))
        return see(request, found)
    back = reverse("goals:restore-kpi", args=[request.workspace.slug, number])
    offer_undo(request, _("“%(kpi)s” is archived.") % {"kpi": found.name}, back)
    url = reverse("goals:kpis", args=[request.workspace.slug])
    return HttpResponseRedirect(url, status=303)


@workspace_view(Action.EDIT_KPIS)
@require_POST
def restore_kpi(request: WorkspaceRequest, number: int) -> HttpResponse:
    found = find_kpi(request, number)
    try:
        kpis.restore_kpi(kpi=found)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("“%(kpi)s” is in use again.") % {"kpi": found.name})
    return see(request, found)


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def library(request: WorkspaceRequest) -> HttpResponse:
    """Offer ready KPIs, each added with one click together with the KPIs that it reads."""
    if request.method == "POST":
        code, owner = request.POST.get("code", ""), request.membership
        try:
            added = kpis.add_from_library(workspace=request.workspace, code=code, owner=owner)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            done = _("Added: %(names)s.") if added else _("This KPI is in use already.")
            messages.success(request, done % {"names": ", ".join(added)})
        return HttpResponseRedirect(request.path, status=303)
    have = set(Kpi.objects.for_workspace(request.workspace).values_list("code", flat=True))
    stage = request.GET.get("stage", "")
    groups = [
        {
            "label": kind.label,
            "ready": [
                {"kpi": ready, "stage": Kpi.Stage(ready.stage).label, "have": ready.code in have}
                for ready in LIBRARY
                if ready.kind == kind and stage in {"", ready.stage}
            ],
        }
        for kind in Kpi.Kind
    ]
    context = {
        "groups": [group for group in groups if group["ready"]],
        "menus": [filter_menu(request, "stage", _("Stage"), stage, list(Kpi.Stage.choices))],
    }
    return render(request, "goals/library.html", context)
