"""Who did what in a workspace, newest first."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from goals.models import (
    Breakdown,
    Import,
    Kpi,
    Note,
    Scorecard,
    ScorecardLine,
    Segment,
    Source,
    Target,
    WhyLine,
    Writing,
)
from reviews.selectors import acts
from reviews.selectors.acts import KPI, PAGE, Asked, Item
from teams.audit import Place
from teams.models import Membership

MOST_NAMES = 3
# What one can keep on the page; definitions are told of by the trail.
KINDS: Mapping[str, tuple[str | Promise, Collection[type[Model]]]] = {
    "numbers": (gettext_lazy("Numbers"), (Writing,)),
    "imports": (gettext_lazy("Imports"), (Import,)),
    "kpis": (gettext_lazy("KPIs"), (Kpi,)),
    "targets": (gettext_lazy("Targets"), (Target,)),
    "whys": (gettext_lazy("Why lines"), (WhyLine,)),
    "notes": (gettext_lazy("Notes"), (Note,)),
    "scorecards": (gettext_lazy("Scorecards"), (Scorecard, ScorecardLine)),
    "breakdowns": (gettext_lazy("Breakdowns"), (Breakdown, Segment)),
    "sources": (gettext_lazy("Sources"), (Source,)),
}
# Kinds whose rows are an act each.
_ACCOUNTS = {Writing._meta.label_lower, Import._meta.label_lower}


def get_activity(
    reader: Membership,
    *,
    at: datetime,
    kind: str = "",
    person: Membership | None = None,
    before: Place | None = None,
) -> tuple[list[Item], Place | None]:
    """
    Give a page of what happened, newest first, and where to go on.

    It takes a fixed number of queries: two for each kind of definition, and a few.
    """
    asked = Asked(reader, _models(kind), person, before, at)
    rows = [*acts.of_numbers(asked), *acts.of_imports(asked), *acts.of_definitions(asked)]
    rows.sort(key=lambda row: row[0], reverse=True)
    page = rows[:PAGE]
    with timezone.override(reader.workspace.zone):
        items = list(_folded(make() for _place, make in page))
    return items, page[-1][0] if len(rows) > PAGE else None


def _folded(items: Iterator[Item]) -> Iterator[Item]:
    """Tell of a run of rows that one person wrote in one act, such as a plan, as of one."""
    for _same, run in groupby(items, key=_act):
        first, *others = run
        yield _together(first, others) if others else first


def _act(item: Item) -> object:
    # What can be undone by itself stands by itself; targets are undone as they were set.
    undoable = item.undo_url or item.undone
    if item.place.kind in _ACCOUNTS or (item.place.kind == KPI and undoable):
        return item.place
    return item.at, item.who, item.what, undoable or item.deed


def _together(first: Item, others: Sequence[Item]) -> Item:
    names = list(dict.fromkeys([first.name, *(item.name for item in others)]))
    name, rest = ", ".join(names[:MOST_NAMES]), len(names) - MOST_NAMES
    if rest > 0:
        text = ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", rest)
        name = text % {"names": name, "count": rest}
    counted = Counter(item.deed for item in (first, *others)).items()
    deeds = [_("%(count)d %(deed)s") % {"count": count, "deed": deed} for deed, count in counted]
    return replace(first, name=name, deed=", ".join(deeds), lines=(), url="")


def _models(kind: str) -> set[type[Model]]:
    chosen = [KINDS[kind]] if kind in KINDS else KINDS.values()
    return {model for _label, models in chosen for model in models}
