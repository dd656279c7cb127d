"""Ordinary mail: queued in the transaction that wants it sent, sent by a worker."""

import uuid
from datetime import datetime, timedelta

from core import mailer
from core.claims import MAX_ATTEMPTS
from core.jobs import after_commit
from teams.models import OutgoingMail

LEASE = timedelta(minutes=2)
BATCH = 50


def queue(*, recipient: str, subject: str, text: str, at: datetime, html: str = "") -> OutgoingMail:
    """Write a message down; it goes out after the commit, or is kept for the outbox page."""
    message_id = f"<{uuid.uuid4()}@{mailer.sender_domain()}>"
    message = mailer.Message(
        message_id=message_id,
        recipient=recipient,
        subject=subject,
        text=text,
        html=html,
        headers={"Auto-Submitted": "auto-generated"},
    )
    return keep(message, at=at, waiting=mailer.leaves_the_house())


def keep(message: mailer.Message, *, at: datetime, waiting: bool = False) -> OutgoingMail:
    """Store a built message: for a worker to send if ``waiting``, else for the outbox page."""
    states = OutgoingMail.State
    row = OutgoingMail.objects.create(
        message_id=message.message_id,
        sender=mailer.sender_address(),
        recipient=message.recipient,
        subject=message.subject[:255],
        body=message.as_bytes(at=at),
        state=states.WAITING if waiting else states.KEPT,
        created_at=at,
    )
    if waiting:
        after_commit("teams.tasks.send_mail")
    return row


def send_waiting(*, at: datetime) -> int:
    """
    Hand waiting messages to the SMTP server; return how many were taken.

    An invitation that arrives twice does less harm than one that does not arrive, so a message
    whose end is not known is sent again, under the same Message-ID.
    """
    waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING)
    sent = 0
    with mailer.Line() as line:
        for row in waiting.take(limit=BATCH, lease=LEASE, at=at):
            sent += _send(row, line)
    return sent


def _send(row: OutgoingMail, line: mailer.Line) -> bool:
    mine = OutgoingMail.objects.held_by(row.claim).filter(pk=row.pk)
    try:
        line.hand_over(bytes(row.body), recipient=row.recipient)
    except mailer.MailError as error:
        over = error.final or row.attempts >= MAX_ATTEMPTS
        states = OutgoingMail.State
        mine.update(
            state=states.FAILED if over else states.WAITING,
            last_error=str(error)[:500],
            claimed_until=None,
        )
        return False
    mine.update(state=OutgoingMail.State.SENT, body=b"", claimed_until=None)
    return True
