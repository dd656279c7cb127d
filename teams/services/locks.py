"""What writers wait for, and what they then read anew."""

from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowedError
from teams.models import Membership, Workspace
from teams.policy import may_grant


class WorkspaceGoneError(DomainError):
    """Somebody deleted the workspace while it was being written to."""


class NotActiveError(DomainError):
    """The person is no longer, or not yet, an active member."""


def hold_workspace(key: int, *, to_delete: bool = False) -> Workspace:
    """
    Hold a workspace with its people, roles, teams and invitations until the transaction ends.

    It is their root: two owners who demote each other at the same moment wait for one another
    here, and roles do not change while a rule looks at them. Rows that only belong to it can be
    written and committed beside it, unless it is held ``to_delete`` it.

    Raises:
        WorkspaceGoneError: it was deleted meanwhile.
    """
    held = Workspace.objects.select_for_update(no_key=not to_delete).filter(pk=key).first()
    if held is None:
        raise WorkspaceGoneError(_("This workspace is deleted."))
    return held


def hold_member(membership: Membership) -> Membership:
    """
    Hold a member with the workspace, and give them as they are now.

    Raises:
        NotActiveError: the person left meanwhile.
    """
    hold_workspace(membership.workspace_id)
    return keep_here(membership)


def keep_here(membership: Membership, *, field: str = "") -> Membership:
    """
    Keep somebody from leaving until the transaction ends: they are just given something.

    Raises:
        NotActiveError: the person left meanwhile; ``field`` says who was meant.
    """
    here = Membership.objects.active().select_for_update(of=("self",), no_key=True)
    member: Membership | None = here.filter(pk=membership.pk).first()
    if member is None:
        raise NotActiveError(_("This person is no longer a member."), field=field)
    return member


def reaches(by: Membership, *, old: int | None, new: int) -> bool:
    """
    Tell whether ``by`` may move somebody from ``old`` to ``new``, as ``policy.may_grant`` says.

    The role counts that ``by`` has now: while one waited for the workspace it may have been
    lowered, or taken. Ask only while the workspace is held.
    """
    granter = Membership.objects.active().filter(pk=by.pk).first()
    return granter is not None and may_grant(granter.role, old=old, new=new)


def check_reach(by: Membership, *, old: int | None, new: int, field: str = "role") -> None:
    """Raise NotAllowedError unless ``by`` reaches so far."""
    if not reaches(by, old=old, new=new):
        raise NotAllowedError(_("Your role does not reach that far. Ask an owner."), field=field)
