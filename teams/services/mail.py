"""Ordinary mail: queued in the transaction that wants it sent, sent by a worker."""

import uuid
from datetime import datetime, timedelta

from core import mailer
from core.claims import MAX_ATTEMPTS
from core.faults import crash_point
from core.jobs import after_commit
from teams.models import OutgoingMail, Workspace

State = OutgoingMail.State
LEASE = timedelta(minutes=2)
# Few enough that a slow server takes them within the lease.
BATCH = 10
# How long a message waits after its first and its second failure.
PAUSES = (timedelta(minutes=1), timedelta(minutes=15))


def leaves(workspace: Workspace | None) -> bool:
    """Tell whether mail in the name of a workspace is sent: not without a server, nor of a demo."""
    return mailer.leaves_the_house() and not (workspace and workspace.is_demo)


def queue(
    *,
    workspace: Workspace | None,
    recipient: str,
    subject: str,
    text: str,
    at: datetime,
    html: str = "",
) -> OutgoingMail:
    """
    Write a message down; it goes out after the commit, or is kept for the outbox page.

    ``workspace`` is where it comes from; None for mail about somebody's own account.
    """
    message_id = f"<{uuid.uuid4()}@{mailer.sender_domain()}>"
    message = mailer.Message(
        message_id=message_id,
        recipient=recipient,
        subject=subject,
        text=[text],
        html=[html] if html else [],
        headers={"Auto-Submitted": "auto-generated"},
    )
    return keep(message, at=at, waiting=leaves(workspace))


def keep(message: mailer.Message, *, at: datetime, waiting: bool = False) -> OutgoingMail:
    """Store a built message: for a worker to send if ``waiting``, else for the outbox page."""
    row = OutgoingMail.objects.create(
        message_id=message.message_id,
        sender=mailer.sender_address(),
        recipient=message.recipient,
        subject=message.subject[:255],
        body=message.as_bytes(at=at),
        state=State.WAITING if waiting else State.KEPT,
        created_at=at,
    )
    if waiting:
        after_commit("teams.tasks.send_mail")
    return row


def send_waiting(*, at: datetime) -> int:
    """
    Hand a batch of waiting messages to the SMTP server; return how many it took.

    An invitation that arrives twice does less harm than one that does not arrive, so a message
    whose end is not known is sent again, under the same Message-ID. When the server is away the
    batch waits for it, and that attempt does not count.
    """
    waiting = OutgoingMail.objects.filter(state=State.WAITING)
    waiting.give_up(at=at, state=State.FAILED)
    rows = waiting.take(limit=BATCH, lease=LEASE, at=at)
    sent = 0
    with mailer.Line() as line:
        for place, row in enumerate(rows):
            try:
                sent += _send(row, line, at)
            except mailer.ServerAwayError as error:
                left = OutgoingMail.objects.filter(pk__in=[each.pk for each in rows[place:]])
                left.give_back(row.claim, last_error=str(error)[:500])
                break
    return sent


def _send(row: OutgoingMail, line: mailer.Line, at: datetime) -> bool:
    """Send one message and note what became of it; raise ServerAwayError again."""
    mine = OutgoingMail.objects.held_by(row.claim).filter(pk=row.pk)
    try:
        line.hand_over(bytes(row.body), recipient=row.recipient)
    except mailer.ServerAwayError:
        raise
    except mailer.MailError as error:
        over = error.final or row.attempts >= MAX_ATTEMPTS
        mine.update(
            state=State.FAILED if over else State.WAITING,
            last_error=str(error)[:500],
            # Nobody holds it any more, but nobody takes it before this moment either.
            claimed_until=None if over else at + PAUSES[row.attempts - 1],
        )
        return False
    crash_point("mail.after_handing_over")
    mine.update(state=State.SENT, body=b"", claimed_until=None)
    return True
