"""What workers do: fetch the file of a source, outside of any transaction."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core import egress
from core.claims import MAX_ATTEMPTS, Lease
from core.errors import DomainError
from core.faults import crash_point
from goals.models import Source, SourcePull
from goals.services.sources import outcomes
from goals.services.sources.receiving import ServerFaultError, receive
from teams.policy import Action

State = SourcePull.State
# Fetching takes a minute at most, reading a large file another.
LEASE = timedelta(minutes=5)
# How long a pull waits after its first and its second failure, where another try may help.
PAUSES = (timedelta(minutes=5), timedelta(minutes=30))


class OwnerMayNotImportError(DomainError):
    """The owner of a source may not import files any more."""


def run_next(*, at: datetime, only: SourcePull | None = None) -> bool:
    """
    Fetch the file of one source that waits, and hand it to the imports; tell whether there was one.

    A server that is away or has a fault is asked again, at most three times in all; any other
    failure ends the pull with a sentence.
    """
    waiting = SourcePull.waiting.filter(state=State.WAITING)
    if only is not None:
        waiting = waiting.filter(pk=only.pk)
    for parked in waiting.parked(at=at):
        with _in_words_of(parked):
            said = _("A worker stopped three times while it was at work on this.")
            outcomes.fail(parked, said, at=at)
    rows = waiting.take(limit=1, lease=LEASE, at=at)
    for pull in rows:
        with _in_words_of(pull):
            _run(pull, Lease(LEASE, at=at))
    return bool(rows)


def _in_words_of(pull: SourcePull) -> translation.override:
    """Read the source of a pull, and speak as its owner does, who reads what is said."""
    pull.source = Source.objects.select_related("workspace", "owner__user").get(pk=pull.source_id)
    return translation.override(pull.source.owner.user.language)


def _run(pull: SourcePull, lease: Lease) -> None:
    try:
        if not pull.source.owner.may(Action.RUN_IMPORTS):
            message = _("%(name)s, who owns this source, may not import files any more.")
            raise OwnerMayNotImportError(message % {"name": pull.source.owner.user.name})
        answer = egress.fetch(
            pull.source.address,
            most_bytes=settings.UPLOAD_LIMIT_BYTES,
            headers=_conditions(pull.source),
        )
        crash_point("pull.after_fetch")
        receive(pull=pull, answer=answer, at=lease.now())
    except egress.ForbiddenAddressError as error:
        outcomes.fail(pull, str(error), at=lease.now())
    except (egress.EgressError, ServerFaultError) as error:
        _try_again(pull, str(error), at=lease.now())
    except DomainError as error:
        outcomes.fail(pull, str(error), at=lease.now())


def _conditions(source: Source) -> dict[str, str]:
    """Ask for the file only if it is not the one that was imported last."""
    given = {"If-None-Match": source.etag, "If-Modified-Since": source.modified}
    return {name: value for name, value in given.items() if value}


def _try_again(pull: SourcePull, said: str, *, at: datetime) -> None:
    if pull.attempts >= MAX_ATTEMPTS:
        outcomes.fail(pull, said, at=at)
        return
    # Nobody holds it any more, but nobody takes it before this moment either.
    again = at + PAUSES[pull.attempts - 1]
    SourcePull.waiting.held_by(pull.claim).update(last_error=said, claimed_until=again)
