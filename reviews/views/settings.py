"""The list of settings, and the menu of small screens."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core import clock
from goals.models import Breakdown
from reviews.models import ChatRoom
from reviews.selectors.runs import count_lost
from teams.access import WorkspaceRequest, workspace_view
from teams.models import ApiToken, Membership, Team
from teams.policy import Action


@workspace_view(Action.READ)
@require_safe
def settings(request: WorkspaceRequest) -> HttpResponse:
    """List what can be set, each with its present state in a line."""
    groups = [_numbers_group(request), _people_group(request)]
    if request.membership.may(Action.EDIT_SETTINGS):
        groups.insert(0, _workspace_group(request))
    return render(request, "reviews/settings.html", {"groups": groups})


def _row(request: WorkspaceRequest, name: str, icon: str, label: str, state: str) -> dict[str, Any]:
    url = reverse(name, args=[request.workspace.slug])
    return {"url": url, "icon": icon, "label": label, "state": state}


def _workspace_group(request: WorkspaceRequest) -> dict[str, Any]:
    here = request.workspace
    state = f"{here.name}, {here.timezone}, {here.currency}"
    tokens = ApiToken.objects.for_workspace(here).usable(at=clock.now()).count()
    begins = _("Weeks begin on %(day)s, the fiscal year in %(month)s") % {
        "day": here.get_week_start_display(),
        "month": here.get_fiscal_start_display(),
    }
    in_use = ngettext("%(count)d in use", "%(count)d in use", tokens) % {"count": tokens}
    return {
        "label": _("General"),
        "rows": [
            _row(request, "teams:general", "workspace", _("Workspace"), state),
            _row(request, "goals:calendar", "calendar", _("Calendar"), begins),
            _row(request, "teams:tokens", "key", _("API tokens"), in_use),
            _row(request, "teams:audit", "history", _("Audit trail"), ""),
            _row(request, "reviews:status", "clock", _("Status"), ""),
        ],
    }


def _people_group(request: WorkspaceRequest) -> dict[str, Any]:
    people = Membership.objects.active().for_workspace(request.workspace).count()
    teams = Team.objects.for_workspace(request.workspace).count()
    counted = ngettext("%(count)d person", "%(count)d people", people) % {"count": people}
    return {
        "label": _("People"),
        "rows": [
            _row(request, "teams:members", "people", _("Members"), counted),
            _row(request, "teams:teams", "people", _("Teams"), str(teams)),
        ],
    }


def _numbers_group(request: WorkspaceRequest) -> dict[str, Any]:
    breakdowns = Breakdown.objects.for_workspace(request.workspace).count()
    rows = [_row(request, "goals:breakdowns", "bars", _("Breakdowns"), str(breakdowns))]
    if request.membership.may(Action.RUN_IMPORTS):
        rows.append(_row(request, "goals:imports", "upload", _("Imports"), ""))
    if request.membership.may(Action.PREVIEW_DIGESTS):
        here = request.workspace
        day, time = here.get_digest_weekday_display(), f"{here.digest_time:%H:%M}"
        state = _("%(day)s, %(time)s") % {"day": day, "time": time}
        if lost := count_lost(here):
            state = _("%(state)s; %(count)d of the last may not have arrived") % {
                "state": state,
                "count": lost,
            }
        rows.append(_row(request, "reviews:digest", "mail", _("Weekly digest"), state))
    if request.membership.may(Action.EDIT_SETTINGS):
        chats = ChatRoom.objects.for_workspace(request.workspace).count()
        rows.append(_row(request, "reviews:chats", "people", _("Chats"), str(chats)))
    return {"label": _("Numbers and mail"), "rows": rows}


@workspace_view(Action.READ)
@require_safe
def menu(request: WorkspaceRequest) -> HttpResponse:
    """Show the whole navigation as a page, for small screens."""
    return render(request, "reviews/menu.html")
