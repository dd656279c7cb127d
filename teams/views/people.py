"""Members, invitations and teams."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import ConflictError, DomainError
from core.forms import conflict_page, form_page, rules_shown_on, version_in
from teams import ownership
from teams.access import WorkspaceRequest, workspace_view
from teams.forms import HeirForm, InvitationForm, JoinForm, RoleForm, TeamForm
from teams.models import Invitation, Membership, Team, User
from teams.policy import Action, Role, may_grant
from teams.services import invitations, members, teams

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@workspace_view(Action.READ)
@require_safe
def member_list(request: WorkspaceRequest) -> HttpResponse:
    here = Membership.objects.active().for_workspace(request.workspace)
    may_manage = request.membership.may(Action.MANAGE_MEMBERS)
    waiting = Invitation.objects.for_workspace(request.workspace).open(at=clock.now())
    context = {
        "members": here.select_related("user")
        .prefetch_related("teams")
        .order_by("-role", "user__name", "pk"),
        "invitations": [
            (invitation, may_grant(request.membership.role, old=None, new=invitation.role))
            for invitation in waiting.order_by("email")
            if may_manage
        ],
        "may_manage": may_manage,
    }
    return render(request, "teams/members.html", context)


def _member(request: WorkspaceRequest, pk: int) -> Membership:
    here = Membership.objects.active().for_workspace(request.workspace)
    found: Membership = get_object_or_404(here.select_related("user", "workspace"), pk=pk)
    return found


@workspace_view(Action.MANAGE_MEMBERS)
@require_http_methods(["GET", "POST"])
def member(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one member, what they own, and change their role."""
    found = _member(request, pk)
    form = RoleForm(request.POST or None, by=request.membership, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            members.change_role(
                membership=found, role=form.cleaned_data["role"], by=request.membership
            )
            messages.success(request, _("The role is changed."))
            return redirect("teams:member", request.workspace.slug, pk)
    return _member_page(request, found, form=form)


def _member_page(
    request: WorkspaceRequest,
    found: Membership,
    *,
    form: RoleForm | None = None,
    heir: HeirForm | None = None,
) -> HttpResponse:
    reachable = may_grant(request.membership.role, old=found.role, new=found.role)
    context = {
        "member": found,
        "form": form or RoleForm(by=request.membership, initial={"role": found.role}),
        "heir_form": heir or HeirForm(leaver=found),
        "holdings": ownership.holdings(found),
        "reachable": reachable,
    }
    wrong = (form and form.errors) or (heir and heir.errors)
    return render(request, "teams/member.html", context, status=422 if wrong else 200)


@workspace_view(Action.MANAGE_MEMBERS)
@require_POST
def hand_over(request: WorkspaceRequest, pk: int) -> HttpResponse:
    found = _member(request, pk)
    form = HeirForm(request.POST, leaver=found)
    if form.is_valid():
        with rules_shown_on(form):
            members.hand_over(leaver=found, heir=form.cleaned_data["heir"], by=request.membership)
            messages.success(request, _("Everything is handed over."))
            return redirect("teams:member", request.workspace.slug, pk)
    return _member_page(request, found, heir=form)


@workspace_view(Action.MANAGE_MEMBERS)
@require_POST
def deactivate(request: WorkspaceRequest, pk: int) -> HttpResponse:
    found = _member(request, pk)
    try:
        members.deactivate(membership=found, by=request.membership, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("teams:member", request.workspace.slug, pk)
    messages.success(request, _("%(person)s has left.") % {"person": found.user.name})
    return redirect("teams:members", request.workspace.slug)


@workspace_view(Action.MANAGE_MEMBERS)
@require_http_methods(["GET", "POST"])
def invite(request: WorkspaceRequest) -> HttpResponse:
    initial = {"role": Role.MEMBER}
    form = InvitationForm(request.POST or None, by=request.membership, initial=initial)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            invited = invitations.invite(
                text=form.cleaned_data["addresses"],
                role=form.cleaned_data["role"],
                by=request.membership,
                at=clock.now(),
            )
            said = ngettext(
                "%(count)d invitation is on its way.",
                "%(count)d invitations are on their way.",
                len(invited),
            )
            messages.success(request, said % {"count": len(invited)})
            return redirect("teams:members", request.workspace.slug)
    return form_page(
        request,
        form,
        heading=_("Invite people"),
        submit=_("Send invitations"),
        cancel_url=reverse("teams:members", args=[request.workspace.slug]),
    )


@workspace_view(Action.MANAGE_MEMBERS)
@require_POST
def withdraw(request: WorkspaceRequest, pk: int) -> HttpResponse:
    here = Invitation.objects.for_workspace(request.workspace)
    found = get_object_or_404(here, pk=pk, accepted_at=None)
    try:
        invitations.withdraw(invitation=found, by=request.membership)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation is withdrawn."))
    return redirect("teams:members", request.workspace.slug)


@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take an invitation up: as the person signed in, or as somebody new."""
    invitation = invitations.find(token, at=clock.now())
    if invitation is None:
        return _ended(request)
    try:
        if isinstance(request.user, User):
            return _join_signed_in(request, invitation)
        if User.objects.filter(email__iexact=invitation.email).exists():
            return _sign_in_first(request)
        return _join_new(request, invitation)
    except invitations.KnownPersonError:
        return _sign_in_first(request)
    except DomainError:
        return _ended(request)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('account_login')}?next={request.path}")


def _ended(request: HttpRequest) -> HttpResponse:
    return render(request, "teams/invitation_ended.html", status=410)


def _join_signed_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or user.email.lower() != invitation.email.lower():
        raise Http404
    if request.method == "POST":
        membership = invitations.accept(invitation=invitation, user=user, at=clock.now())
        return redirect(membership.workspace)
    return render(request, "teams/join.html", {"invitation": invitation})


def _join_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        membership = invitations.accept_as_new(
            invitation=invitation,
            **form.cleaned_data,
            language=request.LANGUAGE_CODE,
            at=clock.now(),
        )
        login(request, membership.user, backend=BACKEND)
        return redirect(membership.workspace)
    context = {"invitation": invitation, "form": form}
    return render(request, "teams/join.html", context, status=422 if form.errors else 200)


@workspace_view(Action.MANAGE_MEMBERS)
@require_POST
def delete_team(request: WorkspaceRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team.objects.for_workspace(request.workspace), pk=pk)
    try:
        teams.delete_team(team=team, version=version_in(request.POST))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(team)s is deleted.") % {"team": team.name})
    return redirect("teams:teams", request.workspace.slug)


@workspace_view(Action.READ)
@require_safe
def team_list(request: WorkspaceRequest) -> HttpResponse:
    here = Team.objects.for_workspace(request.workspace).order_by("name", "pk")
    context = {
        "teams": here.prefetch_related("members__user"),
        "may_manage": request.membership.may(Action.MANAGE_MEMBERS),
    }
    return render(request, "teams/teams.html", context)


@workspace_view(Action.MANAGE_MEMBERS)
@require_http_methods(["GET", "POST"])
def edit_team(request: WorkspaceRequest, pk: int | None = None) -> HttpResponse:
    """Create a team, or rename it and choose who belongs to it."""
    here = Team.objects.for_workspace(request.workspace)
    team = get_object_or_404(here, pk=pk) if pk is not None else None
    initial = {"name": team.name, "members": team.members.all()} if team else {}
    form = TeamForm(request.POST or None, workspace=request.workspace, initial=initial)
    cancel_url = reverse("teams:teams", args=[request.workspace.slug])
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            try:
                _save_team(request, team, form.cleaned_data)
            except ConflictError:
                stored = get_object_or_404(here, pk=pk)
                return conflict_page(request, form, stored=stored, cancel_url=cancel_url)
            messages.success(request, _("Saved."))
            return redirect(cancel_url)
    context = {
        "form": form,
        "team": team,
        "heading": team.name if team else _("New team"),
        "submit": _("Save"),
        "cancel_url": cancel_url,
        "version": team and request.POST.get("version", team.version),
    }
    return render(request, "teams/team.html", context, status=422 if form.errors else 200)


def _save_team(request: WorkspaceRequest, team: Team | None, values: Mapping[str, Any]) -> None:
    if team is None:
        teams.create_team(workspace=request.workspace, **values)
    else:
        teams.change_team(team=team, version=version_in(request.POST), **values)
