"""Speakable numbers."""

from django.db import connection

from teams.models import Workspace

_NEXT = """
    INSERT INTO teams_counter AS counter (workspace_id, kind, last) VALUES (%s, %s, 1)
    ON CONFLICT (workspace_id, kind) DO UPDATE SET last = counter.last + 1
    RETURNING last
"""


def next_number(workspace: Workspace, kind: str) -> int:
    """
    Give the next number of a kind: 3 for K-3.

    Call it last in the transaction, because it holds the counter until the commit. A rollback
    leaves a gap, or gives the number again; nobody has seen it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [workspace.pk, kind])
        number: int = cursor.fetchone()[0]
    return number
