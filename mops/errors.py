"""What people and programs see when something is missing, forbidden or broken."""

import logging
import re
import sys
from contextlib import suppress

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.api.problems import RETRY_AFTER, json_problem
from teams.access import enter
from teams.models import Membership
from teams.policy import Role

logger = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's form
    if _is_api(request):
        return json_problem(request, 404, _("There is nothing at this address."))
    _enter_own_workspace(request)
    return render(request, "404.html", status=404)


def _enter_own_workspace(request: HttpRequest) -> None:
    """Let members who missed a page of their workspace search there; the gate let nobody in yet."""
    below = re.match(r"/w/([-a-zA-Z0-9_]+)/", request.path)
    user = getattr(request, "user", None)
    if below and user is not None and user.is_authenticated:
        with suppress(Http404):
            enter(request, below[1])


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:  # noqa: ARG001  # Django's form
    """Say who can grant access, where the person is a member at all."""
    if _is_api(request):
        return json_problem(request, 403, _("Your role does not allow this."))
    return render(request, "403.html", {"admins": _admins(request)}, status=403)


def _admins(request: HttpRequest) -> list[str]:
    workspace = getattr(request, "workspace", None)
    if workspace is None:
        return []
    here = Membership.objects.active().for_workspace(workspace).at_least(Role.ADMIN)
    return [each.user.name for each in here.select_related("user").order_by("-role", "pk")[:5]]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's form
    if _is_api(request):
        return json_problem(request, 400, _("The request could not be read."))
    return render(request, "400.html", status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return json_problem(request, 413, _("Send at most 25 MB at once."))
    return render(request, "413.html", status=413)


def length_required(request: HttpRequest) -> HttpResponse:
    """Refuse what no browser sends, so there is no page for it."""
    return json_problem(request, 411, _("Send the body with its length, and not in chunks."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Tell a database that is restarting, which passes, from a fault of ours, which does not."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        if _is_api(request):
            return json_problem(request, 503, _("The database is restarting. Try again soon."))
        response = render(None, "503.html", status=503)
        response["Retry-After"] = str(RETRY_AFTER)
        return response
    if _is_api(request):
        return json_problem(request, 500, _("Something went wrong on our side."))
    return render(None, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's form
    return render(request, "403_csrf.html", status=403)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
