"""People, workspaces and what belongs to them."""

from teams.models.mail import OutgoingMail
from teams.models.owned import WorkspaceOwned, WorkspaceOwnedQuerySet
from teams.models.records import Counter, IdempotencyKey
from teams.models.tokens import ApiToken
from teams.models.users import User
from teams.models.workspaces import Invitation, Membership, Team, TeamMember, Workspace

__all__ = [
    "ApiToken",
    "Counter",
    "IdempotencyKey",
    "Invitation",
    "Membership",
    "OutgoingMail",
    "Team",
    "TeamMember",
    "User",
    "Workspace",
    "WorkspaceOwned",
    "WorkspaceOwnedQuerySet",
]
