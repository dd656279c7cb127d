"""The chats that hear of a week: list, add, test, remove."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.forms import rules_shown_on
from reviews.forms import ChatRoomForm
from reviews.models import ChatRoom
from reviews.selectors.chat import get_rooms
from reviews.services import chat
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def rooms(request: WorkspaceRequest) -> HttpResponse:
    """List the chats with what became of their last message; add one."""
    form = ChatRoomForm(request.POST or None, workspace=request.workspace)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            chat.add_room(**form.cleaned_data, by=request.membership)
            messages.success(request, _("The chat hears of each week from now on."))
            return redirect("reviews:chats", request.workspace.slug)
    context = {"form": form, "rooms": get_rooms(request.workspace)}
    return render(request, "reviews/chats.html", context, status=422 if form.errors else 200)


@workspace_view(Action.EDIT_SETTINGS)
@require_POST
def test_room(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send a room a test."""
    chat.ask_for_test(room=_room(request, pk), at=clock.now())
    messages.success(request, _("A test is on its way. Load this page again to see how it went."))
    return redirect("reviews:chats", request.workspace.slug)


@workspace_view(Action.EDIT_SETTINGS)
@require_POST
def remove_room(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Forget a room and its address."""
    chat.remove_room(room=_room(request, pk))
    messages.success(request, _("The chat is removed."))
    return redirect("reviews:chats", request.workspace.slug)


def _room(request: WorkspaceRequest, pk: int) -> ChatRoom:
    rooms = ChatRoom.objects.for_workspace(request.workspace)
    room: ChatRoom = get_object_or_404(rooms, pk=pk)
    return room
