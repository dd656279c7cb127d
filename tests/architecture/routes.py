"""Every route of the product, read from the URLconf."""

from dataclasses import dataclass

from django.urls import URLPattern, get_resolver


@dataclass(frozen=True)
class Route:
    name: str
    path: str
    parameters: tuple
    view: object
    actions: tuple = ()


def all_routes():
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns, prefix, namespaces):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = ":".join((*namespaces, pattern.name or ""))
            yield Route(
                name=name,
                path=path,
                parameters=tuple(pattern.pattern.regex.groupindex),
                view=pattern.callback,
                actions=tuple(sorted(getattr(pattern.callback, "actions", {}).items())),
            )
        else:
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, path, inner)


def pages_of_workspaces():
    return [route for route in all_routes() if "<slug:workspace>" in route.path]


def api_operations():
    """List (route, method, action) of the API's own endpoints."""
    return [
        (route, method, action)
        for route in all_routes()
        for method, action in route.actions
        if route.path.startswith("api/v1/")
        and "format" not in route.parameters
        and method != "head"
    ]
