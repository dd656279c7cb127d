"""Saying why a number is off track."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowedError
from core.periods import FIRST_DAY, LAST_DAY
from goals.models import Kpi, Segment, WhyLine
from goals.selectors.why_lines import off_track_starts
from goals.services import locks, marks
from teams.models import Membership
from teams.policy import Action


class NothingToExplainError(DomainError):
    """Only a number that is off track gets a why line."""


@transaction.atomic
def say_why(
    *,
    kpi: Kpi,
    segment: Segment | None = None,
    start: date,
    why: str,
    next_step: str = "",
    by: Membership,
    at: datetime,
) -> WhyLine:
    """
    Say why the number of the period of ``start`` is off track, and what comes next.

    What was said before about the same period stays in the history.

    Raises:
        NotAllowedError: the number is not one that ``by`` may enter.
        NothingToExplainError: it is not off track, or its KPI is archived.
    """
    own = kpi.owner_id == by.pk
    if not by.may(Action.ENTER_OWN_NUMBERS if own else Action.ENTER_NUMBERS):
        raise NotAllowedError(_("You may say why for your own KPIs only."))
    if kpi.is_archived:
        raise NothingToExplainError(_("This KPI is archived."))
    if not FIRST_DAY <= start <= LAST_DAY:
        raise NothingToExplainError(_("This period has no number."), field="start")
    locks.share_definitions(by.workspace)
    start = by.workspace.calendar.start(kpi.judged_grain, start)
    today = by.workspace.today(at=at)
    if not off_track_starts(kpi, segment=segment, first=start, last=start, today=today):
        message = _("The number of this period is not off track.")
        raise NothingToExplainError(message, field="start")
    if not why.strip():
        raise DomainError(_("Write why the number is off track."), field="why")
    line: WhyLine = WhyLine.objects.create(
        kpi=kpi,
        segment=segment,
        start=start,
        why=why.strip(),
        next_step=next_step.strip(),
        said_by=by,
        said_at=at,
    )
    marks.numbers_changed(by.workspace)
    return line
