"""Deciding which week's mails go out: once per workspace and week, whoever asks how often."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.jobs import after_commit
from core.periods import Grain, PeriodCalendar
from goals.models import Series
from goals.selectors.entry import get_wanted
from goals.selectors.phrases import LAG_ALLOWED
from goals.selectors.points import get_freshness
from reviews.models import DigestDelivery, DigestRun, DigestSubscription, LeadSentence
from reviews.rules.schedule import comes_after, due_at, latest_due_week
from reviews.services import ledger
from reviews.services.chat_ledger import enter_chats
from reviews.services.subscriptions import subscribe_newcomers
from teams.models import Workspace

logger = logging.getLogger(__name__)

# Rollups that lag hold a digest back for so long, then it goes and says so.
PATIENCE = timedelta(hours=2)

Occasion = DigestRun.Occasion


class WeekNotOverError(DomainError):
    """A digest tells of whole weeks."""


def plan_due(*, at: datetime) -> int:
    """Make the deliveries of every workspace whose digest is due; return how many runs began."""
    return plan_each(Occasion.DIGEST, _plan, at=at)


def plan_each(occasion: Occasion, plan: Callable[..., bool], *, at: datetime) -> int:
    """
    Have ``plan`` look at each workspace, with week and due moment of its last run of the occasion.

    Return how many runs began.
    """
    last = DigestRun.objects.filter(workspace=OuterRef("pk"), occasion=occasion).order_by("-week")
    every: Any = Workspace.objects.annotate(
        last_week=Subquery(last.values("week")[:1]), last_due=Subquery(last.values("due_at")[:1])
    )
    began = 0
    for workspace in every.order_by("pk"):
        last_run = (workspace.last_week, workspace.last_due) if workspace.last_week else None
        try:
            began += plan(workspace, last=last_run, at=at)
        except DatabaseError:
            raise
        except Exception:  # a workspace that cannot be planned holds up no other
            logger.exception("The %s of %s could not be planned.", occasion, workspace.slug)
    return began


def _plan(workspace: Workspace, *, last: tuple[date, datetime] | None, at: datetime) -> bool:
    """
    Make the run of the latest week that is due, if it is not made yet.

    While rollups lag, it waits up to two hours. Where the workspace wants so, a week whose numbers
    are all in is not waited with.
    """
    if workspace.digest_when_complete:
        newest = workspace.calendar.last_complete(Grain.WEEK, today=workspace.today(at=at))
        if _may_follow(workspace, newest, last) and _is_complete(workspace, newest):
            return _make_run(workspace, newest, due_at(workspace, newest), at) is not None
    week = latest_due_week(workspace, at=at)
    due = due_at(workspace, week)
    if not _may_follow(workspace, week, last):
        return False
    mark = get_freshness(workspace).oldest_mark
    lags = mark is not None and mark < max(due, at - LAG_ALLOWED)
    if lags and at < due + PATIENCE:
        return False
    return _make_run(workspace, week, due, at) is not None


def _may_follow(workspace: Workspace, week: date, last: tuple[date, datetime] | None) -> bool:
    return last is None or comes_after(week, due_at(workspace, week), last=last)


def _is_complete(workspace: Workspace, week: date) -> bool:
    """Tell whether all numbers of a week are in and added up; where none are due, none are in."""
    wanted = [each for each in get_wanted(workspace, week=week, owner=None) if each.is_due]
    if not wanted or not all(each.answered for each in wanted):
        return False
    return get_freshness(workspace).oldest_mark is None


def plan_week(*, workspace: Workspace, week: date, at: datetime) -> DigestRun:
    """
    Make the run of a week that somebody asks for, unless it is made; return it.

    Raises:
        WeekNotOverError: the week still runs, or lies ahead.
    """
    calendar = workspace.calendar
    if not calendar.is_over(Grain.WEEK, week, today=workspace.today(at=at)):
        raise WeekNotOverError(
            _("Week %(week)s is not over yet.") % {"week": calendar.key(Grain.WEEK, week)}
        )
    made = _make_run(workspace, week, min(due_at(workspace, week), at), at)
    return made or DigestRun.objects.digests().get(workspace=workspace, week=week)


@transaction.atomic
def release(*, workspace: Workspace, week: date, at: datetime) -> DigestRun:
    """
    Plan a week unless it is planned, and let all of it go at once: what waits and what failed.

    Raises:
        WeekNotOverError: the week still runs, or lies ahead.
    """
    run = plan_week(workspace=workspace, week=week, at=at)
    run.deliveries.filter(state=DigestDelivery.State.WAITING).update(send_after=at)
    ledger.reopen(run, at=at)
    return run


@transaction.atomic
def retry(*, run: DigestRun, at: datetime) -> int:
    """Try a run's failed deliveries anew; return how many. What may have arrived is not one."""
    count = ledger.reopen(run, at=at)
    after_commit("reviews.tasks.send_digests")
    return count


@transaction.atomic
def _make_run(workspace: Workspace, week: date, due: datetime, at: datetime) -> DigestRun | None:
    """
    Make a run with its deliveries; give None if it was there already.

    If it is made before it is due, only what tells of teams goes at once, the rest when it is due.
    Nobody gets a digest where nothing is set up, nor one that was due before they joined. The
    decision stands: what is set up later in the week is told of in the next.
    """
    run, created = DigestRun.objects.get_or_create(
        workspace=workspace,
        occasion=Occasion.DIGEST,
        week=week,
        defaults={"due_at": due, "made_at": at},
    )
    if not created:
        return None
    ledger.overtake(run, at=at)
    if has_numbers(workspace, week):
        subscribe_newcomers(workspace)
        wanted = (
            DigestSubscription.objects.for_workspace(workspace)
            .digests()
            .wanted(on=workspace.today(at=max(due, at)))
            .read_since(due)
        )
        at_once = min(run.due_at, run.made_at)
        ledger.enter(run, wanted.of_teams(), since=at_once)
        enter_chats(run, since=at_once)
        ledger.enter(run, wanted, since=run.due_at)
        after_commit("reviews.tasks.send_digests")
    return run


def move_runs(*, workspace: Workspace, before: PeriodCalendar, after: PeriodCalendar) -> None:
    """Let runs and sentences of past weeks stand for their heirs: no week is told of twice."""
    move = before.move_to(after, Grain.WEEK)
    if move:
        runs = DigestRun.objects.for_workspace(workspace)
        runs.update(week=F("week") + timedelta(days=move.days))
        sentences = LeadSentence.objects.for_workspace(workspace)
        sentences.update(week=F("week") + timedelta(days=move.days))


def has_numbers(workspace: Workspace, week: date) -> bool:
    """Tell whether any KPI in use had a number by the end of the week."""
    known = Series.objects.for_workspace(workspace).filter(kpi__archived_at=None)
    last_day = workspace.calendar.last_day(Grain.WEEK, week)
    return bool(known.filter(first_on__lte=last_day).exists())
