"""Who belongs to a workspace, and with which role."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from teams import ownership
from teams.models import ApiToken, Membership, User, Workspace
from teams.policy import Role
from teams.services.locks import NotActiveError, check_reach, hold_member


class LastOwnerError(DomainError):
    """A workspace keeps at least one owner."""


class StillOwnsError(DomainError):
    """Somebody who owns things cannot leave before they were handed over."""


@transaction.atomic
def join(*, workspace: Workspace, user: User, role: Role, at: datetime) -> Membership:
    """Make a person a member, again if they had left; an active member keeps their role."""
    membership, created = Membership.objects.get_or_create(
        workspace=workspace, user=user, defaults={"role": role, "joined_at": at}
    )
    if not created and not membership.is_active:
        membership.role, membership.joined_at, membership.ended_at = role, at, None
        membership.save(update_fields=["role", "joined_at", "ended_at"])
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: Role, by: Membership) -> Membership:
    """
    Give a member another role.

    Raises:
        NotActiveError: the person is no longer a member.
        NotAllowedError: neither the old nor the new role may lie above what ``by`` can grant.
        LastOwnerError: nobody would own the workspace any more.
    """
    locked = hold_member(membership)
    check_reach(by, old=locked.role, new=role)
    if role < Role.OWNER:
        _keep_an_owner(locked)
    locked.role = role
    locked.save(update_fields=["role"])
    return locked


@transaction.atomic
def deactivate(*, membership: Membership, by: Membership, at: datetime) -> None:
    """
    End a membership: from the next request on the person is a stranger here.

    Their tokens are revoked and their teams left in the same transaction; what they did stays.

    Raises:
        NotActiveError: the person is no longer a member.
        NotAllowedError: ``by`` may not remove somebody of that role.
        LastOwnerError: nobody would own the workspace any more.
        StillOwnsError: something is left that needs a new owner first.
    """
    locked = hold_member(membership)
    check_reach(by, old=locked.role, new=Role.VIEWER)
    _keep_an_owner(locked)
    if ownership.holdings(locked):
        raise StillOwnsError(_("Hand over what this person owns first."))
    locked.ended_at = at
    locked.save(update_fields=["ended_at"])
    locked.teams.clear()
    ApiToken.objects.filter(membership=locked, revoked_at=None).update(revoked_at=at)


@transaction.atomic
def hand_over(*, leaver: Membership, heir: Membership, by: Membership) -> None:
    """
    Give everything that ``leaver`` owns to ``heir``.

    Raises:
        NotAllowedError: ``by`` may not touch somebody of the leaver's role.
        NotActiveError: the heir is no active member of the same workspace, or the leaver has
            left already.
    """
    locked = hold_member(leaver)
    check_reach(by, old=locked.role, new=locked.role)
    active = Membership.objects.active().for_workspace(leaver.workspace)
    if heir.pk == leaver.pk or not active.filter(pk=heir.pk).exists():
        raise NotActiveError(_("Choose another active member."), field="heir")
    for owned in ownership.registered():
        owned.hand_over(leaver=leaver, heir=heir, by=by)


def _keep_an_owner(membership: Membership) -> None:
    owners = Membership.objects.active().for_workspace(membership.workspace).at_least(Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise LastOwnerError(_("A workspace needs at least one owner."), field="role")
