"""Links to the page one is on, with something chosen differently."""

from collections.abc import Collection

from django.http import HttpRequest


def with_parameter(
    request: HttpRequest, name: str, value: str, *, instead_of: Collection[str] = ()
) -> str:
    """
    Give the address of this page with one query parameter set, or without it if empty.

    Those that it comes ``instead_of`` are left out, and so is the page of a list: whatever is
    chosen differently, a list begins again.
    """
    query = request.GET.copy()
    for other in {"page", name, *instead_of}:
        query.pop(other, None)
    if value:
        query[name] = value
    return f"{request.path}?{query.urlencode()}"
