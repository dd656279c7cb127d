"""Who may do what: the one table of roles, denied by default."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.IntegerChoices):
    """What a member may do; a higher role includes all lower ones."""

    VIEWER = 10, _("Viewer")
    PARTNER = 20, _("Partner")
    MEMBER = 30, _("Member")
    LEAD = 40, _("Lead")
    ADMIN = 50, _("Admin")
    OWNER = 60, _("Owner")


class Action(models.TextChoices):
    """Everything that is allowed or denied, by the name that doors ask for."""

    READ = "read"
    ENTER_OWN_NUMBERS = "enter own numbers"
    ENTER_NUMBERS = "enter numbers"
    EDIT_KPIS = "edit KPIs"
    RUN_IMPORTS = "run imports"
    PREVIEW_DIGESTS = "preview digests"
    MANAGE_MEMBERS = "manage members"
    MANAGE_TOKENS = "manage tokens"
    EDIT_SETTINGS = "edit settings"
    READ_AUDIT = "read the audit trail"
    DELETE_WORKSPACE = "delete the workspace"


LOWEST_ROLE = {
    Action.READ: Role.VIEWER,
    Action.ENTER_OWN_NUMBERS: Role.PARTNER,
    Action.ENTER_NUMBERS: Role.MEMBER,
    Action.EDIT_KPIS: Role.LEAD,
    Action.RUN_IMPORTS: Role.LEAD,
    Action.PREVIEW_DIGESTS: Role.LEAD,
    Action.MANAGE_MEMBERS: Role.ADMIN,
    Action.MANAGE_TOKENS: Role.ADMIN,
    Action.EDIT_SETTINGS: Role.ADMIN,
    Action.READ_AUDIT: Role.ADMIN,
    Action.DELETE_WORKSPACE: Role.OWNER,
}

# The role above which nobody may lift another person, or touch them at all.
HIGHEST_GRANT = {Role.ADMIN: Role.ADMIN, Role.OWNER: Role.OWNER}


def allows(role: int, action: Action) -> bool:
    """Tell whether ``role`` reaches far enough for ``action``; an unlisted action is denied."""
    lowest = LOWEST_ROLE.get(action)
    return lowest is not None and role >= lowest


def may_grant(granter: int, *, old: int | None, new: int) -> bool:
    """
    Tell whether a member of role ``granter`` may move somebody from ``old`` to ``new``.

    ``old`` is None for somebody who is not a member yet.
    """
    highest = HIGHEST_GRANT.get(Role(granter))
    return highest is not None and new <= highest and (old is None or old <= highest)
