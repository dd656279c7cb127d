"""The OpenAPI description: every operation lists the problems it can answer with."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "index": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_REFERENCE = {"$ref": "#/components/schemas/Problem"}
_READ_PROBLEMS = {
    "400": "A parameter is unknown or not valid.",
    "401": "No valid token or session.",
    "403": "The role or the token's scope does not allow this.",
    "404": "There is no such thing in this workspace.",
    "406": "Only JSON is offered.",
    "503": "The database is restarting; try again after Retry-After seconds.",
}
_WRITE_PROBLEMS = {
    "409": "The same change is still running, or somebody else changed it first.",
    "411": "The body comes without its length.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "A rule is broken, or the Idempotency-Key was used with another body.",
}
_UPDATE_PROBLEMS = {
    "412": "The version in If-Match is out of date.",
    "428": "If-Match is missing.",
}


class Schema(AutoSchema):
    """Adds the problem answers, and the headers that writes take, to each operation."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        problems = dict(_READ_PROBLEMS)
        if self.method != "GET":
            problems |= _WRITE_PROBLEMS
        if getattr(self.view, "needs_version", None) and self.method in {"PATCH", "DELETE"}:
            problems |= _UPDATE_PROBLEMS
        for status, description in problems.items():
            operation["responses"].setdefault(status, _problem(description))
        return operation

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.method != "GET":
            parameters.append(_header("Idempotency-Key", "Repeats of a key get the first answer."))
        if getattr(self.view, "needs_version", None) and self.method in {"PATCH", "DELETE"}:
            parameters.append(_header("If-Match", "The ETag of the version that you changed."))
        return parameters


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": _REFERENCE}},
    }


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


def add_problem(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add the component that every problem answer refers to."""
    result["components"]["schemas"]["Problem"] = _PROBLEM
    return result
