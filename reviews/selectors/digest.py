"""What a digest says: one board per workspace and language, told to each reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.periods import Grain
from goals.models import Kpi
from goals.rules.status import Status
from goals.selectors import phrases
from goals.selectors.board import Board, Entry, get_board
from goals.selectors.points import Freshness
from reviews.models import DigestSubscription
from teams.models import Membership, Workspace

WEEKS = 13
LONGEST_SUBJECT = 60
LOUD = (Status.OFF_TRACK, Status.AT_RISK, Status.NO_DATA)
GLYPHS = {
    Status.OFF_TRACK: "■",
    Status.AT_RISK: "▲",
    Status.NO_DATA: "–",
    Status.NOT_JUDGED: "…",
    Status.NO_TARGET: "○",
    Status.ON_TRACK: "●",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One KPI in a digest, in words."""

    status: Status
    glyph: str
    name: str
    sentence: str
    now: str
    before: str
    target: str
    url: str


@dataclass(frozen=True)
class Letter:
    """Everything that one digest says, for the HTML, the text and the preview alike."""

    subject: str
    preheader: str
    heading: str
    subheading: str
    greeting: str
    mine: Sequence[Row]
    rows: Sequence[Row]
    on_track: int
    total: int
    counts: str
    now_label: str
    before_label: str
    stale: str
    home_url: str
    scorecard_url: str
    button: str
    button_url: str
    why: str
    manage_url: str

    @property
    def is_quiet(self) -> bool:
        return not self.rows and not self.mine


class Edition:
    """A week's digest of one workspace in one language; the rows are written once for all."""

    def __init__(
        self, workspace: Workspace, week: date, *, freshness: Freshness, today: date, language: str
    ) -> None:
        self._workspace, self._week, self._freshness = workspace, week, freshness
        self.board: Board = get_board(
            workspace,
            freshness=freshness,
            week=week,
            weeks=WEEKS,
            today=today,
            language=language,
        )
        self._rows: dict[int, Row] = {}

    @cached_property
    def _number(self) -> int:
        return self._workspace.calendar.week_number(self._week)[1]

    def _url(self, name: str, *args: object, query: str = "") -> str:
        path = reverse(name, args=[self._workspace.slug, *args])
        return f"{settings.SITE_URL}{path}{query}"

    def letter(self, reader: Membership, subscription: DigestSubscription | None) -> Letter:
        """Write the digest for one reader; without a subscription, a personal one."""
        team = subscription.team_id if subscription else None
        personal = subscription is None or subscription.variant == "personal"
        entries = [e for e in self.board.entries if team is None or e.kpi.team_id == team]
        loud = [e for e in self.board.worst_first(LOUD) if e in entries]
        mine = [e for e in loud if e.kpi.owner_id == reader.pk] if personal else []
        others = [e for e in loud if e not in mine]
        on_track = sum(1 for e in entries if e.current.status == Status.ON_TRACK)
        week = self._workspace.calendar.key(Grain.WEEK, self._week)
        missing = any(e.current.value is None and not e.kpi.is_formula for e in mine)
        return Letter(
            subject=self._subject(loud, mine, reader, personal=personal),
            preheader="; ".join(self._row(e).sentence for e in loud[:2])[:90],
            heading=self._heading(loud),
            subheading=self._subheading(),
            greeting=reader.user.first_name,
            mine=[self._row(e) for e in mine],
            rows=[self._row(e) for e in others],
            on_track=on_track,
            total=len(entries),
            counts=_counts(entries),
            now_label=_("W%(week)d") % {"week": self._number},
            before_label=_("before"),
            stale=self._stale(),
            home_url=self._url("reviews:home", query=f"?week={week}"),
            scorecard_url=self._url("goals:kpis", query=f"?week={week}"),
            button=_("Add my numbers") if missing else _("Open Home"),
            button_url=(
                self._url("goals:my-numbers", query=f"?week={week}")
                if missing
                else self._url("reviews:home", query=f"?week={week}")
            ),
            why=_("You get this because you are a member of %(workspace)s.")
            % {"workspace": self._workspace.name},
            manage_url=settings.SITE_URL + reverse("reviews:email"),
        )

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to write about: no KPI, or none with a number yet."""
        return all(entry.line.first_on is None and not entry.line.stored
                   for entry in self.board.entries)  # fmt: skip

    def _subject(
        self, loud: list[Entry], mine: list[Entry], reader: Membership, *, personal: bool
    ) -> str:
        words = {"week": self._number, "name": reader.user.first_name, "count": len(mine)}
        if personal and mine:
            text = ngettext(
                "Week %(week)d: %(count)d thing needs you, %(name)s",
                "Week %(week)d: %(count)d things need you, %(name)s",
                len(mine),
            )
            return (text % words)[:LONGEST_SUBJECT]
        return self._heading(loud)[:LONGEST_SUBJECT]

    def _heading(self, loud: list[Entry]) -> str:
        counted = [
            phrases.counted(status, count)
            for status in LOUD
            if (count := sum(1 for e in loud if e.current.status == status))
        ]
        told = ", ".join(counted) if counted else _("all on track")
        return _("Week %(week)d: %(told)s") % {"week": self._number, "told": told}

    def _subheading(self) -> str:
        calendar = self._workspace.calendar
        return _("%(workspace)s · %(days)s · compared with week %(week)d") % {
            "workspace": self._workspace.name,
            "days": phrases.days(self._week, calendar.last_day(Grain.WEEK, self._week)),
            "week": calendar.week_number(calendar.shift(Grain.WEEK, self._week, -1))[1],
        }

    def _stale(self) -> str:
        if self._freshness.oldest_mark is None:
            return ""
        at: datetime = self._freshness.oldest_mark.astimezone(self._workspace.zone)
        return _("Numbers as of %(time)s; newer ones are still being added up.") % {
            "time": f"{at:%H:%M}"
        }

    def _row(self, entry: Entry) -> Row:
        key = entry.kpi.pk
        if key not in self._rows:
            self._rows[key] = self._written(entry)
        return self._rows[key]

    def _written(self, entry: Entry) -> Row:
        now, before = entry.current.value, entry.previous.value
        return Row(
            status=entry.current.status,
            glyph=GLYPHS[entry.current.status],
            name=entry.kpi.name,
            sentence=phrases.sentence(entry, self.board),
            now="–" if now is None else entry.format.full(now),
            before="–" if before is None else entry.format.full(before),
            target=phrases.target_text(entry),
            url=self._kpi_url(entry.kpi),
        )

    def _kpi_url(self, kpi: Kpi) -> str:
        return self._url("goals:kpi", kpi.number)


def _counts(entries: Sequence[Entry]) -> str:
    statuses = [entry.current.status for entry in entries]
    order = (*LOUD, Status.NOT_JUDGED, Status.NO_TARGET, Status.ON_TRACK)
    return ", ".join(phrases.counted(s, statuses.count(s)) for s in order if s in statuses)
