"""Asking owners why their numbers are off track, by mail, and taking the answer."""

import logging
from collections.abc import Collection
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import one_tap
from core.errors import ConflictError
from core.periods import Grain
from goals.models import Kpi, WhyLine
from goals.selectors import phrases
from goals.selectors.board import Board, Entry, get_board
from goals.selectors.points import get_freshness
from goals.services.why_lines import say_why
from reviews.models import DigestSubscription, WhyQuestion, WhyWatch
from reviews.rules.asking import PATIENCE, may_look
from reviews.selectors.why_questions import line_about
from teams.models import Membership, Workspace
from teams.policy import Action
from teams.services import mail
from teams.services.locks import keep_here

logger = logging.getLogger(__name__)

# What the one-tap links are signed for.
PURPOSE = "why"

Unsaid = dict[tuple[int, date], Entry]


class AlreadySaidError(ConflictError):
    """Somebody said why before."""


# -- asking -------------------------------------------------------------------------------------


def ask_due(*, at: datetime) -> int:
    """
    Look through every workspace whose numbers moved, and ask about what is off track.

    A number is noticed first and asked about ten minutes later, if by then nobody has said why
    and it still is off track: one mail to each owner, each number once. Returns how many mails
    were written. The people of a demo are invented; nobody asks them.
    """
    open_here = WhyQuestion.objects.open().filter(kpi__workspace=OuterRef("pk"))
    every: Any = Workspace.objects.filter(is_demo=False).annotate(
        drained_at=F("numbers__drained_at"),
        looked_at=F("why_watch__looked_at"),
        has_open=Exists(open_here),
    )
    mails = 0
    for workspace in every.order_by("pk"):
        moments = {"drained_at": workspace.drained_at, "looked_at": workspace.looked_at}
        if not may_look(workspace, **moments, has_open=workspace.has_open, at=at):
            continue
        try:
            mails += _look(workspace, looked_at=workspace.looked_at, at=at)
        except DatabaseError:
            raise
        except Exception:  # a workspace that cannot be read holds up no other
            logger.exception("Nobody in %s could be asked why.", workspace.slug)
    return mails


@transaction.atomic
def _look(workspace: Workspace, *, looked_at: datetime | None, at: datetime) -> int:
    """Notice, forget and ask in one workspace; nothing if another worker just did."""
    WhyWatch.objects.get_or_create(workspace=workspace)
    watch = WhyWatch.objects.select_for_update().get(workspace=workspace)
    if watch.looked_at != looked_at:
        return 0
    watch.looked_at = at
    watch.save(update_fields=["looked_at"])
    today = workspace.today(at=at)
    board = get_board(
        workspace,
        freshness=get_freshness(workspace),
        newest=workspace.calendar.last_complete(Grain.WEEK, today=today),
        periods=1,
        today=today,
        language=settings.LANGUAGE_CODE,
    )
    unsaid = _unsaid(board, _unwilling(workspace, today=today))
    kept = _keep_open(workspace, unsaid)
    _notice(unsaid, at=at)
    ripe = [question for question in kept if question.noticed_at <= at - PATIENCE]
    return _ask(ripe, board, unsaid, at=at)


def _unwilling(workspace: Workspace, *, today: date) -> set[int]:
    """Give the members who want no mail about their numbers, or none for now."""
    chosen = DigestSubscription.objects.for_workspace(workspace)
    reminders = chosen.filter(variant=DigestSubscription.Variant.REMINDER)
    unwanted = reminders.filter(Q(is_on=False) | Q(paused_until__gt=today))
    return set(unwanted.values_list("membership", flat=True))


def _unsaid(board: Board, unwilling: set[int]) -> Unsaid:
    """Give what is off track without a word, and has an owner who may say why and can be asked."""
    return {
        (entry.kpi.pk, entry.current.start): entry
        for entry in board.unsaid()
        if entry.kpi.owner.is_active
        and entry.kpi.owner.may(Action.ENTER_OWN_NUMBERS)
        and entry.kpi.owner_id not in unwilling
    }


