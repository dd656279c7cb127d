"""Departments inside a workspace."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from teams.events import workspace_changed
from teams.models import Membership, Team, Workspace
from teams.services.locks import hold_workspace


class TeamNameTakenError(DomainError):
    """Two teams of a workspace cannot bear the same name."""


class TeamGoneError(DomainError):
    """Somebody deleted the team while it was being changed."""


@transaction.atomic
def save_team(
    *, workspace: Workspace, name: str, members: Iterable[Membership], team: Team | None = None
) -> Team:
    """
    Create a team, or rename it and replace its members; who left meanwhile is passed over.

    Raises:
        TeamNameTakenError: another team bears the name.
        TeamGoneError: the team was deleted meanwhile.
    """
    hold_workspace(workspace.pk)
    here = Team.objects.for_workspace(workspace)
    # Saved as it is, a team that is gone would be made anew.
    if team is not None and not here.filter(pk=team.pk).exists():
        raise TeamGoneError(_("This team is deleted."))
    if here.exclude(pk=team.pk if team else None).filter(name__iexact=name).exists():
        raise TeamNameTakenError(_("There is already a team of this name."), field="name")
    team = team or Team(workspace=workspace)
    team.name = name
    team.save()
    wanted = [member.pk for member in members]
    team.members.set(Membership.objects.active().for_workspace(workspace).filter(pk__in=wanted))
    workspace_changed.send(Team, workspace=workspace)
    return team


@transaction.atomic
def delete_team(*, team: Team) -> None:
    """Delete a team. Its members stay, and what named it belongs to no team from then on."""
    hold_workspace(team.workspace_id)
    workspace = team.workspace
    team.delete()
    workspace_changed.send(Team, workspace=workspace)
