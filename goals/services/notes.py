"""Writing down what happened beside the numbers."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowedError
from core.periods import FIRST_DAY, LAST_DAY
from goals.models import Kpi, Note
from goals.services import marks
from teams.models import Membership
from teams.policy import Action
from teams.services.counters import next_number

LONGEST = 200


class NoteRuleError(DomainError):
    """A note without words, or of a day that there is not."""


@transaction.atomic
def add_note(*, kpi: Kpi | None, on_date: date, text: str, by: Membership, at: datetime) -> Note:
    """
    Note what happened on a day: to one KPI, or, without one, to the whole workspace.

    Raises:
        NotAllowedError: the KPI is not one whose numbers ``by`` may enter; what is about the
            whole workspace is noted by leads.
        NoteRuleError: there is no text, too much of it, or the day is out of range.
    """
    if not may_note(kpi, by):
        raise NotAllowedError(_("You may add notes to your own KPIs only."))
    if not FIRST_DAY <= on_date <= LAST_DAY:
        raise NoteRuleError(_("Choose a day from 1970 to 2199."), field="on_date")
    words = text.strip()
    if not words or len(words) > LONGEST:
        message = _("Say in at most %(most)d characters what happened.") % {"most": LONGEST}
        raise NoteRuleError(message, field="text")
    note: Note = Note.objects.create(
        workspace=by.workspace,
        number=next_number(by.workspace, "N"),
        kpi=kpi,
        on_date=on_date,
        text=words,
        made_by=by,
        made_at=at,
    )
    marks.numbers_changed(by.workspace)
    return note


@transaction.atomic
def remove_note(*, note: Note, by: Membership) -> None:
    """
    Remove a note; twice is as good as once.

    Raises:
        NotAllowedError: ``by`` could not have added it.
    """
    if not may_note(note.kpi, by):
        raise NotAllowedError(_("You may remove notes from your own KPIs only."))
    Note.objects.filter(pk=note.pk).delete()
    marks.numbers_changed(note.workspace)


def may_note(kpi: Kpi | None, by: Membership) -> bool:
    """Tell whether somebody may note what happened to a KPI, or to the workspace."""
    if kpi is None:
        return by.may(Action.EDIT_KPIS)
    own = kpi.owner_id == by.pk
    return by.may(Action.ENTER_OWN_NUMBERS if own else Action.ENTER_NUMBERS)
