"""The scorecard: KPIs by weeks, months or quarters, the newest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import sparkline
from core.periods import Grain
from goals.models import Kpi, Scorecard
from goals.rules.status import Goalpost, Status
from goals.selectors import phrases
from goals.selectors.board import Board, Entry
from goals.selectors.points import Point

# The columns beside the periods: KPI, owner, target, average, trend.
OTHER_COLUMNS = 5
# Those of the running period: what it has come to, and its plan.
RUNNING_COLUMNS = 2
GRAINS = (Grain.WEEK, Grain.MONTH, Grain.QUARTER)
TRAILING = (4, 13, 26)
# So many misses in a row are worth a word in the trend column.
RUN = 3
AVERAGED = {"sum", "last", "min", "max"}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows a scorecard shows; empty means all."""

    kind: str = ""
    stage: str = ""
    owner: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        return cls(**{each.name: query.get(each.name, "") for each in fields(cls)})

    def keep(self, kpi: Kpi) -> bool:
        return (
            self.kind in {"", kpi.kind}
            and self.stage in {"", kpi.stage}
            and self.owner in {"", kpi.owner.user.email}
        )


@dataclass(frozen=True, slots=True)
class Periods:
    """By which periods a scorecard goes, and how many that are over it shows."""

    grain: Grain = Grain.WEEK
    count: int = 13

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read a query string; what it does not understand it takes as the default."""
        grain, count = query.get("period", ""), query.get("periods", "")
        return cls(
            grain=Grain(grain) if grain in GRAINS else Grain.WEEK,
            count=int(count) if count in map(str, TRAILING) else 13,
        )


Group = tuple[str, Sequence[Kpi]]


def by_kind(kpis: Sequence[Kpi]) -> list[Group]:
    """Group KPIs by kind, as the scorecard of all KPIs has them."""
    return [
        (str(kind.label), of_kind)
        for kind in Kpi.Kind
        if (of_kind := [kpi for kpi in kpis if kpi.kind == kind])
    ]


def get_groups(scorecard: Scorecard) -> list[Group]:
    """Read the KPIs in use on a scorecard under their headings; costs one query."""
    lines = scorecard.lines.filter(kpi__archived_at=None)
    groups: list[tuple[str, list[Kpi]]] = [("", [])]
    for line in lines.select_related("kpi__owner__user").order_by("position"):
        if line.kpi is None:
            groups.append((line.heading, []))
        else:
            groups[-1][1].append(line.kpi)
    return [group for group in groups if group[1]]


def as_table(board: Board, groups: Sequence[Group], filters: Filters) -> dict[str, Any]:
    """Prepare the board for ``components/_scorecard_table.html``, under the groups' headings."""
    entries = {entry.kpi.pk: entry for entry in board.entries if filters.keep(entry.kpi)}
    shown = [
        (label, [entries[kpi.pk] for kpi in kpis if kpi.pk in entries]) for label, kpis in groups
    ]
    return {
        "caption": _caption(board.grain, len(entries)),
        "running": _running_head(board),
        "periods": [
            {
                "label": phrases.period_label(board.calendar, board.grain, start),
                "title": phrases.period_title(board.calendar, board.grain, start),
                "current": start == board.starts[0],
            }
            for start in board.starts
        ],
        "columns": len(board.starts) + OTHER_COLUMNS + RUNNING_COLUMNS * bool(board.running),
        "groups": [
            {"label": label, "rows": [_row(entry, board) for entry in rows]}
            for label, rows in shown
            if rows
        ],
    }


def _caption(grain: Grain, count: int) -> str:
    captions = {
        Grain.WEEK: ngettext(
            "%(count)d KPI by week, newest week first",
            "%(count)d KPIs by week, newest week first",
            count,
        ),
        Grain.MONTH: ngettext(
            "%(count)d KPI by month, newest month first",
            "%(count)d KPIs by month, newest month first",
            count,
        ),
        Grain.QUARTER: ngettext(
            "%(count)d KPI by quarter, newest quarter first",
            "%(count)d KPIs by quarter, newest quarter first",
            count,
        ),
    }
    return captions[grain] % {"count": count}


def _running_head(board: Board) -> dict[str, str] | None:
    if board.running is None:
        return None
    period = phrases.period_label(board.calendar, board.grain, board.running)
    return {
        "label": _("%(period)s to date") % {"period": period},
        "title": phrases.period_title(board.calendar, board.grain, board.running),
    }


def _row(entry: Entry, board: Board) -> dict[str, Any]:
    return {
        "name": entry.kpi.name,
        "url": board.url_of(entry.kpi),
        "target": phrases.target_text(entry),
        "owner": entry.kpi.owner.user.name,
        "to_date": [_to_date(entry)] if board.running else [],
        "plan": _plan(entry),
        "cells": list(_cells(entry, board)),
        "average": _average(entry),
        "run": _run(entry),
        "why": phrases.why_text(why) if (why := board.why(entry, entry.current)) else "",
        "sparkline": sparkline(
            [point.value for point in reversed(entry.points)],
            entry.target.value if entry.target else None,
        ),
    }


def _to_date(entry: Entry) -> dict[str, str]:
    now = entry.to_date
    if now is None:
        return {"status": Status.NO_DATA, "text": "", "note": _("Nothing is due before it is over")}
    if now.value is None:
        return {"status": Status.NO_DATA, "text": "", "note": _("No value")}
    words = {"value": entry.format.exact(now.value)}
    note = _("%(value)s so far") % words
    if now.plan:
        words["plan"] = entry.format.target(now.plan)
        note = _("%(value)s so far, plan %(plan)s") % words
    if now.status is Status.NOT_JUDGED:
        note = f"{note}; {_('incomplete, so not judged')}"
    return {"status": now.status, "text": entry.format.cell(now.value), "note": note}


def _plan(entry: Entry) -> str:
    """Write the plan to date, and after it that of the whole period if it is another."""
    now = entry.to_date
    if now is None or now.plan is None:
        return ""
    plan = entry.format.target(now.plan)
    if now.target is None or now.target == now.plan:
        return plan
    return _("%(plan)s of %(target)s") % {
        "plan": plan,
        "target": entry.format.cell(now.target.value),
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
        if entry.line.grain is not board.grain:
            period = phrases.period_name(board.calendar, entry.line.grain, point.start)
            note = f"{period}: {note}"
        if point.status is Status.NOT_JUDGED:
            note = f"{note}; {_why_not_judged(point)}"
        cell = {"status": point.status, "text": entry.format.cell(point.value), "note": note}
        yield cell | _remarks(entry, point, board, note)


def _remarks(entry: Entry, point: Point, board: Board, note: str) -> dict[str, str]:
    """Give what else a cell says, and where: why it is off track, and what happened."""
    why, noted = board.why(entry, point), board.notes(entry, point)
    if not (why or noted):
        return {}
    said = [note, *([phrases.why_text(why)] if why else []), *noted]
    place = "why" if why else "notes"
    return {"note": "; ".join(said), "url": f"{board.url_of(entry.kpi)}#{place}"}


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
