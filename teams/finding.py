"""What search finds: rooms register their kinds of things, the search page asks for them here."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Case, F, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, Lower
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from teams.models import Membership, Team
from teams.policy import Action

# Of each kind; whoever wants another one adds a word.
MOST_SHOWN = 20
LONGEST = 200
# How well a thing fits, best first.
NAMED, BEGINS, WORDS, PARTS = range(4)
_REF = re.compile(r"([A-Za-z]{1,2})-?([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for, as they typed it and word by word."""

    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, typed: str) -> Self:
        # PostgreSQL stores every character but this one, so no stored text holds it.
        words = tuple(typed.replace("\0", " ").split())
        return cls(" ".join(words), words)

    def number(self, letters: str) -> int:
        """Give the 3 of K-3 if that is what is sought, else 0, which no thing has."""
        named = _REF.fullmatch(self.text)
        return int(named[2]) if named and named[1].upper() == letters else 0

    def fit(self, label: str) -> int | None:
        """Tell how well a text that is not in the database fits, or None if it does not."""
        text, label = self.text.casefold(), label.casefold()
        if label == text:
            return NAMED
        if label.startswith(text):
            return BEGINS
        return WORDS if all(word.casefold() in label for word in self.words) else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found; ``ref`` is its speakable id, where it has one."""

    rank: int
    title: str
    url: str
    ref: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Findable:
    """
    One kind of thing that can be found.

    ``find`` gives what fits and the member may open, best first, and at most one more than
    ``MOST_SHOWN``; it may take one query.
    """

    kind: str
    label: str | Promise
    find: Callable[[Membership, Sought], list[Hit]]


def fitting(
    rows: QuerySet[Any],
    sought: Sought,
    *,
    named_by: Sequence[str],
    also: Sequence[str] = (),
    letters: str = "",
) -> QuerySet[Any]:
    """
    Keep the rows whose fields hold every word, or whose speakable id is sought, as ``rank`` says.

    ``named_by`` are the fields that name a row, the first as people do, ``also`` those that tell
    of it; none may be null. ``letters`` stand before its number. A whole word of the name goes
    before a part of one, and before words elsewhere.
    """
    name = named_by[0]
    spaced = [part for field in (*named_by, *also) for part in (F(field), Value(" "))]
    kept, exactly = Q(), Q()
    for word in sought.words:
        kept &= Q(all_text__icontains=word)
    for field in named_by:
        exactly |= Q(**{f"{field}__iexact": sought.text})
    if letters:
        numbered = Q(number=sought.number(letters))
        kept, exactly = numbered | kept, numbered | exactly
    rank = Case(
        When(exactly, then=NAMED),
        When(**{f"{name}__istartswith": sought.text}, then=BEGINS),
        When(document=SearchQuery(sought.text, config="simple"), then=WORDS),
        default=PARTS,
        output_field=IntegerField(),
    )
    found: QuerySet[Any] = rows.alias(
        all_text=Concat(*spaced, output_field=TextField()),
        document=SearchVector(name, config="simple"),
    ).annotate(rank=rank)
    return found.filter(kept).order_by("rank", Lower(name), "pk")[: MOST_SHOWN + 1]


def _find_teams(member: Membership, sought: Sought) -> list[Hit]:
    found = fitting(Team.objects.for_workspace(member.workspace), sought, named_by=["name"])
    return [Hit(team.rank, team.name, _url(member, "team", team.pk)) for team in found]


def _find_people(member: Membership, sought: Sought) -> list[Hit]:
    rows = Membership.objects.active().for_workspace(member.workspace).select_related("user")
    found = fitting(rows, sought, named_by=["user__name", "user__email"])
    return [
        Hit(each.rank, each.user.name, _url(member, "member", each.pk), detail=each.user.email)
        for each in found
    ]


def _url(member: Membership, page: str, pk: int) -> str:
    """Give the page of a team or person; who may not change them sees the list."""
    here = member.workspace.slug
    if member.may(Action.MANAGE_MEMBERS):
        return reverse(f"teams:{page}", args=[here, pk])
    return reverse(f"teams:{page}s", args=[here])


_registry: list[Findable] = [
    Findable("team", gettext_lazy("Teams"), _find_teams),
    Findable("member", gettext_lazy("People"), _find_people),
]


def register(findable: Findable) -> None:
    """Add a kind of thing to search; rooms do it once, in ``AppConfig.ready``."""
    _registry.append(findable)


def registered() -> Sequence[Findable]:
    return tuple(_registry)
