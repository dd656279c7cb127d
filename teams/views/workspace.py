"""Settings of a workspace, its end, its API tokens and its audit trail."""

from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import ConflictError
from core.forms import form_page, rules_shown_on, version_in
from teams.access import WorkspaceRequest, workspace_view
from teams.audit import Place, counts, latest
from teams.forms import DeleteWorkspaceForm, SettingsForm, TokenForm
from teams.models import ApiToken, Membership
from teams.policy import Action
from teams.services import tokens, workspaces


@workspace_view(Action.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def general(request: WorkspaceRequest) -> HttpResponse:
    """Change name, time zone, hours and deadlines."""
    workspace = request.workspace
    initial = {name: getattr(workspace, name) for name in SettingsForm.base_fields}
    form = SettingsForm(request.POST or None, initial=initial)
    version = request.POST.get("version", str(workspace.version))
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            try:
                workspaces.change_settings(
                    workspace=workspace, version=version_in(request.POST), **form.cleaned_data
                )
            except ConflictError:
                return _conflict(request, form)
            messages.success(request, _("Saved."))
            return redirect("teams:general", workspace.slug)
    context = {
        "form": form,
        "version": version,
        "may_delete": request.membership.may(Action.DELETE_WORKSPACE),
    }
    return render(request, "teams/general.html", context, status=422 if form.errors else 200)


def _conflict(request: WorkspaceRequest, form: SettingsForm) -> HttpResponse:
    """Show both texts of what differs."""
    rows = []
    for field in form:
        theirs, mine = field.initial, form.cleaned_data[field.name]
        if theirs != mine:
            words = {"theirs": _in_words(field, theirs), "mine": _in_words(field, mine)}
            rows.append({"label": field.label, **words})
    return render(request, "409.html", {"fields": rows, "theirs_url": request.path}, status=409)


def _in_words(field: BoundField, value: Any) -> str:
    words = dict(getattr(field.field, "choices", ()))
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(words.get(each, each)) for each in values)


@workspace_view(Action.DELETE_WORKSPACE)
@require_http_methods(["GET", "POST"])
def delete(request: WorkspaceRequest) -> HttpResponse:
    """Say what goes, and delete the workspace once its name is typed."""
    workspace = request.workspace
    form = DeleteWorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            typed = form.cleaned_data["name"]
            workspaces.delete_workspace(workspace=workspace, confirmed_name=typed)
            messages.success(request, _("%(name)s is deleted.") % {"name": workspace.name})
            return redirect(_after_the_end(request))
    context = {"form": form, "contents": counts(workspace)}
    return render(request, "teams/delete.html", context, status=422 if form.errors else 200)


def _after_the_end(request: WorkspaceRequest) -> str:
    """Lead to another workspace, or to one's own page; the demo's people are gone with it."""
    elsewhere = Membership.objects.active().filter(user=request.user).exists()
    return "root" if elsewhere or request.workspace.is_demo else "teams:profile"


@workspace_view(Action.MANAGE_TOKENS)
@require_safe
def token_list(request: WorkspaceRequest) -> HttpResponse:
    here = ApiToken.objects.for_workspace(request.workspace).select_related("membership__user")
    context = {"tokens": here.order_by("-created_at", "-pk"), "now": clock.now()}
    return render(request, "teams/tokens.html", context)


@workspace_view(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def new_token(request: WorkspaceRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    initial = {"member": request.membership.pk}
    form = TokenForm(request.POST or None, workspace=request.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        values, now = form.cleaned_data, clock.now()
        with rules_shown_on(form):
            token, secret = tokens.create_token(
                membership=values["member"],
                name=values["name"],
                scope=ApiToken.Scope(values["scope"]),
                kpi_codes=values["kpis"],
                expires_at=tokens.end_of_day(values["expires_on"], request.workspace, at=now),
                by=request.membership,
                at=now,
            )
            return render(request, "teams/token_made.html", {"token": token, "secret": secret})
    return form_page(
        request,
        form,
        heading=_("New API token"),
        submit=_("Make token"),
        cancel_url=reverse("teams:tokens", args=[request.workspace.slug]),
    )


@workspace_view(Action.MANAGE_TOKENS)
@require_POST
def revoke_token(request: WorkspaceRequest, pk: int) -> HttpResponse:
    here = ApiToken.objects.for_workspace(request.workspace)
    tokens.revoke_token(token=get_object_or_404(here, pk=pk), at=clock.now())
    messages.success(request, _("The token is revoked."))
    return redirect("teams:tokens", request.workspace.slug)


@workspace_view(Action.READ_AUDIT)
@require_safe
def audit(request: WorkspaceRequest) -> HttpResponse:
    """List who changed what, newest first."""
    before = Place.read(request.GET.get("before", ""))
    entries, more = latest(request.workspace, before=before)
    context = {"entries": entries, "more": more}
    return render(request, "teams/audit.html", context)
