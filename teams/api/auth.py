"""Who calls the API, and whether they may do what they ask for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from core import clock
from core.api.problems import Problem
from teams.models import ApiToken, Membership, User
from teams.services.tokens import find_token

if TYPE_CHECKING:
    # DRF's views import this module, by its settings.
    from rest_framework.views import APIView

WORKSPACE_HEADER = "X-Workspace"
CHALLENGE = 'Bearer realm="mops"'


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer mops_…``: the token says the member, and so the workspace."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(text.strip(), at=clock.now())
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not valid."))
        request._request.membership = token.membership  # type: ignore[attr-defined]
        return token.membership.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # DRF's signature
        return CHALLENGE


class SessionAuthentication(authentication.SessionAuthentication):
    """A browser's session, with its CSRF check; ``X-Workspace`` chooses among several."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found: Any = super().authenticate(request)
        if found is None:
            return None
        user, _nothing = found
        request._request.membership = self._membership(request, user)  # type: ignore[attr-defined]
        return user, None

    def _membership(self, request: Request, user: User) -> Membership:
        memberships = Membership.objects.active().filter(user=user).select_related("workspace")
        if slug := request.headers.get(WORKSPACE_HEADER):
            memberships = memberships.filter(workspace__slug=slug)
        found = list(memberships.order_by("pk")[:2])
        if len(found) == 1:
            found[0].user = user
            only: Membership = found[0]
            return only
        if found:
            detail = _("You belong to several workspaces: name one in the X-Workspace header.")
            raise Problem(400, detail)
        raise exceptions.PermissionDenied(_("You belong to no such workspace."))


class MayDoAction(permissions.BasePermission):
    """The member's role, and the token's scope, reach far enough for the view's action."""

    message = _lazy("Your role, or the scope of this token, does not allow this.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """
        Tell whether the caller may do this.

        Raises:
            NotAuthenticated: nobody says who calls.
            MethodNotAllowed: the address has no such method, and the caller may use another.
        """
        if getattr(request._request, "membership", None) is None:
            raise exceptions.NotAuthenticated(_("Send a token: Authorization: Bearer …"))
        method = str(request.method).lower()
        offered: Mapping[str, str] = getattr(view, "action_map", None) or {}
        if method in offered:
            return _may(request, view, method, offered[method])
        if any(_may(request, view, *each) for each in offered.items()):
            raise exceptions.MethodNotAllowed(method.upper())
        return False


def _may(request: Request, view: "APIView", method: str, action: str) -> bool:
    membership: Membership = request._request.membership  # type: ignore[attr-defined]
    needed = getattr(view, "policy", {}).get(action)
    if needed is None or not membership.may(needed):
        return False
    return not isinstance(request.auth, ApiToken) or _in_scope(request.auth, method, view)


def _in_scope(token: ApiToken, method: str, view: "APIView") -> bool:
    match token.scope:
        case ApiToken.Scope.WRITE:
            return True
        case ApiToken.Scope.READ:
            return method.upper() in permissions.SAFE_METHODS
        case ApiToken.Scope.MEASUREMENTS:
            # The view itself checks every row against the token's KPIs.
            return getattr(view, "takes_measurements", False)
    return False
