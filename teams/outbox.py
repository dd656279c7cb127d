"""Django's way to send mail, led into the queue, so that no request waits for SMTP."""

from collections.abc import Sequence

from django.core.mail import (  # noqa: TID251  # what Django hands to a mail backend
    EmailMessage,
    EmailMultiAlternatives,
)
from django.core.mail.backends.base import BaseEmailBackend  # noqa: TID251  # its base

from core import clock
from teams.services import mail


class OutboxBackend(BaseEmailBackend):
    """Queues what Django and its libraries send, such as password links."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        count = 0
        for message in email_messages:
            for recipient in message.recipients():
                mail.queue(
                    workspace=None,
                    recipient=recipient,
                    subject=str(message.subject),
                    text=str(message.body),
                    html=_html_of(message),
                    at=clock.now(),
                )
                count += 1
        return count


def _html_of(message: EmailMessage) -> str:
    if isinstance(message, EmailMultiAlternatives):
        for content, kind in message.alternatives:
            if kind == "text/html":
                return str(content)
    return ""
