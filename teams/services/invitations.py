"""Asking people to join."""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowedError
from teams.models import Invitation, Membership, User
from teams.policy import Role
from teams.services import mail, members
from teams.services.locks import check_reach, hold_workspace, reaches

VALID_FOR = timedelta(days=14)
MOST_AT_ONCE = 200
_SALT = "teams.invitation"
# Longer ones are well formed, but no server takes them.
_check_length = MaxLengthValidator(254)


class BadAddressError(DomainError):
    """The pasted list holds something that is no e-mail address."""


class InvitationEndedError(DomainError):
    """The invitation was used, withdrawn or has expired."""


class KnownPersonError(DomainError):
    """Somebody of that address can sign in already."""


def addresses_in(text: str) -> list[str]:
    """
    Read the addresses out of a pasted list, in lower case and without repeats.

    Commas, semicolons, line breaks and ``Name <address>`` are understood.

    Raises:
        BadAddressError: an entry is no address; the message names it. Or there are too many.
    """
    found: dict[str, None] = {}
    for entry in re.split(r"[,;\n]", text):
        bracketed = re.search(r"<([^<>]*)>", entry)
        address = (bracketed[1] if bracketed else entry).strip().lower()
        if not address:
            continue
        try:
            validate_email(address)
            _check_length(address)
        except ValidationError:
            message = _("“%(entry)s” is not an e-mail address.") % {"entry": entry.strip()[:80]}
            raise BadAddressError(message, field="addresses") from None
        found[address] = None
    if not found:
        raise BadAddressError(_("Write at least one e-mail address."), field="addresses")
    if len(found) > MOST_AT_ONCE:
        message = _("Invite at most %(most)d people at once.") % {"most": MOST_AT_ONCE}
        raise BadAddressError(message, field="addresses")
    return list(found)


@transaction.atomic
def invite(*, text: str, role: Role, by: Membership, at: datetime) -> list[Invitation]:
    """
    Invite everybody in a pasted list; active members are passed over.

    An open invitation is renewed with the new role instead of doubled.

    Raises:
        BadAddressError: see ``addresses_in``; nobody is invited then.
        NotAllowedError: the role, or that of an open invitation, lies above what ``by`` can grant.
    """
    addresses = addresses_in(text)
    hold_workspace(by.workspace_id)
    check_reach(by, old=None, new=role)
    here = Membership.objects.active().for_workspace(by.workspace)
    known = set(here.values_list(Lower("user__email"), flat=True))
    waiting = Invitation.objects.for_workspace(by.workspace).filter(accepted_at=None)
    earlier = {
        invitation.email.lower(): invitation
        for invitation in waiting.annotate(address=Lower("email")).filter(address__in=addresses)
    }
    for invitation in earlier.values():
        _check_hold_on(invitation, by)
    return [
        _invite_one(address, earlier.get(address), role=role, by=by, at=at)
        for address in addresses
        if address not in known
    ]


def _invite_one(
    address: str, earlier: Invitation | None, *, role: Role, by: Membership, at: datetime
) -> Invitation:
    invitation = earlier or Invitation(workspace=by.workspace, email=address)
    invitation.role, invitation.invited_by = role, by
    invitation.invited_at, invitation.expires_at = at, at + VALID_FOR
    invitation.save()
    with translation.override(by.user.language):
        context = {"invitation": invitation, "by": by, "link": link_of(invitation)}
        mail.queue(
            workspace=by.workspace,
            recipient=address,
            subject=_("%(person)s invites you to %(workspace)s")
            % {"person": by.user.name, "workspace": by.workspace.name},
            text=render_to_string("teams/emails/invitation.txt", context),
            at=at,
        )
    return invitation


def link_of(invitation: Invitation) -> str:
    """Give the signed address that the invited person opens."""
    # The moment is part of the signature, so renewing an invitation ends older links.
    token = signing.dumps([invitation.pk, invitation.invited_at.timestamp()], salt=_SALT)
    return f"{settings.SITE_URL}{reverse('teams:join', args=[token])}"


def find(token: str, *, at: datetime) -> Invitation | None:
    """Give the open invitation that a signed link stands for."""
    try:
        pk, moment = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    found: Invitation | None = (
        (Invitation.objects.open(at=at).select_related("workspace", "invited_by__user"))
        .filter(pk=pk)
        .first()
    )
    if found is None or found.invited_at.timestamp() != moment or not _is_backed(found):
        return None
    return found


@transaction.atomic
def accept(*, invitation: Invitation, user: User, at: datetime) -> Membership:
    """
    Make ``user`` a member as the invitation says.

    Raises:
        InvitationEndedError: it was used, withdrawn or has expired meanwhile, or who sent it may
            no longer give that role.
    """
    return _take_up(_held_open(invitation, at=at), user, at=at)


def accept_as_new(
    *, invitation: Invitation, name: str, password: str, language: str, at: datetime
) -> Membership:
    """
    Make somebody new a user and a member as the invitation says: both, or neither.

    Raises:
        InvitationEndedError: as for ``accept``.
        KnownPersonError: the person took up another invitation at the same moment.
    """
    try:
        with transaction.atomic():
            # Held before the user is made, so that a form sent twice finds the invitation used.
            stored = _held_open(invitation, at=at)
            user = User.objects.create_user(stored.email, password, name=name, language=language)
            return _take_up(stored, user, at=at)
    except IntegrityError as error:
        raise KnownPersonError(_("Somebody already uses this e-mail address.")) from error


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Membership) -> None:
    """
    Take an open invitation back; its link ends. One that was accepted stays as it is.

    Raises:
        NotAllowedError: its role lies above what ``by`` can grant.
    """
    hold_workspace(invitation.workspace_id)
    stored = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).first()
    if stored is not None:
        _check_hold_on(stored, by)
        stored.delete()


def _held_open(invitation: Invitation, *, at: datetime) -> Invitation:
    hold_workspace(invitation.workspace_id)
    invitations = Invitation.objects.open(at=at).select_related("workspace", "invited_by")
    stored: Invitation | None = invitations.filter(pk=invitation.pk).first()
    if stored is None or not _is_backed(stored):
        raise InvitationEndedError(_("This invitation is no longer valid. Ask for a new one."))
    return stored


def _take_up(held: Invitation, user: User, *, at: datetime) -> Membership:
    held.accepted_at = at
    held.save(update_fields=["accepted_at"])
    return members.join(workspace=held.workspace, user=user, role=Role(held.role), at=at)


def _check_hold_on(invitation: Invitation, by: Membership) -> None:
    if not reaches(by, old=invitation.role, new=invitation.role):
        message = _("Only an owner can change the invitation of %(email)s.")
        raise NotAllowedError(message % {"email": invitation.email}, field="addresses")


def _is_backed(invitation: Invitation) -> bool:
    """Tell whether who invited is still here, and may still give that role."""
    return reaches(invitation.invited_by, old=None, new=invitation.role)
