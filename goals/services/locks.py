"""
The locks that keep numbers and their rollups in step, in one place.

Whoever takes several takes them in this order, so that nobody waits in a circle: definitions, rows
of KPIs, breakdowns and segments (``locked``), rollups, and last the row of ``numbers_state``.
"""

from datetime import timedelta

from django.db import OperationalError
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from core.errors import BusyError
from goals.services.statements import run
from teams.models import Workspace

# The first halves of advisory lock keys; the second half is the workspace.
_DEFINITIONS = 0xCA1
_ROLLUPS = 0x801


class NumbersBusyError(BusyError):
    """An import, a drain or a rebuild is at work for longer than one wanted to wait."""


def share_definitions(workspace: Workspace) -> None:
    """
    Keep the workspace's calendar and the definitions of its KPIs as they are until the commit.

    Every write of measurements takes this lock, as many at a time as there are, before it reads
    anything that they decide: the period of a date, the series of a KPI. The calendar of
    ``workspace`` itself, which was read before, is read again.
    """
    _run("pg_advisory_xact_lock_shared", _DEFINITIONS, workspace.pk)
    read_calendar_again(workspace)


def read_calendar_again(workspace: Workspace) -> None:
    """Learn of a change that was made while one waited for a lock."""
    workspace.refresh_from_db(fields=["week_start", "fiscal_start"])


def hold_definitions(workspace: Workspace) -> None:
    """
    Wait for all writers of measurements, then keep them out until the commit.

    Raises:
        NumbersBusyError: one of them, an import, takes long.
    """
    _hold("pg_advisory_xact_lock", _DEFINITIONS, workspace.pk)


def hold_rollups(workspace_pk: int, *, patience: timedelta) -> None:
    """
    Be the only one to change this workspace's rollups until the commit.

    The lock is a statement of its own, before any read: only so does every later read see what
    the last holder committed.

    Raises:
        NumbersBusyError: somebody else held it for longer than ``patience``.
    """
    milliseconds = int(patience.total_seconds() * 1000)
    run("SELECT set_config('lock_timeout', %(limit)s, true)", {"limit": f"{milliseconds}ms"})
    _hold("pg_advisory_xact_lock", _ROLLUPS, workspace_pk)


def hold_rollups_for_session(workspace_pk: int) -> None:
    """
    Keep everybody else from this workspace's rollups until ``release_rollups``.

    Raises:
        NumbersBusyError: somebody else held them for long.
    """
    _hold("pg_advisory_lock", _ROLLUPS, workspace_pk)


def release_rollups(workspace_pk: int) -> None:
    _run("pg_advisory_unlock", _ROLLUPS, workspace_pk)


def _hold(function: str, kind: int, workspace_pk: int) -> None:
    try:
        _run(function, kind, workspace_pk)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        message = _("Numbers are being written or recomputed. Try again in a few minutes.")
        raise NumbersBusyError(message) from error


def _run(function: str, kind: int, workspace_pk: int) -> None:
    run(f"SELECT {function}(%(kind)s, %(workspace)s)", {"kind": kind, "workspace": workspace_pk})
