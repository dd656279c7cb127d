"""What workers do: take an import that waits, do what it waits for, and end it."""

import logging
from datetime import datetime

from django.db.models import Case, Value, When
from django.utils import translation

from core.errors import DomainError
from goals.models import Import
from goals.services.imports.checking import check
from goals.services.imports.progress import LEASE, NotHeldError, Progress, Told
from goals.services.imports.undoing import undo
from goals.services.imports.writing import write

logger = logging.getLogger(__name__)

State = Import.State
# What cannot be undone stays as it was written.
_FAILED = Case(When(state=State.UNDOING, then=Value(State.DONE)), default=Value(State.FAILED))


def run_next(*, at: datetime, only: Import | None = None, told: Told | None = None) -> bool:
    """
    Check, write or undo one import that waits; tell whether there was one.

    ``told`` hears each step.

    A fault of the file ends it with a sentence. Any other is tried again, at most three times;
    what was written until then is rolled back.
    """
    waiting = Import.waiting.filter(state__in=Import.WORKING)
    if only is not None:
        waiting = waiting.filter(pk=only.pk)
    waiting.give_up(at=at, state=_FAILED, finished_at=at)
    rows = waiting.take(limit=1, lease=LEASE, at=at)
    for row in rows:
        # What it says is read by whoever waits for it.
        with translation.override((row.undone_by or row.created_by).user.language):
            _run(Progress(row, at=at, told=told))
    return bool(rows)


def _run(progress: Progress) -> None:
    row = progress.row
    try:
        match row.state:
            case State.CHECKING:
                check(progress)
            case State.APPLYING:
                write(progress)
            case State.UNDOING:
                undo(progress)
    except NotHeldError:
        logger.info("%s was stopped or taken over.", row.ref)
    except DomainError as error:
        _leave(
            progress,
            state=_FAILED,
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
