"""Deciding who is reminded of numbers that are due: one mail per person and week."""

from datetime import date, datetime

from django.db import transaction

from core.jobs import after_commit
from core.periods import Grain
from reviews.models import DigestRun, DigestSubscription
from reviews.rules.schedule import comes_after, numbers_due_at, reminds_at
from reviews.selectors.owed import get_owed_by_people
from reviews.services import ledger
from reviews.services.planning import plan_each
from teams.models import Membership, Workspace

REMINDER = DigestSubscription.Variant.REMINDER


def plan_due(*, at: datetime) -> int:
    """Make the reminders of every workspace whose numbers are due soon; return how many began."""
    return plan_each(DigestRun.Occasion.REMINDER, _plan, at=at)


def _plan(workspace: Workspace, *, last: tuple[date, datetime] | None, at: datetime) -> bool:
    """
    Make the reminders of the latest week, between two hours before its numbers are due and then.

    What nobody planned by then is not made up: the digest names what is missing.
    """
    week = workspace.calendar.last_complete(Grain.WEEK, today=workspace.today(at=at))
    due = numbers_due_at(workspace, week)
    if last and not comes_after(week, due, last=last):
        return False
    if not reminds_at(workspace, week) <= at < due:
        return False
    return _make_run(workspace, week, due, at)


@transaction.atomic
def _make_run(workspace: Workspace, week: date, due: datetime, at: datetime) -> bool:
    run, created = DigestRun.objects.get_or_create(
        workspace=workspace,
        occasion=DigestRun.Occasion.REMINDER,
        week=week,
        defaults={"due_at": due, "made_at": at},
    )
    if not created:
        return False
    owners = {each.kpi.owner_id for each in get_owed_by_people(workspace, week=week, at=at)}
    here = Membership.objects.active().for_workspace(workspace).filter(pk__in=owners)
    DigestSubscription.objects.bulk_create(
        (
            DigestSubscription(workspace=workspace, membership=member, variant=REMINDER)
            for member in here.exclude(digests__variant=REMINDER)
        ),
        ignore_conflicts=True,
    )
    wanted = DigestSubscription.objects.for_workspace(workspace).filter(
        variant=REMINDER, membership__in=owners
    )
    ledger.enter(run, wanted.wanted(on=workspace.today(at=at)), since=reminds_at(workspace, week))
    after_commit("reviews.tasks.send_digests")
    return True
