"""The one gate for pages: who is it, in which workspace, and may they."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone

from core.htmx import HtmxHttpRequest
from teams.models import Membership, User, Workspace
from teams.policy import Action


class WorkspaceRequest(HtmxHttpRequest):
    """A request that passed the gate."""

    user: User  # the gate lets nobody anonymous through
    workspace: Workspace
    membership: Membership


class RoleTooLowError(PermissionDenied):
    """The member is known, but the role does not reach far enough; the 403 page says who helps."""


P = ParamSpec("P")
WorkspaceView = Callable[Concatenate[WorkspaceRequest, P], HttpResponse]


def workspace_view(action: Action) -> Callable[[WorkspaceView[P]], Callable[..., HttpResponse]]:
    """
    Open a page below ``/w/<workspace>/`` to members whose role allows ``action``.

    A workspace that does not exist and one that the person does not belong to are the same 404.
    The gate costs one query beyond the session's and the user's. It leaves its mark on the view,
    by which ``tests/architecture/test_access.py`` finds pages without a gate.
    """

    def decorate(view: WorkspaceView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def gated(
            request: WorkspaceRequest, workspace: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            enter(request, workspace)
            if not request.membership.may(action):
                raise RoleTooLowError
            # Every clock time on a page is the workspace's.
            with timezone.override(request.workspace.zone):
                return view(request, *args, **kwargs)

        gated.gate = action  # type: ignore[attr-defined]
        return gated

    return decorate


def enter(request: Any, slug: str) -> None:
    """Put the workspace and the membership on the request, or raise Http404."""
    membership = (
        Membership.objects.active()
        .select_related("workspace")
        .filter(workspace__slug=slug, user=request.user)
        .first()
    )
    if membership is None:
        raise Http404
    membership.user = request.user
    request.membership = membership
    request.workspace = membership.workspace
