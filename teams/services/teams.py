"""Departments inside a workspace."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError
from teams.events import workspace_changed
from teams.models import Membership, Team, Workspace
from teams.services.locks import hold_workspace


class TeamNameTakenError(DomainError):
    """Two teams of a workspace cannot bear the same name."""


class TeamGoneError(DomainError):
    """Somebody deleted the team while it was being changed."""


@transaction.atomic
def create_team(*, workspace: Workspace, name: str, members: Iterable[Membership]) -> Team:
    """
    Create a team; who left meanwhile is passed over.

    Raises:
        TeamNameTakenError: another team bears the name.
    """
    hold_workspace(workspace.pk)
    return _save(Team(workspace=workspace), name, members)


@transaction.atomic
def change_team(*, team: Team, version: int, name: str, members: Iterable[Membership]) -> Team:
    """
    Rename a team and replace its members; who left meanwhile is passed over.

    Raises:
        ConflictError: somebody else changed it since ``version``.
        TeamNameTakenError: another team bears the name.
        TeamGoneError: the team was deleted meanwhile.
    """
    stored = _held(team, version)
    stored.version += 1
    return _save(stored, name, members)


@transaction.atomic
def delete_team(*, team: Team, version: int) -> None:
    """
    Delete a team. Its members stay, and what named it belongs to no team from then on.

    Raises:
        ConflictError: somebody else changed it since ``version``.
        TeamGoneError: the team was deleted meanwhile.
    """
    stored = _held(team, version)
    workspace = stored.workspace
    stored.delete()
    workspace_changed.send(Team, workspace=workspace)


def _held(team: Team, version: int) -> Team:
    """Read a team anew once nobody else can change it."""
    hold_workspace(team.workspace_id)
    stored: Team | None = Team.objects.for_workspace(team.workspace).filter(pk=team.pk).first()
    if stored is None:
        raise TeamGoneError(_("This team is deleted."))
    if stored.version != version:
        raise ConflictError(_("Somebody else changed this team while you did."))
    return stored


def _save(team: Team, name: str, members: Iterable[Membership]) -> Team:
    here, wanted = team.workspace, [member.pk for member in members]
    others = Team.objects.for_workspace(here).exclude(pk=team.pk)
    if others.filter(name__iexact=name).exists():
        raise TeamNameTakenError(_("There is already a team of this name."), field="name")
    team.name = name
    team.save()
    team.members.set(Membership.objects.active().for_workspace(here).filter(pk__in=wanted))
    workspace_changed.send(Team, workspace=here)
    return team
