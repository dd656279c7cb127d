"""Links to the page one is on, with something chosen differently."""

from django.http import HttpRequest


def with_parameter(request: HttpRequest, name: str, value: str) -> str:
    """
    Give the address of this page with one query parameter set, or without it if empty.

    Whatever else is chosen differently, a list begins again at its first page.
    """
    query = request.GET.copy()
    query.pop("page", None)
    query.pop(name, None)
    if value:
        query[name] = value
    return f"{request.path}?{query.urlencode()}"
