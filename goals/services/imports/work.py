"""What workers do: take an import that waits, check or write it, and end it in a final state."""

import logging
from datetime import datetime

from core.errors import DomainError
from goals.models import Import
from goals.services.imports.checking import check
from goals.services.imports.progress import LEASE, NotHeldError, Progress, Told
from goals.services.imports.writing import write

logger = logging.getLogger(__name__)

State = Import.State


def run_next(*, at: datetime, only: Import | None = None, told: Told | None = None) -> bool:
    """
    Check or write one import that waits; tell whether there was one. ``told`` hears each step.

    A fault of the file ends it with a sentence. Any other is tried again, at most three times;
    what was written until then is rolled back.
    """
    waiting = Import.waiting.filter(state__in=[State.CHECKING, State.APPLYING])
    if only is not None:
        waiting = waiting.filter(pk=only.pk)
    waiting.give_up(at=at, state=State.FAILED, finished_at=at)
    rows = waiting.take(limit=1, lease=LEASE, at=at)
    for row in rows:
        _run(Progress(row, at=at, told=told), at=at)
    return bool(rows)


def _run(progress: Progress, *, at: datetime) -> None:
    row = progress.row
    try:
        if row.state == State.CHECKING:
            check(progress, at=at)
        else:
            write(progress)
    except NotHeldError:
        logger.info("%s was stopped or taken over.", row.ref)
    except DomainError as error:
        _leave(
            progress,
            state=State.FAILED,
            last_error=str(error)[:500],
            finished_at=progress.now(),
        )
    except Exception:
        # Nobody foresaw this: the next worker may try at once, and the fault goes to the log.
        _leave(progress)
        raise


def _leave(progress: Progress, **changes: object) -> None:
    try:
        progress.change(claimed_until=None, **changes)
    except NotHeldError:
        logger.info("%s was stopped or taken over.", progress.row.ref)
