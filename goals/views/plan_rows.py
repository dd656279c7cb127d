"""Rows of the plan: what stands in their cells, and what is made of what was typed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from core.intake.errors import CellError
from core.numbers import NumberFormat
from core.periods import Grain
from core.typed import read_typed
from goals.models import Kpi
from goals.rules.plans import Columns, Standing, read_token, usual_comparator
from goals.rules.status import RANGES
from goals.rules.units import UnitFormat
from goals.selectors.plan import Planned
from goals.services.plans import Edit
from teams.models import Workspace

# Of what can only be read; a field shows every digit.
_DECIMALS = 4
Cell = tuple[int, date]  # the KPI's key and the column


@dataclass
class Typed:
    """What came with the form: texts, those that are edits, and what is wrong with others."""

    texts: dict[Cell, str] = field(default_factory=dict)
    edits: dict[int, dict[date, Edit]] = field(default_factory=dict)
    errors: dict[Cell, str] = field(default_factory=dict)


def was_key(kpi: Kpi) -> str:
    """Name the hidden field that holds what stood in the cells of a row."""
    return f"was-{kpi.number}"


class Sheet:
    """Reads and shows rows of the plan in one person's language."""

    def __init__(self, workspace: Workspace, columns: Columns) -> None:
        self._workspace, self._columns = workspace, columns
        self._numbers = NumberFormat.of(translation.get_language())

    def typed(self, planned: Sequence[Planned], posted: Mapping[str, str]) -> Typed:
        """Read what was typed; a cell that holds what it held when it was shown is left alone."""
        typed = Typed()
        for row in planned:
            tokens = posted.get(was_key(row.kpi), "").split("|")
            for column, was in zip(self._columns.starts, tokens, strict=False):
                text = posted.get(_cell_name(row.kpi, column))
                shown = read_token(was)
                if text is None or (shown is not None and text.strip() == self._text(shown)):
                    continue
                cell = (row.kpi.pk, column)
                typed.texts[cell] = text
                try:
                    edit = Edit(read_typed(text), was)
                except CellError as error:
                    typed.errors[cell] = str(error)
                else:
                    typed.edits.setdefault(row.kpi.pk, {})[column] = edit
        return typed

    def overtaken(self, planned: Sequence[Planned], cells: Collection[Cell]) -> dict[Cell, str]:
        """Say of cells that somebody else changed what stands there now."""
        rows = {row.kpi.pk: row for row in planned}
        notes = {}
        for kpi, column in cells:
            now = rows[kpi].standing(column)
            words = {"now": self._text(now) or _("no target")}
            notes[kpi, column] = _("Somebody else wrote: %(now)s") % words
        return notes

    def proposed(self, proposals: Mapping[int, Mapping[date, Decimal]]) -> Typed:
        """Give suggestions as if somebody had typed them."""
        return Typed(
            texts={
                (kpi, column): self._numbers.exact(value)
                for kpi, cells in proposals.items()
                for column, value in cells.items()
            }
        )

    def heads(self) -> list[dict[str, str]]:
        """Name the columns."""
        if self._columns.grain is Grain.MONTH:
            return [
                {"id": f"c{start:%Y%m%d}", "label": formats.date_format(start, "M y")}
                for start in self._columns.starts
            ]
        return [
            {
                "id": f"c{start:%Y%m%d}",
                "label": _("W%(week)d") % {"week": self._columns.calendar.week_number(start)[1]},
            }
            for start in self._columns.starts
        ]

    def shown(self, row: Planned, typed: Typed, notes: Mapping[Cell, str]) -> dict[str, Any]:
        """Prepare a row for ``goals/_plan_rows.html``."""
        kpi = row.kpi
        standings = {column: row.standing(column) for column in row.slots}
        first = next(iter(row.slots.values())).first if row.slots else self._columns.starts[0]
        comparator = usual_comparator(row.line, first, kpi.direction)
        form = UnitFormat(kpi.unit, kpi.unit_label, self._workspace.currency, self._numbers)
        cells = []
        for head, column in zip(self.heads(), self._columns.starts, strict=True):
            key, stood = (kpi.pk, column), standings.get(column)
            cell = {
                "head": head,
                "name": _cell_name(kpi, column),
                "text": typed.texts.get(key, self._text(stood) if stood else ""),
                "error": typed.errors.get(key) or notes.get(key, ""),
                "pasted": key in typed.texts and key not in typed.errors,
                "state": self._state(row, column),
            }
            if stood is not None:
                cell["varies"] = stood.varies
                goalpost = stood.goalpost
                if cell["state"] == "fixed":
                    cell["text"] = self._fixed_text(stood, form)
                if goalpost is not None and goalpost.comparator not in {comparator, *RANGES}:
                    cell["sign"] = goalpost.comparator.label
            cells.append(cell)
        tokens = (
            standings[column].token if column in standings else ""
            for column in self._columns.starts
        )
        return {
            "kpi": kpi,
            "was_name": was_key(kpi),
            "was": "|".join(tokens),
            "words": [text for text in (comparator.label, self._unit(kpi), self._per(kpi)) if text],
            "cells": cells,
        }

    def _state(self, row: Planned, column: date) -> str:
        """Tell whether a cell is open, fixed (over, or a range), or stands for no period."""
        slot = row.slots.get(column)
        if slot is None:
            return "none"
        stood = row.standing(column)
        return "fixed" if slot.closed or (stood.is_range and not stood.varies) else "open"

    def _text(self, stood: Standing) -> str:
        if stood.varies or stood.goalpost is None:
            return ""
        return self._numbers.exact(stood.goalpost.value)

    def _fixed_text(self, stood: Standing, form: UnitFormat) -> str:
        if stood.varies:
            return _("several")
        if stood.goalpost is None:
            return "–"
        if stood.is_range:
            return form.target(stood.goalpost)
        return self._numbers.at_most(stood.goalpost.value, _DECIMALS)

    def _unit(self, kpi: Kpi) -> str:
        units = {Kpi.Unit.PERCENT: "%", Kpi.Unit.CURRENCY: self._workspace.currency}
        return units.get(Kpi.Unit(kpi.unit), kpi.unit_label)

    def _per(self, kpi: Kpi) -> str:
        """Say what one cell stands for where it is not a single period of the KPI."""
        if kpi.grain.rank >= self._columns.grain.rank:
            return ""
        return _("for each day") if kpi.grain is Grain.DAY else _("for each week")


def _cell_name(kpi: Kpi, column: date) -> str:
    return f"t-{kpi.number}-{column:%Y%m%d}"
