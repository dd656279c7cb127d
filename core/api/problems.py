"""Errors of the API as problem details (RFC 9457)."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from core.api.catalogue import kind_of
from core.errors import BusyError, ConflictError, DomainError, NotAllowedError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# Seconds after which a client may try again while the database is away or something is at work.
RETRY_AFTER = 5

RowErrors = list[dict[str, Any]]


class Problem(exceptions.APIException):
    """An error with a status, a sentence and, where there are several, one entry each."""

    def __init__(self, status: int, detail: str, errors: RowErrors | None = None) -> None:
        super().__init__(detail)
        self.status_code = status
        self.errors = errors


def body(status: int, detail: str, path: str, errors: RowErrors | None = None) -> dict[str, Any]:
    """Build the members of a problem; ``errors`` lists {field or index, detail} entries."""
    kind = kind_of(status)
    problem: dict[str, Any] = {
        "type": kind.uri,
        "title": kind.title,
        "status": status,
        "detail": detail,
        "instance": path,
    }
    if errors:
        problem["errors"] = errors
    return problem


def json_problem(request: HttpRequest, status: int, detail: str) -> JsonResponse:
    """Answer with a problem outside DRF: from an error handler or a middleware."""
    response = JsonResponse(
        body(status, detail, request.path), status=status, content_type=MEDIA_TYPE
    )
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; what is not foreseen here becomes a plain 500."""
    known = _as_known(error)
    if known is None:
        return None
    status, detail, errors = known
    request: HttpRequest = context["request"]
    headers = dict(getattr(error, "headers", None) or {})
    if (scheme := getattr(error, "auth_header", None)) and status == 401:
        headers["WWW-Authenticate"] = scheme
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER)
    return Response(
        body(status, detail, request.path, errors),
        status=status,
        headers=headers,
        content_type=MEDIA_TYPE,
    )


def _as_known(error: Exception) -> tuple[int, str, RowErrors | None] | None:
    if isinstance(error, DomainError):
        return _broken_rule(error)
    match error:
        case Problem():
            return error.status_code, str(error.detail), error.errors
        case exceptions.ValidationError():
            return 400, _("Some values are not valid."), field_errors(error.detail)
        case exceptions.APIException():
            return error.status_code, str(error.detail), None
        case Http404():
            return 404, _("There is nothing at this address."), None
        case PermissionDenied():
            return 403, _("Your role does not allow this."), None
        case OperationalError() | InterfaceError():
            logger.warning("The database did not answer: %s", error)
            return 503, _("The database is restarting. Try again in a few seconds."), None
    return None


def _broken_rule(error: DomainError) -> tuple[int, str, RowErrors | None]:
    status = 422
    if isinstance(error, ConflictError):
        status = 409
    elif isinstance(error, NotAllowedError):
        status = 403
    elif isinstance(error, BusyError):
        status = 503
    entries = [{"field": error.field, "detail": str(error)}] if error.field else None
    return status, str(error), entries


def field_errors(detail: Any, prefix: str = "") -> RowErrors:
    """Flatten DRF's nested error detail into entries of {field, detail}."""
    if isinstance(detail, Mapping):
        entries: RowErrors = []
        for name, value in detail.items():
            path = f"{prefix}.{name}" if prefix else str(name)
            entries += field_errors(value, "" if name == "non_field_errors" else path)
        return entries
    if isinstance(detail, list):
        entries = []
        for position, value in enumerate(detail):
            nested = isinstance(value, Mapping | list)
            entries += field_errors(value, f"{prefix}[{position}]" if nested else prefix)
        return entries
    return [{"field": prefix, "detail": str(detail)}]
