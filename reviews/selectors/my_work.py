"""My work: what waits for one person, overdue first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.periods import Grain
from goals.models import Kpi, Series
from goals.rules.status import Status
from goals.selectors import phrases
from goals.selectors.board import get_board
from goals.selectors.entry import Wanted, get_wanted
from goals.selectors.points import get_freshness
from reviews.rules.schedule import numbers_due_at
from reviews.selectors.home import failing_sources
from teams.models import Membership, Workspace
from teams.policy import Action

# How many weeks that are over are looked at: what is older was missed for good.
WEEKS = 2
SECONDS_A_NUMBER = 7


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: what, by when, where it is done."""

    title: str
    detail: str
    label: str
    url: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for somebody, and when numbers are due next."""

    tasks: Sequence[Task]
    next_week: str
    next_due_at: datetime

    @property
    def overdue(self) -> list[Task]:
        return [task for task in self.tasks if task.is_overdue]

    @property
    def open(self) -> list[Task]:
        return [task for task in self.tasks if not task.is_overdue]


def get_work(member: Membership, *, at: datetime, language: str) -> Work:
    """List what waits for a member, in a fixed number of queries."""
    workspace = member.workspace
    calendar, today = workspace.calendar, workspace.today(at=at)
    newest = calendar.last_complete(Grain.WEEK, today=today)
    tasks: list[Task] = []
    if member.may(Action.ENTER_OWN_NUMBERS):
        weeks = [calendar.shift(Grain.WEEK, newest, -back) for back in range(WEEKS)]
        tasks = [*_numbers(member, weeks, at), *_whys(member, newest, today, language)]
    running = calendar.shift(Grain.WEEK, newest, 1)
    return Work(
        tasks=[*tasks, *_sources(member)],
        next_week=phrases.period_name(calendar, Grain.WEEK, running),
        next_due_at=numbers_due_at(workspace, running),
    )


def _numbers(member: Membership, weeks: Sequence[date], at: datetime) -> Iterator[Task]:
    """Give a task for each week of which numbers are missing, the oldest first."""
    workspace, calendar = member.workspace, member.workspace.calendar
    asked = {week: get_wanted(workspace, week=week, owner=member) for week in weeks}
    begun = _begun(each for wanted in asked.values() for each in wanted)
    seen: set[str] = set()
    found = []
    for week in weeks:
        # The newest week asks for what is measured less often; earlier weeks ask for nothing of
        # which there was no number yet.
        missing = [
            each
            for each in asked[week]
            if each.is_due
            and not each.answered
            and each.key not in seen
            and (week == weeks[0] or (each.series in begun and begun[each.series] <= each.start))
        ]
        seen.update(each.key for each in missing)
        if missing:
            url = reverse("goals:my-numbers", args=[workspace.slug])
            key = calendar.key(Grain.WEEK, week)
            found.append(_entering(workspace, week, len(missing), f"{url}?week={key}&owner=me", at))
    yield from reversed(found)


def _begun(wanted: Iterator[Wanted]) -> dict[int, date]:
    """Give the date of the first known value of each series that has one."""
    keys = {each.series for each in wanted if each.series is not None}
    rows = Series.objects.filter(pk__in=keys, first_on__isnull=False)
    return dict(rows.values_list("pk", "first_on"))


def _entering(workspace: Workspace, week: date, count: int, url: str, at: datetime) -> Task:
    title = ngettext(
        "Add %(count)d number for %(period)s", "Add %(count)d numbers for %(period)s", count
    )
    due = numbers_due_at(workspace, week)
    local = due.astimezone(workspace.zone)
    detail = _("due %(when)s; takes about %(seconds)d seconds") % {
        "when": formats.date_format(local, "D j M, H:i"),
        # In tens: nobody counts them.
        "seconds": -(-count * SECONDS_A_NUMBER // 10) * 10,
    }
    period = phrases.period_name(workspace.calendar, Grain.WEEK, week)
    words = {"count": count, "period": period}
    return Task(title % words, detail, _("Add now"), url, is_overdue=due <= at)


def _whys(member: Membership, week: date, today: date, language: str) -> Iterator[Task]:
    """Give the member's numbers that are off track without a word."""
    workspace = member.workspace
    kpis = Kpi.objects.owned_by(member).active().select_related("owner__user").in_order()
    board = get_board(
        workspace,
        freshness=get_freshness(workspace),
        newest=week,
        periods=1,
        today=today,
        language=language,
        kpis=list(kpis),
    )
    for entry in board.worst_first((Status.OFF_TRACK,)):
        if board.why(entry, entry.current) is None:
            url = reverse("goals:say-why", args=[workspace.slug, entry.kpi.number])
            sentence = phrases.sentence(entry, board)
            yield Task(_("Say why it is off track"), sentence, _("Say why"), url, is_overdue=False)


def _sources(member: Membership) -> Iterator[Task]:
    for source in failing_sources(member):
        title = _("Mend a source: nothing arrives")
        yield Task(title, source["sentence"], _("Open"), source["url"], is_overdue=True)
