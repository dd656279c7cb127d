"""Departments inside a workspace."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from teams.models import Membership, Team, Workspace
from teams.services.locks import hold_workspace


class TeamNameTakenError(DomainError):
    """Two teams of a workspace cannot bear the same name."""


@transaction.atomic
def save_team(
    *, workspace: Workspace, name: str, members: Iterable[Membership], team: Team | None = None
) -> Team:
    """
    Create a team, or rename it and replace its members.

    Raises:
        TeamNameTakenError: another team bears the name.
    """
    hold_workspace(workspace.pk)
    others = Team.objects.for_workspace(workspace).exclude(pk=team.pk if team else None)
    if others.filter(name__iexact=name).exists():
        raise TeamNameTakenError(_("There is already a team of this name."), field="name")
    team = team or Team(workspace=workspace)
    team.name = name
    team.save()
    team.members.set(members)
    return team


def delete_team(*, team: Team) -> None:
    """Delete a team. Its members stay, and what named it belongs to no team from then on."""
    team.delete()
