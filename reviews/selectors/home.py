"""Home: what needs us this week, and are we winning."""

from collections.abc import Callable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import sparkline
from core.periods import Grain
from goals.models import Kpi, Source
from goals.rules.status import Status
from goals.selectors import phrases
from goals.selectors.board import Board, Entry
from goals.selectors.sources import state_of
from teams.models import Membership

MOST_ATTENTION = 8
MOST_TILES = 8
NEEDS_ATTENTION = (Status.OFF_TRACK, Status.AT_RISK, Status.NO_DATA)


# Gives the address where the reader may do something about a KPI, or nothing.
Way = Callable[[Kpi], str]


def attention(board: Board, *, enter: Way, explain: Way) -> list[dict[str, Any]]:
    """
    List what is not on track, worst first.

    ``enter`` leads to where a missing number is entered, ``explain`` to where one says why a
    number is off track.
    """
    entries = board.worst_first(NEEDS_ATTENTION)
    return [_item(entry, board, enter, explain) for entry in entries[:MOST_ATTENTION]]


def failing_sources(owner: Membership) -> list[dict[str, Any]]:
    """List a member's sources from which nothing arrives, the longest first."""
    active = Source.objects.filter(owner=owner, state=Source.State.ACTIVE)
    rows = active.exclude(failing_since=None).order_by("failing_since", "pk")
    return [
        {
            "status": Status.NO_DATA,
            "word": state_of(source)[1],
            "sentence": f"{source.name}: {source.last_error}",
            "url": reverse("goals:source", args=[owner.workspace.slug, source.number]),
        }
        for source in rows[:MOST_ATTENTION]
    ]


def _item(entry: Entry, board: Board, enter: Way, explain: Way) -> dict[str, Any]:
    item: dict[str, Any] = {
        "status": entry.current.status,
        "sentence": phrases.sentence(entry, board),
        "url": board.url_of(entry.kpi),
        "owner": entry.kpi.owner.user.name,
        "age": _age(entry),
    }
    missing = entry.current.value is None and not entry.kpi.is_formula
    if missing and (url := enter(entry.kpi)):
        item["action"] = {"label": _("Add"), "url": url}
    if why := board.why(entry, entry.current):
        item["why"] = phrases.why_text(why)
    elif entry.current.status is Status.OFF_TRACK and (url := explain(entry.kpi)):
        item["action"] = {"label": _("Say why"), "url": url}
    return item


def _age(entry: Entry) -> str:
    if entry.misses < 2 or entry.line.grain is not Grain.WEEK:
        return ""
    return ngettext("%(count)d week", "%(count)d weeks", entry.misses) % {"count": entry.misses}


def tile_groups(board: Board, *, language: str) -> list[dict[str, Any]]:
    """Prepare up to eight tiles, in groups: those that the leads chose, or the first ones."""
    chosen = [entry for entry in board.entries if entry.kpi.on_home] or list(board.entries)
    shown = chosen[:MOST_TILES]
    return [
        {
            "label": kind.label,
            "tiles": [_tile(e, board, language) for e in shown if e.kpi.kind == kind],
        }
        for kind in Kpi.Kind
        if any(entry.kpi.kind == kind for entry in shown)
    ]


def _tile(entry: Entry, board: Board, language: str) -> dict[str, Any]:
    point = entry.current
    target = phrases.target_text(entry)
    return {
        "name": entry.kpi.name,
        "url": board.url_of(entry.kpi),
        "status": point.status,
        "value": "" if point.value is None else entry.format.full(point.value),
        "delta": phrases.change_text(entry, language) or _last_known(entry, board),
        "target": _("target %(target)s") % {"target": target} if target else "",
        "sparkline": sparkline(
            [each.value for each in reversed(entry.points)],
            entry.target.value if entry.target else None,
        ),
    }


def _last_known(entry: Entry, board: Board) -> str:
    known: Sequence[Any] = [point for point in entry.points if point.value is not None]
    if entry.current.value is not None or not known:
        return ""
    latest = known[0]
    period = phrases.period_name(board.workspace.calendar, entry.line.grain, latest.start)
    return _("%(value)s in %(period)s") % {
        "value": entry.format.full(latest.value),
        "period": period,
    }
