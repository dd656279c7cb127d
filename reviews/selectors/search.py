"""What fits the words that somebody typed, over all rooms, as far as they may open it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from core.errors import DomainError
from goals.models import Kpi
from goals.services.notes import may_note
from reviews.selectors.places import MAKERS, PAGES, may_open
from teams.finding import LONGEST, MOST_SHOWN, Findable, Hit, Sought, registered
from teams.models import Membership

_DEEDS = ("goals:my-numbers", *MAKERS)
# Of pages and of things, so that what one can do stays in sight.
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


def get_sections(
    member: Membership, groups: Sequence[Group], typed: str, *, here: str = ""
) -> list[Group]:
    """
    Sort what was found for the palette: where to go, what there is, what to do.

    ``here`` is the address at which the palette is open: of a KPI, one may note something there.
    """
    sought = Sought.of(typed)
    # Without a word there is nothing to find, and every page to go to.
    pages = _find_pages(member, sought)
    deeds = {reverse(route, args=[member.workspace.slug]) for route in _DEEDS}
    doing = [*_find_note(member, sought, here), *(hit for hit in pages if hit.url in deeds)]
    going = [hit for hit in pages if hit.url not in deeds]
    things = [hit for group in groups if group.kind != "page" for hit in group.hits]
    things.sort(key=lambda hit: hit.rank)
    sections = (
        Group("go", _("Go to"), going[:MOST_OPTIONS], len(going) > MOST_OPTIONS),
        Group("find", _("Find"), things[:MOST_OPTIONS], len(things) > MOST_OPTIONS),
        Group("do", _("Do"), sorted(doing, key=lambda hit: hit.rank), has_more=False),
    )
    return [section for section in sections if section.hits]


def find_languages(typed: str) -> list[tuple[str, str]]:
    """Give the languages to switch to that fit: by their own name or by the reader's, or all."""
    sought, found = Sought.of(typed), []
    for code, name in settings.LANGUAGES:
        called = str(get_language_info(code)["name_translated"])
        words = " ".join((name, called, _("Switch language")))
        if code != get_language() and sought.fit(words) is not None:
            found.append((code, name))
    return found


def _find_note(member: Membership, sought: Sought, here: str) -> Iterator[Hit]:
    """Offer a note on the KPI whose page is at ``here``."""
    try:
        page = resolve(here)
    except Resolver404:
        return
    if page.view_name != "goals:kpi" or page.kwargs["workspace"] != member.workspace.slug:
        return
    number = page.kwargs["number"]
    kpi = Kpi.objects.for_workspace(member.workspace).filter(number=number).first()
    if kpi is None or not may_note(kpi, member):
        return
    title = _("Note on %(kpi)s") % {"kpi": kpi.name}
    rank = sought.fit(title)
    if rank is not None:
        yield Hit(rank, title, reverse("goals:new-note", args=[member.workspace.slug, number]))


def _find_pages(member: Membership, sought: Sought) -> list[Hit]:
    found = [(sought.fit(label), label, url) for label, url in may_open(member, PAGES)]
    hits = [Hit(rank, label, url) for rank, label, url in found if rank is not None]
    return sorted(hits, key=lambda hit: hit.rank)
