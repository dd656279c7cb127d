"""What a reminder says: which of one's numbers are missing shortly before they are due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.periods import Grain
from goals.rules.status import Status
from goals.selectors import phrases
from reviews.rules.letter import Letter, Reader, Row
from reviews.selectors.digest_rows import GLYPHS
from reviews.selectors.owed import Owed, get_owed_by_people
from teams.models import Workspace
from teams.policy import Action


@dataclass(frozen=True)
class ReminderFacts:
    """What is missing of a week, by the membership of whoever is to enter it."""

    workspace: Workspace
    week: date
    owed: Mapping[int | None, Sequence[Owed]]


def get_reminder_facts(workspace: Workspace, *, week: date, at: datetime) -> ReminderFacts:
    owed: dict[int | None, list[Owed]] = {}
    for each in get_owed_by_people(workspace, week=week, at=at):
        owed.setdefault(each.kpi.owner_id, []).append(each)
    return ReminderFacts(workspace, week, owed)


def write_reminder(facts: ReminderFacts, reader: Reader, *, due_at: datetime) -> Letter | None:
    """Write to one owner; None if nothing of theirs is missing, or they may not enter it."""
    owed = facts.owed.get(reader.membership_id, ())
    if not owed or not reader.may(Action.ENTER_OWN_NUMBERS):
        return None
    here, calendar = facts.workspace, facts.workspace.calendar
    due = formats.date_format(due_at.astimezone(here.zone), "l H:i")
    words = {"week": calendar.week_number(facts.week)[1], "count": len(owed), "due": due}
    heading = ngettext(
        "Week %(week)d: %(count)d number is missing, due %(due)s",
        "Week %(week)d: %(count)d numbers are missing, due %(due)s",
        len(owed),
    )
    last = calendar.last_day(Grain.WEEK, facts.week)
    page = settings.SITE_URL + reverse("goals:my-numbers", args=[here.slug])
    return Letter(
        subject=heading % words,
        preheader=", ".join(each.kpi.name for each in owed[:2])[:90],
        heading=heading % words,
        subheading=f"{here.name} · {phrases.days(facts.week, last)}",
        counts="",
        notes=(),
        mine_heading=_("Needs you, %(name)s (%(count)d)") % {**words, "name": reader.first_name},
        mine=tuple(_row(each, here) for each in owed),
        rows=(),
        on_track="",
        now_label="",
        before_label="",
        compared="",
        scorecard_url="",
        button=_("Add my numbers"),
        button_url=f"{page}?week={calendar.key(Grain.WEEK, facts.week)}",
        why=_("Sent two hours before numbers are due, to whoever in %(workspace)s owes some.")
        % {"workspace": here.name},
        manage_url=settings.SITE_URL + reverse("reviews:email"),
        is_empty=False,
    )


def _row(owed: Owed, workspace: Workspace) -> Row:
    sentence = owed.kpi.name
    if owed.asked > 1:
        words = {"kpi": sentence, "missing": owed.missing, "asked": owed.asked}
        sentence = _("%(kpi)s: %(missing)d of %(asked)d values") % words
    return Row(
        status=Status.NO_DATA.value,
        status_word=_("Missing"),
        glyph=GLYPHS[Status.NO_DATA],
        name=owed.kpi.name,
        sentence=sentence,
        now="",
        before="",
        target="",
        url=settings.SITE_URL + reverse("goals:kpi", args=[workspace.slug, owed.kpi.number]),
    )
