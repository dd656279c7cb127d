"""A scorecard's numbers as programs and spreadsheets read them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.numbers import plain
from goals.models import Kpi, Scorecard
from goals.selectors.board import Board, Entry, get_board
from goals.selectors.points import Freshness, get_freshness
from goals.selectors.scorecard import Group, Periods, get_groups


class Out:
    """A scorecard of so many whole periods, newest first; costs five queries."""

    def __init__(self, scorecard: Scorecard, periods: Periods, *, at: datetime) -> None:
        workspace = scorecard.workspace
        today = workspace.today(at=at)
        self._scorecard, self._periods = scorecard, periods
        self._freshness: Freshness = get_freshness(workspace)
        self._groups: Sequence[Group] = get_groups(scorecard)
        self._board: Board = get_board(
            workspace,
            kpis=[kpi for _label, kpis in self._groups for kpi in kpis],
            freshness=self._freshness,
            grain=periods.grain,
            newest=workspace.calendar.last_complete(periods.grain, today=today),
            periods=periods.count,
            today=today,
            language="en",
        )

    def as_rows(self) -> Iterator[Sequence[object]]:
        """Give a table for spreadsheets: a row for each KPI, a column for each period's start."""
        starts: Sequence[date] = self._board.starts
        yield ("group", "kpi", "code", "unit", "target", "status", *starts)
        for label, entry in self._entries():
            target = entry.target.value if entry.target else None
            values: list[Decimal | None] = [point.value for point in entry.points]
            yield (
                label, entry.kpi.name, entry.kpi.code, self._unit(entry.kpi), target,
                entry.current.status.value, *values,
            )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Give the same for programs, with target and status of each period; numbers as texts."""
        drained = self._freshness.drained_at
        return {
            "scorecard": self._scorecard.name,
            "period": self._periods.grain.value,
            "currency": self._board.workspace.currency,
            "numbers_as_of": drained.isoformat() if drained else None,
            "kpis": [
                {
                    "group": label,
                    "kpi": entry.kpi.code,
                    "name": entry.kpi.name,
                    "unit": entry.kpi.unit,
                    "points": [
                        {
                            "start": point.start.isoformat(),
                            "value": _text(point.value),
                            "target": _text(point.target.value if point.target else None),
                            "target_upper": _text(point.target.upper if point.target else None),
                            "status": point.status.value,
                            "complete": point.complete,
                        }
                        for point in entry.points
                    ],
                }
                for label, entry in self._entries()
            ],
        }

    def _entries(self) -> Iterator[tuple[str, Entry]]:
        entries = {entry.kpi.pk: entry for entry in self._board.entries}
        for label, kpis in self._groups:
            for kpi in kpis:
                yield label, entries[kpi.pk]

    def _unit(self, kpi: Kpi) -> str:
        if kpi.unit == Kpi.Unit.CURRENCY:
            return self._board.workspace.currency
        return kpi.unit_label or kpi.unit


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
