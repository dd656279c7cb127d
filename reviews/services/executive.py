"""What the executive digest tells, and what a lead adds to it."""

import re
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError
from core.periods import FIRST_DAY, Grain
from goals.models import Scorecard
from reviews.models import ExecutiveDigest, LeadSentence
from teams.models import Membership, Workspace
from teams.services.locks import hold_workspace

_ADDRESS = re.compile(r"\S@\S")


class NoSuchWeekError(DomainError):
    """Nothing is told of the week."""


class AddressInSentenceError(DomainError):
    """The sentence goes outside, and holds an e-mail address."""


def get_executive(workspace: Workspace) -> ExecutiveDigest:
    """Give what is chosen; before anybody chose, a row that is not stored, of version 1."""
    stored: ExecutiveDigest | None = ExecutiveDigest.objects.for_workspace(workspace).first()
    return stored or ExecutiveDigest(workspace=workspace)


@transaction.atomic
def choose_scorecard(
    *, workspace: Workspace, scorecard: Scorecard | None, version: int
) -> ExecutiveDigest:
    """
    Tell of the first KPIs of a scorecard from now on, or of none.

    Raises:
        ConflictError: somebody else chose since ``version`` was read.
    """
    hold_workspace(workspace.pk)
    executive = get_executive(workspace)
    if executive.version != version:
        raise ConflictError(_("Somebody else changed these settings while you did."))
    executive.scorecard = scorecard
    executive.version += 1
    executive.save()
    return executive


def say(*, week: date, text: str, by: Membership, at: datetime) -> LeadSentence:
    """
    Add a sentence to the executive digest of a week, instead of what was said before.

    Any day of the week names it.

    Raises:
        NoSuchWeekError: the week has not begun, or lies before all numbers.
        AddressInSentenceError: it holds an e-mail address.
    """
    start = by.workspace.calendar.start(Grain.WEEK, max(week, FIRST_DAY))
    if week < FIRST_DAY or start > by.workspace.today(at=at):
        raise NoSuchWeekError(_("Choose a week that has begun, from 1970 on."), field="week")
    text = " ".join(text.split())
    if _ADDRESS.search(text):
        message = _("Leave e-mail addresses out: this sentence leaves the workspace.")
        raise AddressInSentenceError(message, field="text")
    sentence: LeadSentence = LeadSentence.objects.create(
        workspace=by.workspace, week=start, text=text, by=by, at=at
    )
    return sentence
