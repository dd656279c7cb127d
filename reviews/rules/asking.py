"""When a workspace is looked through for numbers that nobody explains."""

from datetime import datetime, timedelta

from teams.models import Workspace

# So long an owner has to say why beside the number before a mail asks, and so long a workspace is
# left alone between two looks.
PATIENCE = timedelta(minutes=10)


def may_look(
    workspace: Workspace,
    *,
    drained_at: datetime | None,
    looked_at: datetime | None,
    has_open: bool,
    at: datetime,
) -> bool:
    """
    Tell whether it is worth looking, and a time at which people may be written to.

    It is worth it where numbers were recomputed since the last look, a new day may have ended a
    period, or something noticed waits to be asked.
    """
    if drained_at is None or not workspace.works(at=at):
        return False
    if looked_at is None:
        return True
    if looked_at > at - PATIENCE:
        return False
    is_new_day = workspace.today(at=looked_at) < workspace.today(at=at)
    return has_open or is_new_day or drained_at > looked_at
