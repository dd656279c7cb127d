"""What happened lately, and the way back."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.links import filter_menu, with_parameter
from reviews.selectors.activity import KINDS, get_activity
from teams.access import WorkspaceRequest, workspace_view
from teams.audit import Place
from teams.models import Membership
from teams.policy import Action


@workspace_view(Action.READ)
@require_safe
def activity(request: WorkspaceRequest) -> HttpResponse:
    """
    List who changed what, newest first, each act with its Undo.

    It goes on from a place and not by numbered pages: while somebody reads, more happens.
    """
    members = Membership.objects.for_workspace(request.workspace).by_name()
    people = {str(member.pk): member for member in members}
    kind, who = (request.GET.get(name, "") for name in ("kind", "who"))
    person = people.get(who)
    items, more = get_activity(
        request.membership,
        at=clock.now(),
        kind=kind,
        person=person,
        before=Place.read(request.GET.get("before", "")),
    )
    context = {
        "items": items,
        "older_url": with_parameter(request, "before", str(more)) if more else "",
        "is_cut": kind in KINDS or person is not None,
        "menus": [
            filter_menu(
                request, "kind", _("Kind"), kind if kind in KINDS else "",
                [(key, label) for key, (label, _models) in KINDS.items()],
            ),
            filter_menu(
                request, "who", _("Person"), who if person else "",
                [(key, member.user.name) for key, member in people.items()],
            ),
        ],
    }  # fmt: skip
    return render(request, "reviews/activity.html", context)