def _keep_open(workspace: Workspace, unsaid: Unsaid) -> list[WhyQuestion]:
    """Forget what was noticed and is no question any more; give what still is."""
    noticed = list(WhyQuestion.objects.for_workspace(workspace).open())
    over = [q.pk for q in noticed if (q.kpi_id, q.start) not in unsaid]
    WhyQuestion.objects.filter(pk__in=over).delete()
    return [q for q in noticed if q.pk not in over]


def _notice(unsaid: Unsaid, *, at: datetime) -> None:
    WhyQuestion.objects.bulk_create(
        [WhyQuestion(kpi_id=kpi, start=start, noticed_at=at) for kpi, start in unsaid],
        ignore_conflicts=True,
    )


def _ask(ripe: Collection[WhyQuestion], board: Board, unsaid: Unsaid, *, at: datetime) -> int:
    """Write one mail to each owner about all that is ripe."""

    def owner(question: WhyQuestion) -> Membership:
        return unsaid[question.kpi_id, question.start].kpi.owner

    mails = 0
    by_owner = sorted(ripe, key=lambda question: (owner(question).pk, question.pk))
    for member, asked in groupby(by_owner, key=owner):
        questions = list(asked)
        _write_to(member, questions, board.in_language(member.user.language), at=at)
        WhyQuestion.objects.filter(pk__in=[question.pk for question in questions]).update(
            asked_of=member, asked_at=at
        )
        mails += 1
    return mails


def _write_to(
    member: Membership, questions: Collection[WhyQuestion], board: Board, *, at: datetime
) -> None:
    entries = {entry.kpi.pk: entry for entry in board.entries}
    with translation.override(member.user.language):
        subject = ngettext(
            "Why is %(kpi)s off track?",
            "Why are %(count)d of your numbers off track?",
            len(questions),
        )
        asked = [
            {"sentence": _sentence(entries[each.kpi_id], board), "link": link_of(each)}
            for each in questions
        ]
        first = entries[next(iter(questions)).kpi_id].kpi
        context = {
            "member": member,
            "asked": asked,
            "days": one_tap.GOOD_FOR.days,
            "mail_url": f"{settings.SITE_URL}{reverse('reviews:email')}",
        }
        mail.queue(
            workspace=board.workspace,
            recipient=member.user.email,
            subject=subject % {"kpi": first.name, "count": len(questions)},
            text=render_to_string("reviews/emails/why_question.txt", context),
            at=at,
        )


def _sentence(entry: Entry, board: Board) -> str:
    period = phrases.period_name(board.calendar, entry.line.grain, entry.current.start)
    return f"{phrases.sentence(entry, board)} ({period})"


def link_of(question: WhyQuestion) -> str:
    """Give the address at which the person asked answers without signing in."""
    token = one_tap.sign(PURPOSE, question.pk)
    return f"{settings.SITE_URL}{reverse('reviews:why-question', args=[token])}"


# -- answering ----------------------------------------------------------------------------------


@transaction.atomic
def answer(*, question: WhyQuestion, why: str, next_step: str, at: datetime) -> WhyLine:
    """
    Say why for the person who was asked.

    Raises:
        AlreadySaidError: somebody has said why meanwhile, maybe by the same link.
        NotActiveError: the person who was asked has left.
        NotAllowedError: the number is not one that they may speak for any more.
        NothingToExplainError: it is not off track any more.
    """
    held = WhyQuestion.objects.locked().get(pk=question.pk)
    if line_about(held):
        raise AlreadySaidError(_("Somebody has said why already."))
    kpi = Kpi.objects.select_related("workspace").get(pk=held.kpi_id)
    asked_of = Membership.objects.select_related("workspace", "user").get(pk=held.asked_of_id)
    keep_here(asked_of)
    return say_why(kpi=kpi, start=held.start, why=why, next_step=next_step, by=asked_of, at=at)
