"""A digest as a mail: headers around its HTML and its text."""

import uuid
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from core import mailer
from reviews.rules.letter import Letter
from reviews.selectors.runs import Sender, get_sender
from reviews.services import letters
from reviews.services.unsubscribing import unsubscribe_url
from teams.models import Membership
from teams.services import mail


def build(
    letter: Letter,
    *,
    sender: Sender,
    recipient: str,
    message_id: str,
    subscription_id: int | None,
) -> mailer.Message:
    """Write a digest as a mail, in HTML and text, in the active language."""
    headers = {
        "Auto-Submitted": "auto-generated",
        "Content-Language": translation.get_language() or "en",
    }
    leave = letter.manage_url
    if subscription_id is not None:
        leave = unsubscribe_url(subscription_id)
        headers["List-Unsubscribe"] = f"<{leave}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if sender.reply_to:
        headers["Reply-To"] = sender.reply_to
    return mailer.Message(
        message_id=message_id,
        recipient=recipient,
        subject=letter.subject,
        text=letters.as_text(letter, unsubscribe_url=leave),
        html=letters.as_html(letter, unsubscribe_url=leave),
        sender_name=_("%(workspace)s (mops)") % {"workspace": sender.workspace_name},
        headers=headers,
    )


def message_id(delivery_id: int) -> str:
    """Name the message after its row: a repeat, if there ever were one, would bear the same."""
    return f"<digest-{delivery_id}@{mailer.sender_domain()}>"


def send_test(*, to: Membership, letter: Letter, at: datetime) -> bool:
    """
    Send somebody a digest as an ordinary mail, which the ledger does not know of.

    Return whether it leaves the house; else it is kept in the outbox.
    """
    message = build(
        letter,
        sender=get_sender(to.workspace),
        recipient=to.user.email,
        message_id=f"<{uuid.uuid4()}@{mailer.sender_domain()}>",
        subscription_id=None,
    )
    leaves = mail.leaves(to.workspace)
    mail.keep(message, at=at, waiting=leaves)
    return leaves
