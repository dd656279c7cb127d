"""What writers wait for."""

from teams.models import Workspace


def hold_people(workspace: int) -> None:
    """
    Hold the workspace's people, roles, teams and invitations until the transaction ends.

    The workspace is their root: two owners who demote each other at the same moment wait for one
    another here, and roles do not change while a rule looks at them.
    """
    Workspace.objects.select_for_update().get(pk=workspace)
