"""Sending digests and reminders: handed over exactly once, or visibly unknown."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import DatabaseError, transaction

from core import mailer
from core.claims import Lease
from core.faults import crash_point
from goals.selectors.points import get_freshness
from reviews.models import DigestDelivery
from reviews.services import ledger, planning, subscriptions
from reviews.services.issues import Issue, open_issue
from reviews.services.ledger import Taken
from teams.models import Workspace
from teams.services import mail

# A task works so long and leaves the rest to the next heartbeat.
STINT = timedelta(minutes=5)

State = DigestDelivery.State

logger = logging.getLogger(__name__)


class _LineBrokenError(Exception):
    """The mail server ends the work for now; what was not attempted was given back."""


class _ReaderChangedError(Exception):
    """Rights, wish or address are not what they were at the claim."""


def send_waiting(*, at: datetime, tell: Callable[[], None] = lambda: None) -> int:
    """
    Send what is due, batch by batch; return how many deliveries were dealt with.

    ``tell`` hears of each delivery.
    """
    ledger.settle(at=at)
    lease, issue, count = Lease(ledger.LEASE, at=at), None, 0
    with mailer.Line() as line:
        while lease.now() - at < STINT and (taken := ledger.claim(at=lease.now())):
            issue = _current(issue, taken[0].run_id, at=lease.now())
            batch = _Batch(taken, issue, lease, line)
            try:
                while batch.rest:
                    batch.send_next()
                    count += 1
                    tell()
            except _LineBrokenError:
                break
    return count


def rehearse(*, workspace: Workspace, week: date, at: datetime) -> list[tuple[mailer.Message, int]]:
    """
    Write the mails of a week that would go out now, each with its size in bytes.

    It does what planning and sending do, in a transaction that is undone: the ledger keeps
    nothing of it.
    """
    mails: list[tuple[mailer.Message, int]] = []
    with transaction.atomic():
        run = planning.release(workspace=workspace, week=week, at=at)
        issue = open_issue(run.pk, at=at)
        while taken := ledger.claim(at=at):
            ours = (issue.message(each) for each in taken if each.run_id == run.pk)
            mails += [(found, len(found.as_bytes(at=at))) for found in ours if found]
        transaction.set_rollback(True)
    return mails


def _current(issue: Issue | None, run_id: int, *, at: datetime) -> Issue:
    """Keep the issue from batch to batch, while it is of the same run and its numbers hold."""
    if issue and issue.run_id == run_id and issue.freshness == get_freshness(issue.run.workspace):
        return issue
    return open_issue(run_id, at=at)


class _Batch:
    """Deliveries of one run, in the hands of one worker."""

    def __init__(self, taken: list[Taken], issue: Issue, lease: Lease, line: mailer.Line) -> None:
        self.rest = taken
        self._issue, self._lease, self._line = issue, lease, line
        self._renewed_at = lease.now()

    def send_next(self) -> None:
        """
        Deal with the next delivery.

        Raises:
            _LineBrokenError: the server is away or cut us off; the rest was given back.
        """
        if self._lease.now() - self._renewed_at > ledger.LEASE / 2:
            self._renewed_at = self._lease.now()
            ledger.renew(self.rest, at=self._renewed_at)
        taken = self.rest.pop(0)
        try:
            message = self._issue.message(taken)
        except DatabaseError:
            raise
        except Exception as error:  # one letter that cannot be written holds up no other
            logger.exception("Digest %s could not be written.", taken.id)
            ledger.try_again(taken, at=self._lease.now(), error=repr(error))
            return
        crash_point("digest.before_send")
        if message is None:
            self._finish(taken, State.SKIPPED)
        elif self._issue.stays:
            self._keep(taken, message)
        else:
            self._hand_over(taken, message)

    def _hand_over(self, taken: Taken, message: mailer.Message) -> None:
        def before_data() -> None:
            if not ledger.begin(taken, subject=message.subject, at=self._lease.now()):
                raise _ReaderChangedError
            crash_point("digest.after_data_started")

        try:
            self._line.hand_over(
                message.as_bytes(at=self._lease.now()),
                recipient=taken.email,
                before_data=before_data,
            )
        except _ReaderChangedError:
            ledger.give_back([taken], after=self._lease.now())
        except mailer.MailError as error:
            self._note_failure(taken, error)
        else:
            crash_point("digest.after_sent")
            self._finish(taken, State.SENT)

    def _note_failure(self, taken: Taken, error: mailer.MailError) -> None:
        match error:
            case mailer.ServerAwayError():
                self._let_go([taken, *self.rest], error)
            case mailer.CutOffError(may_have_arrived=True):
                self._finish(taken, State.UNKNOWN, error)
                self._let_go(self.rest, error)
            case mailer.CutOffError():
                ledger.try_again(taken, at=self._lease.now(), error=_said(error))
                self._let_go(self.rest, error)
            case mailer.RefusedError(final=True, of_recipient=True):
                self._finish(taken, State.REFUSED, error)
                if taken.state_before == State.REFUSED:
                    self._stop(taken)
            case mailer.RefusedError(final=True):
                self._finish(taken, State.FAILED, error)
            case _:
                ledger.try_again(taken, at=self._lease.now(), error=_said(error))

    def _stop(self, taken: Taken) -> None:
        subscriptions.stop_refused(
            subscription_id=taken.subscription_id, address=taken.email, at=self._lease.now()
        )

    def _let_go(self, rest: list[Taken], error: mailer.MailError) -> None:
        after = self._lease.now() + ledger.SERVER_REST
        ledger.give_back(rest, after=after, error=_said(error))
        raise _LineBrokenError from error

    def _keep(self, taken: Taken, message: mailer.Message) -> None:
        """Put the message on the outbox page: message and outcome commit together."""
        now = self._lease.now()
        with transaction.atomic():
            kept = ledger.begin(taken, subject=message.subject, at=now)
            if kept:
                mail.keep(message, at=now)
                self._finish(taken, State.KEPT)
        if not kept:
            ledger.give_back([taken], after=now)

    def _finish(self, taken: Taken, state: State, error: Exception | None = None) -> bool:
        said = _said(error) if error else ""
        return ledger.finish(taken, state, at=self._lease.now(), error=said)


def _said(error: Exception) -> str:
    return str(error)[:500]
