"""Pages about the demo itself: building it anew, and removing it."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from mops.demo import build
from mops.demo.entrance import is_visitor, sign_in_visitor
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.DELETE_WORKSPACE)
@require_http_methods(["GET", "POST"])
def reset(request: WorkspaceRequest) -> HttpResponse:
    """Ask, then put the demo back to what it was, as of today."""
    _only_for_the_demo(request)
    if request.method == "GET":
        return render(request, "mops/reset_demo.html")
    visits = is_visitor(request.user)
    demo = build.reset_demo(at=clock.now())
    if visits:
        sign_in_visitor(request)  # as a new person: the demo's people were made anew
    messages.success(request, _("The demo is as it was on the first day."))
    return redirect(demo if visits else "root")


@workspace_view(Action.DELETE_WORKSPACE)
@require_http_methods(["GET", "POST"])
def remove(request: WorkspaceRequest) -> HttpResponse:
    """Ask, then remove the demo with all that is in it."""
    _only_for_the_demo(request)
    if request.method == "GET":
        return render(request, "mops/remove_demo.html")
    if is_visitor(request.user):
        logout(request)
    build.remove_demo()
    messages.success(request, _("The demo is removed."))
    return redirect("root")


def _only_for_the_demo(request: WorkspaceRequest) -> None:
    if not request.workspace.is_demo:
        raise Http404
