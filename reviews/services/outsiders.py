"""Readers without an account: asked by mail, and written to once they confirmed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import DomainError
from reviews.models import DigestSubscription, OutsideReader
from teams.models import Membership
from teams.services import mail
from teams.services.locks import hold_workspace

VALID_FOR = timedelta(days=7)
# Whoever does not answer is asked again at most this often.
ASK_PAUSE = timedelta(hours=1)
MOST = 50
_SALT = "reviews.outsider"


class TooManyReadersError(DomainError):
    """The list is full."""


class KnownReaderError(DomainError):
    """The address is in the list, or belongs to a member who can choose the digest."""


class AskedRecentlyError(DomainError):
    """The address was asked a short while ago, or has confirmed."""


class ConfirmationEndedError(DomainError):
    """The link has expired, or the address is not asked any more."""


@transaction.atomic
def add(*, email: str, language: str, by: Membership, at: datetime) -> OutsideReader:
    """
    Ask an address whether it wants the executive digest.

    Raises:
        KnownReaderError: it was asked already, or is a member's.
        TooManyReadersError: there are 50.
    """
    hold_workspace(by.workspace_id)
    email = email.strip().lower()
    here = OutsideReader.objects.for_workspace(by.workspace)
    if here.filter(email__iexact=email).exists():
        raise KnownReaderError(_("This address is in the list already."), field="email")
    members = Membership.objects.active().for_workspace(by.workspace)
    if members.filter(user__email__iexact=email).exists():
        message = _("This is a member, who can choose the digest under “My mail”.")
        raise KnownReaderError(message, field="email")
    if here.count() >= MOST:
        message = _("The list is full with %(count)d addresses.")
        raise TooManyReadersError(message % {"count": MOST}, field="email")
    reader: OutsideReader = OutsideReader.objects.create(
        workspace=by.workspace, email=email, language=language, asked_by=by, asked_at=at
    )
    _ask(reader, at=at)
    return reader


@transaction.atomic
def ask_again(*, reader: OutsideReader, by: Membership, at: datetime) -> None:
    """
    Send the question once more; links of earlier ones end.

    Raises:
        AskedRecentlyError: it was asked less than an hour ago, or has confirmed.
    """
    renewed = OutsideReader.objects.filter(
        pk=reader.pk, confirmed_at=None, asked_at__lte=at - ASK_PAUSE
    ).update(asked_at=at, asked_by=by)
    if not renewed:
        raise AskedRecentlyError(
            _("This address has confirmed, or was asked less than an hour ago.")
        )
    reader.refresh_from_db()
    _ask(reader, at=at)


def remove(*, reader: OutsideReader) -> None:
    """Forget an address with its deliveries; what is on its way is not handed over any more."""
    reader.delete()


def find(token: str, *, at: datetime) -> OutsideReader | None:
    """Give the reader whom a link asks; None once it has expired or another was sent."""
    try:
        pk, moment = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    found: OutsideReader | None = (
        OutsideReader.objects.select_related("workspace").filter(pk=pk).first()
    )
    if found is None or found.asked_at.timestamp() != moment or at >= found.asked_at + VALID_FOR:
        return None
    return found


@transaction.atomic
def confirm(*, reader: OutsideReader, at: datetime) -> None:
    """
    Write to a reader from now on; twice is as good as once, and undoes no unsubscribing.

    Raises:
        ConfirmationEndedError: the address was removed, or asked anew, meanwhile.
    """
    asked = OutsideReader.objects.filter(pk=reader.pk, asked_at=reader.asked_at)
    stored = asked.select_for_update().first()
    if stored is None:
        raise ConfirmationEndedError(_("This link is no longer valid."))
    if stored.confirmed_at is None:
        stored.confirmed_at = at
        stored.save(update_fields=["confirmed_at"])
        DigestSubscription.objects.create(
            workspace_id=stored.workspace_id,
            outsider=stored,
            variant=DigestSubscription.Variant.EXECUTIVE,
        )


def link_of(reader: OutsideReader) -> str:
    """Give the signed address at which a reader confirms."""
    token = signing.dumps([reader.pk, reader.asked_at.timestamp()], salt=_SALT)
    return f"{settings.SITE_URL}{reverse('reviews:confirm-reader', args=[token])}"


def _ask(reader: OutsideReader, *, at: datetime) -> None:
    with translation.override(reader.language):
        words = {"workspace": reader.workspace.name, "days": VALID_FOR.days}
        context = {**words, "link": link_of(reader)}
        mail.queue(
            workspace=reader.workspace,
            recipient=reader.email,
            subject=_("Do you want a weekly mail about %(workspace)s?") % words,
            text=render_to_string("reviews/emails/confirm_reader.txt", context),
            at=at,
        )
