"""Speakable numbers."""

from django.db import connection

from teams.models import Workspace

_NEXT = """
    INSERT INTO teams_counter AS counter (workspace_id, kind, last) VALUES (%s, %s, %s)
    ON CONFLICT (workspace_id, kind) DO UPDATE SET last = counter.last + excluded.last
    RETURNING last
"""


def next_number(workspace: Workspace, kind: str) -> int:
    """
    Give the next number of a kind: 3 for K-3.

    Call it last in the transaction, because it holds the counter until the commit. A rollback
    leaves a gap, or gives the number again; nobody has seen it.
    """
    return next_numbers(workspace, kind, 1)[0]


def next_numbers(workspace: Workspace, kind: str, count: int) -> range:
    """Give the next ``count`` numbers of a kind, as ``next_number`` gives one."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [workspace.pk, kind, count])
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)
