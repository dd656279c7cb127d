"""The base of every API view."""

import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core import clock
from core.api.pagination import Cursor
from core.api.problems import Problem
from teams.api.idempotency import Replay, look_up, remember
from teams.models import Membership, User, Workspace
from teams.policy import Action

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class WorkspaceAPI(GenericViewSet[Any]):
    """
    What every endpoint has: one workspace, a policy per action, idempotent writes.

    ``policy`` maps each of the view's actions to what the caller must be allowed; an action that
    is missing from it is denied. ``parameters`` names the query parameters that each action
    understands, for lists besides those of paging; any other is refused.
    """

    # No OPTIONS: the description of the API says all that it would.
    http_method_names = ["get", "head", "post", "patch", "delete"]
    policy: dict[str, Action] = {}
    parameters: dict[str, set[str]] = {}
    pagination_class = Cursor

    @property
    def membership(self) -> Membership:
        membership: Membership = self.request._request.membership  # type: ignore[attr-defined]
        return membership

    @property
    def workspace(self) -> Workspace:
        return self.membership.workspace

    @property
    def user(self) -> User:
        return self.membership.user

    def read(self, serializer: Callable[..., Any], **kwargs: Any) -> dict[str, Any]:
        """Check the body and give its values."""
        checked = serializer(
            data=self.request.data, context={"workspace": self.workspace}, **kwargs
        )
        checked.is_valid(raise_exception=True)
        values: dict[str, Any] = checked.validated_data
        return values

    def answer(self, thing: Any, *, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(thing).data, status=code)

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.for_workspace(self.workspace)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in SAFE or "Idempotency-Key" not in request.headers:
            return super().dispatch(request, *args, **kwargs)
        # The stored answer and the effect share one transaction, which this opens.
        with transaction.atomic():
            response: Any = super().dispatch(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            elif request_hash := getattr(self, "_request_hash", None):
                key = request.headers["Idempotency-Key"]
                remember(self.membership, key, request_hash, response, at=clock.now())
        answer: HttpResponseBase = response
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _refuse_null_characters(request)
        self._refuse_unknown_parameters(request)
        key = request.headers.get("Idempotency-Key")
        if key and request.method not in SAFE:
            self._request_hash = look_up(request._request, self.membership, key)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Replay):
            exc.response["Idempotent-Replay"] = "true"
            return exc.response
        return super().handle_exception(exc)

    def _refuse_unknown_parameters(self, request: Request) -> None:
        known = self.parameters.get(self.action or "", set())
        if self.action == "list":
            known = known | {"cursor", "page_size"}
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            errors = [{"field": name, "detail": _("Unknown parameter.")} for name in unknown]
            raise Problem(400, _("A parameter is not known here."), errors)


def _refuse_null_characters(request: Request) -> None:
    """Refuse parameters that no stored text can equal, before the database does."""
    names = [name for name, value in request.query_params.items() if "\0" in value]
    if names:
        errors = [
            {"field": name, "detail": _("Null characters are not allowed.")} for name in names
        ]
        raise Problem(400, _("A parameter cannot be read."), errors)


def etag(version: int) -> str:
    return f'"{version}"'


def version_held(request: Request) -> int:
    """
    Read the version that the caller changed, from ``If-Match``.

    Raises:
        Problem: 428 if the header is missing, 400 if it is no version of ours.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise Problem(428, _("Send the ETag of the version that you changed in If-Match."))
    text = header.strip().removeprefix('"').removesuffix('"')
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Problem(400, _("If-Match must hold one ETag as this API gave it."))
    return int(text)
