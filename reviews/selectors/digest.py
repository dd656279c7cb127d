"""What a digest says: one board per workspace and week, told in each language to each reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.periods import Grain
from goals.rules.status import Status
from goals.selectors import phrases
from goals.selectors.board import SEVERITY, Board, Entry
from goals.selectors.points import Freshness
from reviews.rules.letter import Letter, Note, Reader, Row
from reviews.selectors.digest_rows import row_of
from reviews.selectors.owed import Owed
from teams.policy import Action

# So far back one looks for misses in a row.
WEEKS = 13
LONGEST_SUBJECT = 60
LONGEST_PREHEADER = 90
# So many KPIs that miss numbers are named, the others counted.
NAMED = 8
LOUD = (Status.OFF_TRACK, Status.AT_RISK, Status.NO_DATA)


@dataclass(frozen=True)
class _Scope:
    """What the digests of one team, or of the whole workspace, have in common."""

    entries: Sequence[Entry]
    # The loud ones, worst first, and their rows by owner.
    loud: Sequence[Entry]
    owned: Mapping[int | None, list[Row]]
    # As somebody reads it of whom nothing is needed.
    letter: Letter
    # What is missing of the week, in a line.
    missing: Note | None


class Edition:
    """
    A week's digest of one workspace in one language.

    It is made and read while that language is active. What several letters share is put into
    words once.
    """

    def __init__(
        self,
        board: Board,
        *,
        freshness: Freshness,
        at: datetime,
        owed: Sequence[Owed] = (),
        lost: int = 0,
    ) -> None:
        self._board, self._freshness, self._at, self._lost = board, freshness, at, lost
        self._owed = owed
        self._workspace, self._week = board.workspace, board.starts[0]
        self._calendar = board.workspace.calendar
        self._scopes: dict[int | None, _Scope] = {}

    def letter(self, reader: Reader) -> Letter:
        """Write the digest for one reader."""
        scope = self._scope(reader.team_id)
        letter = scope.letter
        if notes := self._notes(scope, reader):
            letter = replace(letter, notes=notes)
        if reader.variant == "team" and self._workspace.digest_when_complete:
            letter = replace(letter, why=self._why_when_complete)
        mine = scope.owned.get(reader.membership_id) if reader.variant == "personal" else None
        return self._addressed(letter, mine, scope, reader) if mine else letter

    def _addressed(self, letter: Letter, mine: list[Row], scope: _Scope, reader: Reader) -> Letter:
        """Put first what needs the reader."""
        words = {"name": reader.first_name, "count": len(mine)}
        others = tuple(row for row in letter.rows if row not in mine)
        letter = replace(
            letter,
            subject=self._subject(words),
            mine_heading=_("Needs you, %(name)s (%(count)d)") % words,
            mine=tuple(mine),
            rows=others,
        )
        missing = any(
            entry.kpi.owner_id == reader.membership_id
            and entry.current.value is None
            and not entry.kpi.is_formula
            for entry in scope.loud
        )
        if not (missing and reader.may(Action.ENTER_OWN_NUMBERS)):
            return letter
        return replace(letter, button=_("Add my numbers"), button_url=self._url("goals:my-numbers"))

    def _scope(self, team: int | None) -> _Scope:
        if team not in self._scopes:
            self._scopes[team] = self._told(team)
        return self._scopes[team]

    def _told(self, team: int | None) -> _Scope:
        board = self._board
        entries = [e for e in board.entries if team is None or e.kpi.team_id == team]
        loud = [e for e in board.worst_first(LOUD) if team is None or e.kpi.team_id == team]
        rows = [row_of(entry, board) for entry in loud]
        owned: dict[int | None, list[Row]] = {}
        for entry, row in zip(loud, rows, strict=True):
            owned.setdefault(entry.kpi.owner_id, []).append(row)
        letter = self._letter(_count([e.current.status for e in entries]), tuple(rows))
        missing = [o.kpi.name for o in self._owed if team is None or o.kpi.team_id == team]
        return _Scope(entries, loud, owned, letter, _missing(missing))

    def _letter(self, counts: dict[Status, int], rows: tuple[Row, ...]) -> Letter:
        heading, told = self._heading(counts), _counted(counts)
        on_track = counts.get(Status.ON_TRACK, 0)
        return Letter(
            subject=_short(heading, LONGEST_SUBJECT),
            preheader=_short("; ".join(row.sentence for row in rows[:2]), LONGEST_PREHEADER),
            heading=heading,
            subheading=self._subheading,
            counts="" if heading.endswith(told) else told,
            notes=(),
            mine_heading="",
            mine=(),
            rows=rows,
            on_track=phrases.counted(Status.ON_TRACK, on_track) if on_track else "",
            now_label=_("W%(week)d") % {"week": self._number},
            before_label=_("Before"),
            compared=self._compared,
            scorecard_url=self._url("goals:kpis"),
            button=_("Open Home"),
            button_url=self._url("reviews:home"),
            why=self._why,
            manage_url=settings.SITE_URL + reverse("reviews:email"),
            is_empty=not counts,
        )

    def _heading(self, counts: dict[Status, int]) -> str:
        loud = {status: count for status, count in counts.items() if status in LOUD}
        if not loud and set(counts) == {Status.ON_TRACK}:
            told = _("all on track")
        else:
            told = _counted(loud or counts)
        return _("Week %(week)d: %(told)s") % {"week": self._number, "told": told}

    def _subject(self, words: dict[str, Any]) -> str:
        words = {**words, "week": self._number}
        subject = ngettext(
            "Week %(week)d: %(count)d thing needs you, %(name)s",
            "Week %(week)d: %(count)d things need you, %(name)s",
            words["count"],
        )
        if len(subject % words) <= LONGEST_SUBJECT:
            return subject % words
        nameless = ngettext(
            "Week %(week)d: %(count)d thing needs you",
            "Week %(week)d: %(count)d things need you",
            words["count"],
        )
        return nameless % words

    @cached_property
    def _number(self) -> int:
        return self._calendar.week_number(self._week)[1]

    @cached_property
    def _subheading(self) -> str:
        last = self._calendar.last_day(Grain.WEEK, self._week)
        return _("%(workspace)s · %(days)s") % {
            "workspace": self._workspace.name,
            "days": phrases.days(self._week, last),
        }

    @cached_property
    def _compared(self) -> str:
        before = self._calendar.shift(Grain.WEEK, self._week, -1)
        return _("Week %(week)d compared with week %(before)d") % {
            "week": self._number,
            "before": self._calendar.week_number(before)[1],
        }

    @cached_property
    def _why(self) -> str:
        text = _("Sent weekly, %(day)s %(time)s %(zone)s, to members of %(workspace)s.")
        return text % self._usual_moment

    @cached_property
    def _why_when_complete(self) -> str:
        text = _(
            "Sent when all numbers of a week are in, at the latest %(day)s %(time)s %(zone)s, to "
            "members of %(workspace)s."
        )
        return text % self._usual_moment

    @property
    def _usual_moment(self) -> dict[str, Any]:
        here = self._workspace
        return {
            "day": here.get_digest_weekday_display(),
            "time": f"{here.digest_time:%H:%M}",
            "zone": here.timezone,
            "workspace": here.name,
        }

    def _notes(self, scope: _Scope, reader: Reader) -> tuple[Note, ...]:
        notes = [self._stale] if self._stale else []
        if scope.missing and reader.variant == "team":
            notes.append(scope.missing)
        if reader.missed_one:
            notes.append(self._week_before(scope))
        if self._lost and reader.may(Action.EDIT_SETTINGS):
            notes.append(self._lost_ones)
        return tuple(notes)

    @cached_property
    def _stale(self) -> Note | None:
        note = phrases.freshness_note(self._freshness, self._workspace.zone, at=self._at)
        return Note(note.text) if note.stale else None

    def _week_before(self, scope: _Scope) -> Note:
        """Tell in a line what the reader may have missed: the digest before was lost on its way."""
        week = self._calendar.shift(Grain.WEEK, self._week, -1)
        statuses = [entry.points[1].status for entry in scope.entries]
        counts = _count(statuses)
        text = _("Last week's digest may not have reached you. Week %(week)d: %(told)s.") % {
            "week": self._calendar.week_number(week)[1],
            "told": _counted(counts),
        }
        return Note(text, self._url("reviews:home", week))

    @cached_property
    def _lost_ones(self) -> Note:
        week = self._calendar.shift(Grain.WEEK, self._week, -1)
        text = ngettext(
            "Of last week's digests %(count)d may not have arrived.",
            "Of last week's digests %(count)d may not have arrived.",
            self._lost,
        )
        return Note(text % {"count": self._lost}, self._url("reviews:digest-log", week))

    def _url(self, name: str, week: date | None = None) -> str:
        page = settings.SITE_URL + reverse(name, args=[self._workspace.slug])
        return f"{page}?week={self._calendar.key(Grain.WEEK, week or self._week)}"


def _missing(names: Sequence[str]) -> Note | None:
    if not names:
        return None
    told = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    if more <= 0:
        return Note(_("Not in yet: %(names)s.") % {"names": told})
    text = ngettext(
        "Not in yet: %(names)s and %(count)d more.",
        "Not in yet: %(names)s and %(count)d more.",
        more,
    )
    return Note(text % {"names": told, "count": more})


def _count(statuses: Sequence[Status]) -> dict[Status, int]:
    return {status: statuses.count(status) for status in SEVERITY if status in statuses}


def _counted(counts: dict[Status, int]) -> str:
    return ", ".join(phrases.counted(status, count) for status, count in counts.items())


def _short(text: str, length: int) -> str:
    """Cut a text that is too long, at a space if one is near."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    words, _space, _rest = cut.rpartition(" ")
    return (words if len(words) > length // 2 else cut) + "…"
