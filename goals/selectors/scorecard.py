"""The scorecard: KPIs by weeks, newest week first."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import sparkline
from core.periods import Grain
from goals.models import Kpi
from goals.rules.status import Goalpost, Status
from goals.selectors import phrases
from goals.selectors.board import Board, Entry
from goals.selectors.points import Point

# The columns beside the weeks: KPI, owner, target, average, trend.
OTHER_COLUMNS = 5
# So many misses in a row are worth a word in the trend column.
RUN = 3
AVERAGED = {"sum", "last", "min", "max"}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows a scorecard shows; empty means all."""

    kind: str = ""
    owner: str = ""

    def keep(self, kpi: Kpi) -> bool:
        fits_kind = not self.kind or kpi.kind == self.kind
        return fits_kind and (not self.owner or kpi.owner.user.email == self.owner)


def as_table(board: Board, filters: Filters) -> dict[str, Any]:
    """Prepare the board for ``components/_scorecard_table.html``."""
    calendar = board.workspace.calendar
    entries = [entry for entry in board.entries if filters.keep(entry.kpi)]
    kinds = [kind for kind in Kpi.Kind if any(entry.kpi.kind == kind for entry in entries)]
    caption = ngettext(
        "%(count)d KPI by week, newest week first",
        "%(count)d KPIs by week, newest week first",
        len(entries),
    )
    return {
        "caption": caption % {"count": len(entries)},
        "weeks": [
            {
                "label": calendar.week_number(week)[1],
                "title": phrases.week_title(calendar, week),
                "current": week == board.weeks[0],
            }
            for week in board.weeks
        ],
        "columns": len(board.weeks) + OTHER_COLUMNS,
        "groups": [
            {
                "label": kind.label,
                "rows": [_row(e, board) for e in entries if e.kpi.kind == kind],
            }
            for kind in kinds
        ],
    }


def _row(entry: Entry, board: Board) -> dict[str, Any]:
    return {
        "name": entry.kpi.name,
        "url": board.url_of(entry.kpi),
        "target": phrases.target_text(entry),
        "owner": entry.kpi.owner.user.name,
        "cells": list(_cells(entry, board)),
        "average": _average(entry),
        "run": _run(entry),
        "sparkline": sparkline(
            [point.value for point in reversed(entry.points)],
            entry.target.value if entry.target else None,
        ),
    }


def _cells(entry: Entry, board: Board) -> Iterator[dict[str, str]]:
    # What most cells of a row share is put into words once.
    judged, nothing = _("%(value)s, target %(target)s"), _("No value")
    targets: dict[Goalpost | None, str] = {None: ""}
    for point in entry.points:
        if point.value is None:
            yield {"status": point.status, "text": "", "note": nothing}
            continue
        if point.target is not None and point.target not in targets:
            targets[point.target] = entry.format.target(point.target)
        note = entry.format.exact(point.value)
        if target := targets[point.target]:
            note = judged % {"value": note, "target": target}
        if entry.line.grain is not Grain.WEEK:
            period = phrases.period_name(board.workspace.calendar, entry.line.grain, point.start)
            note = f"{period}: {note}"
        if point.status is Status.NOT_JUDGED:
            note = f"{note}; {_why_not_judged(point)}"
        yield {"status": point.status, "text": entry.format.cell(point.value), "note": note}


def _why_not_judged(point: Point) -> str:
    return _("incomplete, so not judged") if point.over else _("still running, so not judged")


def _average(entry: Entry) -> str:
    """Average what may be averaged: a mean of rates would be a number of nothing."""
    values = [point.value for point in entry.points if point.value is not None]
    if entry.kpi.aggregation not in AVERAGED or not values:
        return ""
    return entry.format.cell(sum(values, Decimal(0)) / len(values))


def _run(entry: Entry) -> str:
    if entry.misses < RUN:
        return ""
    texts = {
        Kpi.Direction.INCREASE: ngettext(
            "%(count)d below target", "%(count)d below target", entry.misses
        ),
        Kpi.Direction.DECREASE: ngettext(
            "%(count)d above target", "%(count)d above target", entry.misses
        ),
        Kpi.Direction.MAINTAIN: ngettext(
            "%(count)d off target", "%(count)d off target", entry.misses
        ),
    }
    return texts[Kpi.Direction(entry.kpi.direction)] % {"count": entry.misses}
