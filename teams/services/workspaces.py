"""Opening, changing and deleting a workspace."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError, first_rule
from teams import audit
from teams.events import workspace_deleting
from teams.models import Membership, User, Workspace
from teams.policy import Role

# The address of a workspace whose name has no letters that fit into one.
FALLBACK_SLUG = "team"


@transaction.atomic
def open_workspace(
    *, name: str, timezone: str, currency: str, owner: User, at: datetime, **settings: Any
) -> Membership:
    """Open a workspace with its first owner, under an address made of its name."""
    workspace = Workspace(
        name=name, slug=_free_slug(name), timezone=timezone, currency=currency, **settings
    )
    _check(workspace)
    workspace.save()
    return Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER, joined_at=at)


@transaction.atomic
def start(
    *,
    name: str,
    timezone: str,
    currency: str,
    owner_name: str,
    email: str,
    password: str,
    at: datetime,
) -> Membership:
    """
    Open the first workspace of an installation; its owner also runs the installation.

    Raises:
        DomainError: there is a workspace already, or the address is taken.
    """
    if Workspace.objects.filter(is_demo=False).exists():
        raise DomainError(_("There is a workspace already. Ask its owner for an invitation."))
    if User.objects.filter(email__iexact=email).exists():
        raise DomainError(_("Somebody already uses this e-mail address."), field="email")
    owner = User.objects.create_user(email, password, name=owner_name, is_staff=True)
    return open_workspace(name=name, timezone=timezone, currency=currency, owner=owner, at=at)


def _check(workspace: Workspace) -> None:
    try:
        workspace.full_clean()
    except ValidationError as error:
        raise first_rule(error, DomainError) from error


def _free_slug(name: str) -> str:
    stem = slugify(name)[:40] or FALLBACK_SLUG
    taken = set(Workspace.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if stem not in taken:
        return stem
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{stem}-{n}") not in taken)


@transaction.atomic
def change_settings(*, workspace: Workspace, version: int, **changes: Any) -> Workspace:
    """
    Change settings of the workspace that somebody read at ``version``.

    Raises:
        ConflictError: somebody else changed the settings since.
        DomainError: a value is not allowed.
    """
    locked = Workspace.objects.select_for_update().get(pk=workspace.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed these settings while you did."))
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.version += 1
    _check(locked)
    locked.save()
    return locked


@transaction.atomic
def delete_workspace(*, workspace: Workspace, confirmed_name: str) -> None:
    """
    Delete a workspace with everything in it, its audit trail included.

    People who belong to no other workspace keep their sign-in.

    Raises:
        DomainError: the name was not typed as it is.
    """
    if confirmed_name.strip() != workspace.name:
        raise DomainError(_("Type the workspace's name as it is written."), field="name")
    workspace_deleting.send(Workspace, workspace=workspace)
    key = workspace.pk
    workspace.delete()
    audit.forget(key)
