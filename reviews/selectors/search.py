"""What fits the words that somebody typed, over all rooms, as far as they may open it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from teams.finding import LONGEST, MOST_SHOWN, Findable, Hit, Sought, registered
from teams.models import Membership

# Pages that go by a name of their own; what they are called there, here too.
_PAGES: Mapping[str, str | Promise] = {
    "reviews:home": gettext_lazy("Home"),
    "reviews:my-work": gettext_lazy("My work"),
    "goals:kpis": gettext_lazy("KPIs"),
    "goals:my-numbers": gettext_lazy("My numbers"),
    "goals:plan": gettext_lazy("Targets"),
    "goals:new-scorecard": gettext_lazy("New scorecard"),
    "goals:library": gettext_lazy("KPI library"),
    "goals:new-kpi": gettext_lazy("New KPI"),
    "goals:imports": gettext_lazy("Imports"),
    "goals:new-import": gettext_lazy("Import a file"),
    "goals:breakdowns": gettext_lazy("Breakdowns"),
    "reviews:activity": gettext_lazy("Activity"),
    "reviews:settings": gettext_lazy("Settings"),
    "teams:general": gettext_lazy("Workspace"),
    "goals:calendar": gettext_lazy("Calendar"),
    "teams:tokens": gettext_lazy("API tokens"),
    "teams:audit": gettext_lazy("Audit trail"),
    "reviews:status": gettext_lazy("Status"),
    "teams:members": gettext_lazy("Members"),
    "teams:teams": gettext_lazy("Teams"),
    "reviews:digest": gettext_lazy("Weekly digest"),
}
# Of those, the ones where one does something at once.
_DEEDS = ("goals:my-numbers", "goals:new-kpi", "goals:new-import", "goals:new-scorecard")
# Of each section, so that all of them stay in sight.
MOST_OPTIONS = 6


class TooLongError(DomainError):
    """Nobody looks for a page of text; searching for it would only take long."""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind, best first."""

    kind: str
    label: str
    hits: Sequence[Hit]
    has_more: bool


def search(member: Membership, typed: str) -> list[Group]:
    """
    Find what fits, the kind with the best hit first; one query for each kind.

    Raises:
        TooLongError: the text is longer than ``LONGEST``.
    """
    if len(typed) > LONGEST:
        raise TooLongError(_("Search for at most %(count)d characters.") % {"count": LONGEST})
    sought = Sought.of(typed)
    if not sought.words:
        return []
    findables = [*registered(), Findable("page", gettext_lazy("Pages"), _find_pages)]
    found = [(each, each.find(member, sought)) for each in findables]
    groups = [
        Group(each.kind, str(each.label), hits[:MOST_SHOWN], len(hits) > MOST_SHOWN)
        for each, hits in found
        if hits
    ]
    return sorted(groups, key=lambda group: group.hits[0].rank)


def get_sections(member: Membership, groups: Sequence[Group], typed: str) -> list[Group]:
    """Sort what was found for the palette: where to go, what there is, what to do."""
    deeds = {reverse(route, args=[member.workspace.slug]) for route in _DEEDS}
    # Without a word there is nothing to find, and every page to go to.
    pages = _find_pages(member, Sought.of(typed))
    things = [hit for group in groups if group.kind != "page" for hit in group.hits]
    sections = (
        ("go", _("Go to"), [hit for hit in pages if hit.url not in deeds]),
        ("find", _("Find"), sorted(things, key=lambda hit: hit.rank)),
        ("do", _("Do"), [hit for hit in pages if hit.url in deeds]),
    )
    return [
        Group(kind, label, hits[:MOST_OPTIONS], len(hits) > MOST_OPTIONS)
        for kind, label, hits in sections
        if hits
    ]


def _find_pages(member: Membership, sought: Sought) -> list[Hit]:
    hits = []
    for route, label in _PAGES.items():
        url = reverse(route, args=[member.workspace.slug])
        rank = sought.fit(str(label))
        # The page's own gate says who may open it.
        if rank is not None and member.may(resolve(url).func.gate):  # type: ignore[attr-defined]
            hits.append(Hit(rank, str(label), url))
    return sorted(hits, key=lambda hit: hit.rank)
