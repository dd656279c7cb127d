"""What a member wants to receive."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from reviews.models import DigestSubscription
from teams.models import Membership, Workspace
from teams.policy import Role
from teams.services import mail

Variant = DigestSubscription.Variant


@dataclass(frozen=True)
class Choice:
    """The digests of one workspace that a member gets."""

    personal: bool = False
    # The whole workspace, as the team variant without a team.
    workspace: bool = False
    teams: Collection[int] = field(default_factory=frozenset)
    executive: bool = False
    # Of one's numbers that are missing shortly before they are due.
    reminder: bool = True
    paused_until: date | None = None


def usual_choice(member: Membership) -> Choice:
    """
    Give what somebody gets who never chose.

    Members and partners get the personal digest, leads and admins the one of the workspace as
    well; viewers get the latter only, because they own nothing.
    """
    owns = member.role > Role.VIEWER
    return Choice(personal=owns, workspace=not owns or member.role >= Role.LEAD)


def subscribe_newcomers(workspace: Workspace) -> None:
    """Give every active member who has no subscription at all the usual one."""
    known = DigestSubscription.objects.for_workspace(workspace).digests().values("membership")
    members = Membership.objects.active().for_workspace(workspace).exclude(pk__in=known)
    rows = []
    for member in members:
        usual = usual_choice(member)
        wanted = {Variant.PERSONAL: usual.personal, Variant.TEAM: usual.workspace}
        rows += [
            DigestSubscription(workspace=workspace, membership=member, variant=variant)
            for variant, is_on in wanted.items()
            if is_on
        ]
    DigestSubscription.objects.bulk_create(rows, ignore_conflicts=True)


def chosen(member: Membership) -> Choice:
    """Give the present choice, as the form shows it."""
    rows = list(DigestSubscription.objects.filter(membership=member))
    reminder = all(row.is_on for row in rows if row.variant == Variant.REMINDER)
    if all(row.variant == Variant.REMINDER for row in rows):
        return replace(usual_choice(member), reminder=reminder)
    on = [row for row in rows if row.is_on]
    return Choice(
        personal=any(row.variant == Variant.PERSONAL for row in on),
        workspace=any(row.variant == Variant.TEAM and row.team_id is None for row in on),
        teams={row.team_id for row in on if row.team_id is not None},
        executive=any(row.variant == Variant.EXECUTIVE for row in on),
        reminder=reminder,
        paused_until=max((row.paused_until for row in rows if row.paused_until), default=None),
    )


@transaction.atomic
def choose(*, member: Membership, choice: Choice) -> None:
    """Switch mails on or off; a pause holds for all of them."""
    # The stubs of Django do not know that one may look for no team.
    wanted: dict[tuple[Variant, Any], bool] = {
        (Variant.PERSONAL, None): choice.personal,
        (Variant.TEAM, None): choice.workspace,
        (Variant.EXECUTIVE, None): choice.executive,
        (Variant.REMINDER, None): choice.reminder,
    }
    rows = DigestSubscription.objects.filter(membership=member, variant=Variant.TEAM)
    known = rows.exclude(team=None).values_list("team_id", flat=True)
    wanted |= {(Variant.TEAM, team): team in choice.teams for team in {*known, *choice.teams}}
    for (variant, team), is_on in wanted.items():
        DigestSubscription.objects.update_or_create(
            workspace=member.workspace,
            membership=member,
            variant=variant,
            team_id=team,
            defaults={"is_on": is_on, "paused_until": choice.paused_until},
        )


@transaction.atomic
def stop_refused(*, subscription_id: int, address: str, at: datetime) -> None:
    """Switch a digest off whose address was refused twice, and let the admins know."""
    rows = DigestSubscription.objects.filter(pk=subscription_id, is_on=True)
    if not rows.update(is_on=False):
        return
    readers = DigestSubscription.objects.select_related("membership__user", "workspace")
    stopped = readers.get(pk=subscription_id)
    reader = stopped.membership
    admins = Membership.objects.active().for_workspace(stopped.workspace).at_least(Role.ADMIN)
    for admin in admins.select_related("user").order_by("pk"):
        with translation.override(admin.user.language):
            words = {
                "name": reader.user.name if reader else address,
                "address": address,
                "workspace": stopped.workspace.name,
            }
            mail.queue(
                workspace=stopped.workspace,
                recipient=admin.user.email,
                subject=_("Digests to %(name)s are switched off") % words,
                text=_(
                    "The mail server refused the address %(address)s two weeks in a row, so the "
                    "weekly digest of %(workspace)s to %(name)s is switched off. With a working "
                    "address %(name)s can switch it on again under “My mail”."
                )
                % words,
                at=at,
            )
