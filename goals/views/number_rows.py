"""Rows of My numbers: what stands in them, and what is made of what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.intake.errors import CellError
from core.numbers import NumberFormat
from core.periods import Grain
from core.typed import read_typed
from goals.models import Writing
from goals.rules.outliers import looks_wrong
from goals.rules.units import UnitFormat
from goals.selectors import phrases
from goals.selectors.entry import Slot
from goals.services.measurement_rows import Author, Key, NewValue
from goals.services.measurements import record, remove
from teams.models import Membership, Workspace

# States of a row that somebody has to look at again.
DOUBTFUL = frozenset({"error", "outlier", "emptied"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page: a slot and what came of the last attempt to fill it."""

    slot: Slot
    text: str
    state: str
    note: str
    gap_reason: str = ""
    # What was typed and is good to be written.
    new: NewValue | None = None


class Sheet:
    """Reads, writes and shows rows for one person, in their language."""

    def __init__(self, membership: Membership) -> None:
        self._workspace: Workspace = membership.workspace
        self._numbers = NumberFormat.of(translation.get_language())
        self._author = Author(membership=membership, source=_("My numbers"))

    def stored(self, slot: Slot) -> Row:
        """Give a row as it stands without anything typed."""
        stored = slot.stored
        if stored is None:
            return Row(slot, "", "missing", self._usual(slot))
        if stored.value is None:
            return Row(slot, "", "gap", stored.note, stored.note)
        local = stored.recorded_at.astimezone(self._workspace.zone)
        words = {
            "day": formats.date_format(local, "j M"),
            "time": formats.time_format(local, "H:i"),
        }
        note = _("saved %(day)s, %(time)s") % words
        return Row(slot, self._numbers.exact(stored.value), "saved", note)

    def typed(self, slot: Slot, posted: Mapping[str, str]) -> Row:
        """
        Read what was typed into a row; nothing is written yet.

        A row that holds what it held when it was shown is left alone, whatever others made of it
        meanwhile.
        """
        key, stored = slot.wanted.key, self.stored(slot)
        text, reason = posted.get(key, "").strip(), posted.get(f"{key}-gap", "").strip()
        if (text or reason) == posted.get(f"{key}-was", stored.text or stored.gap_reason):
            return stored
        try:
            value = read_typed(text)
        except CellError as error:
            return Row(slot, text, "error", str(error))
        if value is not None:
            if posted.get("keep") != key and self._is_outlier(slot, value):
                return Row(slot, text, "outlier", self._doubt(slot, value))
            return self._new(slot, text, value)
        if reason:
            return self._new(slot, text, None, reason)
        if text:
            doubt = _("Write a number, or say why there is no value.")
            return Row(slot, text, "error", doubt)
        return self._emptied(stored, posted)

    def _new(self, slot: Slot, text: str, value: Decimal | None, reason: str = "") -> Row:
        wanted = slot.wanted
        segment = wanted.segment.code if wanted.segment else None
        new = NewValue(wanted.kpi.code, wanted.start, value, segment, note=reason)
        if value is None:
            return Row(slot, "", "gap", reason, reason, new)
        read = self._numbers.exact(value)
        note = _("saved") if read == text else _("read as %(value)s, saved") % {"value": read}
        return Row(slot, read, "saved", note, new=new)

    def _emptied(self, stored: Row, posted: Mapping[str, str]) -> Row:
        """Ask whether what is stored is to go; it goes only if it is what the answer was about."""
        key, held = stored.slot.wanted.key, stored.text or stored.gap_reason
        if stored.state == "missing" or posted.get("keep") == key:
            return stored
        if posted.get("remove") == key and posted.get(f"{key}-was") == held:
            return replace(stored, state="removed")
        doubt = _("Remove the reason why there is no value?")
        if stored.state == "saved":
            doubt = _("Remove the value %(value)s?") % {"value": stored.text}
        return Row(stored.slot, "", "emptied", doubt)

    def save(self, rows: Sequence[Row], *, at: datetime) -> tuple[list[Row], list[Writing]]:
        """Write what is new, remove what is to go; give the rows as they are then, and the acts."""
        refused: dict[str, str] = {}
        acts = [self._record(rows, refused, at), self._remove(rows, refused, at)]
        after = [self._after(row, refused.get(row.slot.wanted.key, "")) for row in rows]
        return after, list(filter(None, acts))

    def _record(self, rows: Sequence[Row], refused: dict[str, str], at: datetime) -> Writing | None:
        new = {row.slot.wanted.key: row.new for row in rows if row.new is not None}
        if not new:
            return None
        try:
            outcome = record(list(new.values()), by=self._author, at=at, partial=True)
        except DomainError as error:
            refused |= dict.fromkeys(new, str(error))
            return None
        keys = list(new)
        refused |= {keys[error.index]: error.detail for error in outcome.errors}
        return outcome.writing

    def _remove(self, rows: Sequence[Row], refused: dict[str, str], at: datetime) -> Writing | None:
        gone = next((row.slot.wanted for row in rows if row.state == "removed"), None)
        if gone is None:
            return None
        key = Key(gone.kpi.code, gone.start, gone.segment.code if gone.segment else None)
        try:
            return remove([key], by=self._author, at=at)
        except DomainError as error:
            refused[gone.key] = str(error)
            return None

    def _after(self, row: Row, detail: str) -> Row:
        if detail:
            return replace(row, state="error", note=detail)
        if row.state == "removed":
            return self.stored(replace(row.slot, stored=None))
        return row

    def _is_outlier(self, slot: Slot, value: Decimal) -> bool:
        if slot.stored is not None and slot.stored.value == value:
            return False
        kpi = slot.wanted.kpi
        return looks_wrong(
            value,
            slot.earlier,
            plausible_min=kpi.plausible_min,
            plausible_max=kpi.plausible_max,
        )

    def _doubt(self, slot: Slot, value: Decimal) -> str:
        if slot.last and value / slot.last >= 2:
            times = self._numbers.at_most(value / slot.last, 1)
            return _("%(times)s times the value before. Keep it?") % {"times": times}
        return _("%(usual)s. Keep it?") % {"usual": self._usual(slot)}

    def _usual(self, slot: Slot) -> str:
        if len(slot.earlier) < 2:
            return ""
        kpi = slot.wanted.kpi
        form = UnitFormat(kpi.unit, kpi.unit_label, self._workspace.currency, self._numbers)
        low, high = form.full(min(slot.earlier)), form.full(max(slot.earlier))
        return _("usual %(low)s to %(high)s") % {"low": low, "high": high}

    def shown(self, row: Row) -> dict[str, Any]:
        """Prepare a row for ``goals/_number_row.html``."""
        slot, wanted, stored = row.slot, row.slot.wanted, self.stored(row.slot)
        name = wanted.kpi.name
        if wanted.segment is not None:
            name = f"{name}: {wanted.segment.name}"
        period = ""
        if wanted.kpi.grain is not Grain.WEEK:
            calendar = self._workspace.calendar
            period = phrases.period_name(calendar, wanted.kpi.grain, wanted.start)
        before = row if row.new is not None and row.state not in DOUBTFUL else stored
        return {
            "id": wanted.key,
            "name": name,
            "period": period,
            "unit": self._unit(slot),
            "last": "" if slot.last is None else self._numbers.exact(slot.last),
            "value": row.text,
            "was": before.text or before.gap_reason,
            "state": row.state,
            "note": row.note,
            "gap_reason": row.gap_reason,
        }

    def _unit(self, slot: Slot) -> str:
        match slot.wanted.kpi.unit:
            case "percent":
                return "%"
            case "currency":
                return self._workspace.currency
            case "yes_no":
                return _("1 or 0")
        return slot.wanted.kpi.unit_label
