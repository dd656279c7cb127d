"""Runs of digests: what a batch has to know, and what became of every mail."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.utils.translation import gettext as _

from core import mailer
from reviews.models import DigestDelivery, DigestRun
from reviews.rules.schedule import WEEK
from teams.models import Membership, Workspace
from teams.policy import Role

State = DigestDelivery.State
LOG_LENGTH = 100
# What somebody should look after.
LOST = (State.UNKNOWN, State.FAILED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name the digests of a workspace come, and who reads the answers."""

    workspace_name: str
    reply_to: str


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What all deliveries of a run have in common."""

    workspace: Workspace
    occasion: str
    week: date
    due_at: datetime
    sender: Sender
    # So many digests of the run before did not arrive, or may not have.
    lost_before: int


def get_run(run_id: int) -> RunFacts:
    """Read a run with its workspace, its lead and its predecessor's losses, in one query."""
    leads = _leads().filter(workspace=OuterRef("workspace"))
    earlier = DigestRun.objects.filter(
        workspace=OuterRef(OuterRef("workspace")),
        occasion=OuterRef(OuterRef("occasion")),
        week__lt=OuterRef(OuterRef("week")),
    )
    lost = (
        DigestDelivery.objects.filter(
            run=Subquery(earlier.order_by("-week").values("pk")[:1]), state__in=LOST
        )
        .values("run")
        .annotate(count=Count("pk"))
        .values("count")
    )
    run: Any = (
        DigestRun.objects.select_related("workspace")
        .annotate(
            lead_name=Subquery(leads.values("user__name")[:1]),
            lead_email=Subquery(leads.values("user__email")[:1]),
            lost_before=Subquery(lost),
        )
        .get(pk=run_id)
    )
    sender = _sender(run.workspace, run.lead_name, run.lead_email)
    return RunFacts(run.workspace, run.occasion, run.week, run.due_at, sender, run.lost_before or 0)


@dataclass(frozen=True, slots=True)
class Log:
    """One page of what became of a week's digests."""

    counts: list[tuple[Any, int]]
    # So many digests can be tried again; a reminder has had its hour.
    failed: int
    rows: list[DigestDelivery]
    pager: dict[str, Any]
    # The week passed without a run, because nobody looked; a later one told its own week.
    is_skipped: bool
    # The weeks just before this one to which that happened, oldest first.
    skipped: list[date]


def get_log(workspace: Workspace, week: date, *, page: int) -> Log:
    """Read a page of a week's deliveries, what somebody should look after first."""
    runs = DigestRun.objects.for_workspace(workspace).digests()
    latest = list(runs.filter(week__lte=week).order_by("-week")[:2])
    run = latest.pop(0) if latest and latest[0].week == week else None
    before = latest[0].week if latest else None
    is_skipped = run is None and before is not None and runs.filter(week__gt=week).exists()
    deliveries = DigestDelivery.objects.filter(run__workspace=workspace, run__week=week)
    found = list(deliveries.values_list("run__occasion", "state").annotate(count=Count("pk")))
    by_state = Counter[State]()
    for _occasion, state, count in found:
        by_state[State(state)] += count
    total = by_state.total()
    first = max(0, min(page - 1, (total - 1) // LOG_LENGTH)) * LOG_LENGTH
    rows = (
        deliveries.annotate(is_lost=Case(When(state__in=LOST, then=1), default=0))
        .select_related(
            "subscription__membership__user", "subscription__outsider", "subscription__team"
        )
        .order_by("-is_lost", "subscription__membership__user__name", "pk")
    )
    return Log(
        counts=[(state.label, by_state[state]) for state in State if state in by_state],
        failed=sum(
            count
            for occasion, state, count in found
            if occasion == DigestRun.Occasion.DIGEST and state in (State.FAILED, State.REFUSED)
        ),
        rows=list(rows[first : first + LOG_LENGTH]),
        pager=_pager(first, total),
        is_skipped=is_skipped,
        skipped=_between(before, week) if run and before else [],
    )


def _between(before: date, week: date) -> list[date]:
    """List the weeks that lie wholly between two runs."""
    count = (week - before) // WEEK - 1
    return [week - WEEK * back for back in range(count, 0, -1)]


def _pager(first: int, total: int) -> dict[str, Any]:
    """Give the numbers of the pages around; nothing where one page holds all."""
    if total <= LOG_LENGTH:
        return {}
    last, page = min(first + LOG_LENGTH, total), first // LOG_LENGTH + 1
    return {
        "text": _("%(first)d–%(last)d of %(total)d")
        % {"first": first + 1, "last": last, "total": total},
        "previous": page - 1 if first else 0,
        "next": page + 1 if last < total else 0,
    }


def count_lost(workspace: Workspace) -> int:
    """Count what somebody should look after in the latest run."""
    latest = (
        DigestRun.objects.digests().filter(workspace=workspace).order_by("-week").values("pk")[:1]
    )
    return int(DigestDelivery.objects.filter(run=Subquery(latest), state__in=LOST).count())


def get_sender(workspace: Workspace) -> Sender:
    leads = _leads().filter(workspace=workspace)
    name, email = leads.values_list("user__name", "user__email").first() or ("", "")
    return _sender(workspace, name, email)


def _leads() -> QuerySet[Membership]:
    """Those who may answer for the numbers, the lead of longest standing first."""
    found: QuerySet[Membership] = (
        Membership.objects.active().at_least(Role.LEAD).order_by("role", "joined_at", "pk")
    )
    return found


def _sender(workspace: Workspace, name: str | None, email: str | None) -> Sender:
    return Sender(workspace.name, mailer.named(name or "", email) if email else "")
