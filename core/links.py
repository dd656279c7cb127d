"""Links to the page one is on, with something chosen differently."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _


def with_parameter(
    request: HttpRequest, name: str, value: str, *, instead_of: Collection[str] = ()
) -> str:
    """
    Give the address of this page with one query parameter set, or without it if empty.

    Those that it comes ``instead_of`` are left out, and so is the page of a list: whatever is
    chosen differently, a list begins again.
    """
    query = request.GET.copy()
    for other in {"page", "before", name, *instead_of}:
        query.pop(other, None)
    if value:
        query[name] = value
    return f"{request.path}?{query.urlencode()}"


def filter_menu(
    request: HttpRequest, name: str, label: str, current: str, choices: list[tuple[str, Any]]
) -> dict[str, Any]:
    """Describe a menu that cuts a list by one parameter of the address."""
    names = dict([("", _("all")), *choices])
    return {
        "label": f"{label}: {names.get(current, current)}",
        "items": [
            {
                "label": text,
                "url": with_parameter(request, name, value),
                "current": value == current,
            }
            for value, text in names.items()
        ],
    }
