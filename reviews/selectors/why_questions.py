"""What a question by mail is about, for the person who opens its link."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from goals.models import WhyLine
from goals.rules.status import Status
from goals.selectors import phrases
from goals.selectors.board import get_board
from goals.selectors.points import get_freshness
from reviews.models import WhyQuestion


@dataclass(frozen=True, slots=True)
class Asked:
    """A number that somebody is asked about, as it is now."""

    kpi_name: str
    period: str
    sentence: str
    # Why it cannot be explained, in a sentence; empty while it can.
    over: str
    line: WhyLine | None


def find_question(key: int | None) -> WhyQuestion | None:
    """Give a question that was asked, with its KPI and the person."""
    rows = WhyQuestion.objects.exclude(asked_of=None)
    found: WhyQuestion | None = (
        rows.select_related("kpi__workspace", "kpi__owner__user", "asked_of__user")
        .filter(pk=key)
        .first()
    )
    return found


def line_about(question: WhyQuestion) -> WhyLine | None:
    """Give what was said last about the number, by whomever."""
    lines = WhyLine.objects.filter(kpi=question.kpi_id, segment=None, start=question.start)
    found: WhyLine | None = lines.select_related("said_by__user").order_by("-pk").first()
    return found


def get_asked(question: WhyQuestion, *, today: date, language: str) -> Asked:
    """Read the number of a question and what was said about it."""
    kpi, workspace = question.kpi, question.kpi.workspace
    board = get_board(
        workspace,
        freshness=get_freshness(workspace),
        newest=question.start,
        periods=1,
        today=today,
        language=language,
        grain=kpi.judged_grain,
        kpis=[kpi],
    )
    (entry,) = board.entries
    over = ""
    if question.asked_of is None or not question.asked_of.is_active:
        over = _("This link was made for somebody who has left.")
    elif kpi.is_archived:
        over = _("This KPI is archived.")
    elif entry.current.status is not Status.OFF_TRACK:
        over = _("The number is not off track any more. There is nothing to say.")
    return Asked(
        kpi_name=kpi.name,
        period=phrases.period_name(board.calendar, kpi.judged_grain, question.start),
        sentence=phrases.sentence(entry, board),
        over=over,
        line=line_about(question),
    )
