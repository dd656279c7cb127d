"""Whether this process lives, and whether it can do its work: for load balancers and monitors."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.api.problems import RETRY_AFTER

TEXT = "text/plain"
# A database that has what this release needs keeps it, so it is asked once per process.
_found_migrated = False


@login_not_required
@require_safe
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Tell that this process serves requests; asks nothing else."""
    return HttpResponse("ok", content_type=TEXT)


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Tell whether the database answers and has all migrations; never what is the matter."""
    if _is_ready():
        return HttpResponse("ready", content_type=TEXT)
    headers = {"Retry-After": str(RETRY_AFTER)}
    return HttpResponse("not ready", status=503, content_type=TEXT, headers=headers)


def _is_ready() -> bool:
    global _found_migrated  # a fact about this process
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        _found_migrated = _found_migrated or _is_migrated()
    except Error:
        return False
    return _found_migrated


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
