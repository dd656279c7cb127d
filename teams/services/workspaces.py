"""Opening, changing and deleting a workspace."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError
from teams.models import Membership, User, Workspace
from teams.policy import Role

# Addresses that mean something else below /w/.
FALLBACK_SLUG = "team"


@transaction.atomic
def open_workspace(
    *, name: str, timezone: str, currency: str, owner: User, at: datetime, **settings: Any
) -> Membership:
    """Open a workspace with its first owner, under an address made of its name."""
    workspace = Workspace(
        name=name, slug=_free_slug(name), timezone=timezone, currency=currency, **settings
    )
    workspace.full_clean()
    workspace.save()
    return Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER, joined_at=at)


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
    """
    locked = Workspace.objects.select_for_update().get(pk=workspace.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed these settings while you did."))
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.version += 1
    locked.full_clean()
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
    workspace.delete()
    with pgtrigger.ignore():
        for model in apps.get_models():
            if model.__name__.endswith("Event") and _has_workspace(model):
                model._default_manager.filter(workspace=workspace.pk).delete()


def _has_workspace(model: Any) -> bool:
    return any(field.name == "workspace" for field in model._meta.get_fields())
