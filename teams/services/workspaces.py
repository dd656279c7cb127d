"""Opening, changing and deleting a workspace."""

import unicodedata
from datetime import datetime
from typing import Any

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError, first_rule
from teams import audit
from teams.events import workspace_changed, workspace_deleting
from teams.models import Membership, User, Workspace
from teams.policy import Role
from teams.services.locks import hold_workspace

# The address of a workspace whose name has no letters that fit into one.
FALLBACK_SLUG = "team"
_START_LOCK = 0x57A127


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
    language: str,
    at: datetime,
    **settings: Any,
) -> Membership:
    """
    Open the first workspace of an installation; its owner also runs the installation.

    Where all workspaces were deleted, people are left: such a person starts with the password
    that is theirs already. Of two who start at once, one waits and is then refused.

    Raises:
        DomainError: there is a workspace already, or the address is another person's.
    """
    _hold_start()
    if is_set_up():
        raise DomainError(_("There is a workspace already. Ask its owner for an invitation."))
    owner = User.objects.filter(email__iexact=email).first()
    if owner is None:
        owner = User.objects.create_user(email, password, name=owner_name, language=language)
    elif not (owner.is_active and owner.check_password(password)):
        raise DomainError(_("Somebody already uses this e-mail address."), field="email")
    owner.is_staff = True
    owner.save(update_fields=["is_staff"])
    settings |= {"currency": currency, "first_steps": True}
    return open_workspace(name=name, timezone=timezone, owner=owner, at=at, **settings)


def is_set_up() -> bool:
    """Tell whether anybody works here: a demo is there to be looked at."""
    return Workspace.objects.filter(is_demo=False).exists()


def _hold_start() -> None:
    # There is no row yet that two people who start at the same moment could wait for.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_START_LOCK])


def _check(workspace: Workspace) -> None:
    try:
        workspace.full_clean()
    except ValidationError as error:
        raise first_rule(error, DomainError, workspace) from error


def _free_slug(name: str) -> str:
    stem = slugify(name)[:40].rstrip("-_") or FALLBACK_SLUG
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
    locked = hold_workspace(workspace.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed these settings while you did."))
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.version += 1
    _check(locked)
    locked.save()
    workspace_changed.send(Workspace, workspace=locked)
    return locked


@transaction.atomic
def hide_first_steps(*, workspace: Workspace) -> None:
    """
    List on Home no more what is left of the first run.

    Raises:
        WorkspaceGoneError: somebody deleted the workspace.
    """
    locked = hold_workspace(workspace.pk)
    locked.first_steps = False
    locked.save(update_fields=["first_steps"])


@transaction.atomic
def delete_workspace(*, workspace: Workspace, confirmed_name: str) -> None:
    """
    Delete a workspace with everything in it, its audit trail included.

    People who belong to no other workspace keep their sign-in, except the invented ones of a
    demo.

    Raises:
        WorkspaceGoneError: somebody else deleted it first.
        DomainError: the name was not typed as it is.
    """
    locked = hold_workspace(workspace.pk, to_delete=True)
    if _as_read(confirmed_name) != _as_read(locked.name):
        raise DomainError(_("Type the workspace's name as it is written."), field="name")
    workspace_deleting.send(Workspace, workspace=locked)
    audit.forget(locked)
    invented = User.objects.filter(
        memberships__workspace=locked, memberships__workspace__is_demo=True
    )
    people = list(invented.values_list("pk", flat=True))
    # Else the triggers would begin a new trail, of the deletions.
    with pgtrigger.ignore():
        locked.delete()
    User.objects.filter(pk__in=people, memberships=None).delete()


def _as_read(name: str) -> str:
    """Give a name as a page shows it: spaces in a row look like one, and so do two ways of é."""
    return unicodedata.normalize("NFC", " ".join(name.split()))
