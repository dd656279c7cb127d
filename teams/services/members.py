"""Who belongs to a workspace, and with which role."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowedError
from teams import ownership
from teams.models import ApiToken, Membership, User, Workspace
from teams.policy import Role, may_grant
from teams.services.locks import hold_workspace


class LastOwnerError(DomainError):
    """A workspace keeps at least one owner."""


class StillOwnsError(DomainError):
    """Somebody who owns things cannot leave before they were handed over."""


class NotActiveError(DomainError):
    """The person is no longer, or not yet, an active member."""


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
        NotAllowedError: neither the old nor the new role may lie above what ``by`` can grant.
        LastOwnerError: nobody would own the workspace any more.
    """
    locked = _lock(membership)
    _check_reach(by, old=locked.role, new=role)
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
        NotAllowedError: ``by`` may not remove somebody of that role.
        LastOwnerError: nobody would own the workspace any more.
        StillOwnsError: something is left that needs a new owner first.
    """
    locked = _lock(membership)
    _check_reach(by, old=locked.role, new=Role.VIEWER)
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
        NotActiveError: the heir is no active member of the same workspace.
    """
    _check_reach(by, old=leaver.role, new=leaver.role)
    active = Membership.objects.active().for_workspace(leaver.workspace)
    if heir.pk == leaver.pk or not active.filter(pk=heir.pk).exists():
        raise NotActiveError(_("Choose another active member."), field="heir")
    for owned in ownership.registered():
        owned.hand_over(leaver=leaver, heir=heir, by=by)


def _lock(membership: Membership) -> Membership:
    hold_workspace(membership.workspace_id)
    locked = Membership.objects.active().select_for_update(of=("self",)).filter(pk=membership.pk)
    member: Membership | None = locked.first()
    if member is None:
        raise NotActiveError(_("This person is no longer a member."))
    return member


def _check_reach(by: Membership, *, old: int, new: int) -> None:
    if not may_grant(by.role, old=old, new=new):
        raise NotAllowedError(_("Your role does not reach that far. Ask an owner."), field="role")


def _keep_an_owner(membership: Membership) -> None:
    owners = Membership.objects.active().for_workspace(membership.workspace).at_least(Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise LastOwnerError(_("A workspace needs at least one owner."), field="role")
