"""What writers wait for."""

from django.utils.translation import gettext as _

from core.errors import DomainError
from teams.models import Workspace


class WorkspaceGoneError(DomainError):
    """Somebody deleted the workspace while it was being written to."""


def hold_workspace(key: int) -> Workspace:
    """
    Hold a workspace with its people, roles, teams and invitations until the transaction ends.

    It is their root: two owners who demote each other at the same moment wait for one another
    here, and roles do not change while a rule looks at them.

    Raises:
        WorkspaceGoneError: it was deleted meanwhile.
    """
    held = Workspace.objects.select_for_update().filter(pk=key).first()
    if held is None:
        raise WorkspaceGoneError(_("This workspace is deleted."))
    return held
