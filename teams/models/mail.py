"""Ordinary mail on its way out: invitations, password links, test messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.claims import WaitingWork, WaitingWorkQuerySet


class OutgoingMail(WaitingWork):
    """
    One message, kept until a worker has handed it to the SMTP server.

    Without an SMTP server it stays here and is shown on the outbox page. The body may hold a
    sign-in link, so it is emptied once the message was handed over.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        KEPT = "kept", _("Kept here")

    message_id = models.CharField(max_length=255, unique=True)
    sender = models.CharField(max_length=254)
    recipient = models.EmailField(max_length=254)
    subject = models.CharField(max_length=255)
    body = models.BinaryField()
    state = models.CharField(max_length=8, choices=State.choices)
    created_at = models.DateTimeField(db_index=True)

    objects = WaitingWorkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(state="waiting"), name="outgoing_mail_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.subject
