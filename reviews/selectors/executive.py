"""What the executive digest says: few KPIs, few sentences, nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from goals.models import ScorecardLine
from goals.selectors import phrases
from goals.selectors.board import Board
from goals.selectors.points import Freshness
from reviews.models import ExecutiveDigest, LeadSentence
from reviews.rules.letter import Letter, Reader
from reviews.selectors.digest import LOUD, Edition
from reviews.selectors.digest_rows import row_of
from teams.models import Workspace

MOST_KPIS = 6
# The lead's own among them.
MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class ExecutiveFacts:
    """The KPIs that an executive digest tells of, in order, and what a lead says of the week."""

    kpis: Sequence[int]
    sentence: str


def get_executive_facts(workspace: Workspace, *, week: date) -> ExecutiveFacts:
    """Read what is told, in two queries; without a scorecard that is nothing."""
    chosen = ExecutiveDigest.objects.for_workspace(workspace).values("scorecard")
    lines = ScorecardLine.objects.filter(scorecard__in=chosen, kpi__archived_at=None)
    kpis = lines.exclude(kpi=None).order_by("position").values_list("kpi", flat=True)
    newest = get_sentences(workspace, week=week).first()
    return ExecutiveFacts(list(kpis[:MOST_KPIS]), newest.text if newest else "")


def get_sentences(workspace: Workspace, *, week: date) -> QuerySet[LeadSentence]:
    """Give what leads said of a week, the newest first: that is what counts."""
    said: QuerySet[LeadSentence] = LeadSentence.objects.for_workspace(workspace).filter(week=week)
    return said.select_related("by__user").order_by("-pk")


class ExecutiveEdition(Edition):
    """A week's executive digest in one language, made and read while that is active."""

    def __init__(
        self, board: Board, facts: ExecutiveFacts, *, freshness: Freshness, at: datetime
    ) -> None:
        by_kpi = {entry.kpi.pk: entry for entry in board.entries}
        entries = [by_kpi.pop(pk) for pk in facts.kpis if pk in by_kpi]
        super().__init__(
            replace(board, entries=entries, hidden=list(by_kpi.values())),
            freshness=freshness,
            at=at,
        )
        self._sentence = facts.sentence

    def letter(self, reader: Reader) -> Letter:
        """Write it for a member, with the ways into mops, or for somebody outside, without."""
        outside = reader.membership_id is None
        entries = self._board.entries
        rows = [replace(row_of(entry, self._board), why_line="") for entry in entries]
        if outside:
            rows = [replace(row, url="") for row in rows]
        letter = self._letter(self._board.counts(), tuple(rows))
        return replace(
            letter,
            intro=self._sentences(),
            notes=(self._stale,) if self._stale else (),
            on_track="",
            button="" if outside else letter.button,
            button_url="" if outside else letter.button_url,
            why=self._why_outside if outside else letter.why,
            manage_url="" if outside else settings.SITE_URL + reverse("reviews:email"),
        )

    def _sentences(self) -> tuple[str, ...]:
        """Let the lead speak first, then the worst of the numbers."""
        worst = self._board.worst_first(LOUD)
        told = [f"{phrases.sentence(entry, self._board)}." for entry in worst]
        own = [self._sentence] if self._sentence else []
        return tuple([*own, *told][:MOST_SENTENCES])

    @property
    def _why_outside(self) -> str:
        return _("Sent weekly, because you confirmed that you want to read of %(workspace)s.") % {
            "workspace": self._workspace.name
        }
