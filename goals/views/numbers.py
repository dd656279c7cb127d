"""My numbers: a week's values, entered in a minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import DomainError
from core.htmx import wants_fragment
from core.intake.errors import CellError
from core.numbers import NumberFormat
from core.periods import Grain
from core.typed import read_typed
from goals.rules.outliers import looks_wrong
from goals.rules.units import UnitFormat
from goals.selectors import phrases
from goals.selectors.entry import Slot, get_slots
from goals.selectors.weeks import chosen_week
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import RowsRefusedError, record
from teams.access import WorkspaceRequest, workspace_view
from teams.models import Workspace
from teams.policy import Action


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page: a slot and what came of the last attempt to fill it."""

    slot: Slot
    format: UnitFormat
    text: str
    state: str
    note: str
    gap_reason: str = ""


@workspace_view(Action.ENTER_OWN_NUMBERS)
@require_http_methods(["GET", "POST"])
def my_numbers(request: WorkspaceRequest) -> HttpResponse:
    """Show a week's numbers and take those that are typed, row by row or all at once."""
    today = request.workspace.today(at=clock.now())
    week = chosen_week(request.GET.get("week", ""), request.workspace.calendar, today=today)
    everyone = request.GET.get("owner") == "all" and request.membership.may(Action.ENTER_NUMBERS)
    slots = get_slots(
        request.workspace,
        week=week,
        owner=None if everyone else request.membership,
        by=request.membership,
    )
    page = _Page(request, week, everyone=everyone)
    if request.method == "POST":
        return _save(page, slots)
    return page.answer([page.stored_row(slot) for slot in slots])


def _save(page: "_Page", slots: Sequence[Slot]) -> HttpResponse:
    request = page.request
    rows = [page.typed_row(slot) for slot in slots if slot.key in request.POST]
    typed = {row.slot.key: row for row in rows}
    shown = [typed.get(slot.key) or page.stored_row(slot) for slot in slots]
    if wants_fragment(request):
        return page.fragment(rows, shown)
    if problems := [row for row in rows if row.state in {"error", "outlier"}]:
        # What could be read is saved; the rest stays on the page as it was typed.
        return page.answer(shown, problems=problems)
    count = sum(1 for row in rows if row.state == "saved")
    saved = ngettext("%(count)d number saved.", "%(count)d numbers saved.", count)
    messages.success(request, saved % {"count": count})
    return HttpResponseRedirect(request.get_full_path(), status=303)


class _Page:
    """Reads, writes and shows the rows of one request."""

    def __init__(self, request: WorkspaceRequest, week: date, *, everyone: bool) -> None:
        self.request, self.week, self._everyone = request, week, everyone
        self._workspace: Workspace = request.workspace
        self._numbers = NumberFormat.of(translation.get_language())
        self._author = Author(membership=request.membership, source=_("My numbers"))

    def stored_row(self, slot: Slot) -> Row:
        form = self._format(slot)
        if slot.stored is None:
            return Row(slot, form, "", "missing", self._usual(slot, form))
        if slot.stored.value is None:
            return Row(slot, form, "", "gap", slot.stored.note, slot.stored.note)
        text = self._numbers.exact(slot.stored.value)
        at = formats.time_format(slot.stored.recorded_at.astimezone(self._workspace.zone), "H:i")
        day = formats.date_format(slot.stored.recorded_at.astimezone(self._workspace.zone), "j M")
        note = _("saved %(day)s, %(time)s") % {"day": day, "time": at}
        return Row(slot, form, text, "saved", note)

    def typed_row(self, slot: Slot) -> Row:
        """Save what was typed into a row, or say why not."""
        form = self._format(slot)
        text = self.request.POST.get(slot.key, "").strip()
        reason = self.request.POST.get(f"{slot.key}-gap", "").strip()
        try:
            value = read_typed(text)
        except CellError as error:
            return Row(slot, form, text, "error", str(error))
        if value is None and text and not reason:
            doubt = _("Write a number, or say why there is no value.")
            return Row(slot, form, text, "error", doubt)
        if value is None and not reason:
            return self.stored_row(slot) if slot.stored is None else self._unchanged(slot, form)
        keep = self.request.POST.get("keep") == slot.key
        if value is not None and not keep and self._is_outlier(slot, value):
            return Row(slot, form, text, "outlier", self._doubt(slot, value))
        return self._write(slot, form, value, text, reason)

    def _unchanged(self, slot: Slot, form: UnitFormat) -> Row:
        # An emptied field is not an order to delete: deleting is done on the KPI's page.
        row = self.stored_row(slot)
        if row.state == "gap":
            return row
        note = _("The stored value stays. To remove it, open the KPI.")
        return Row(slot, form, row.text, "saved", note)

    def _write(
        self, slot: Slot, form: UnitFormat, value: Decimal | None, text: str, reason: str
    ) -> Row:
        new = NewValue(
            kpi=slot.kpi.code,
            date=slot.start,
            value=value,
            segment=slot.segment.code if slot.segment else None,
            note=reason if value is None else "",
        )
        try:
            record([new], by=self._author, at=clock.now())
        except RowsRefusedError as error:
            return Row(slot, form, text, "error", error.errors[0].detail)
        except DomainError as error:
            return Row(slot, form, text, "error", str(error))
        if value is None:
            return Row(slot, form, "", "gap", reason, reason)
        read = self._numbers.exact(value)
        note = _("saved") if read == text else _("read as %(value)s, saved") % {"value": read}
        return Row(slot, form, read, "saved", note)

    def _is_outlier(self, slot: Slot, value: Decimal) -> bool:
        if slot.stored is not None and slot.stored.value == value:
            return False
        return looks_wrong(
            value,
            slot.earlier,
            plausible_min=slot.kpi.plausible_min,
            plausible_max=slot.kpi.plausible_max,
        )

    def _doubt(self, slot: Slot, value: Decimal) -> str:
        if slot.last and value / slot.last >= 2:
            times = self._numbers.at_most(value / slot.last, 1)
            return _("%(times)s times the value before. Keep it?") % {"times": times}
        return _("%(usual)s. Keep it?") % {"usual": self._usual(slot, self._format(slot))}

    def _usual(self, slot: Slot, form: UnitFormat) -> str:
        if len(slot.earlier) < 2:
            return ""
        low, high = form.full(min(slot.earlier)), form.full(max(slot.earlier))
        return _("usual %(low)s to %(high)s") % {"low": low, "high": high}

    def _format(self, slot: Slot) -> UnitFormat:
        kpi = slot.kpi
        return UnitFormat(kpi.unit, kpi.unit_label, self._workspace.currency, self._numbers)

    def answer(self, rows: Sequence[Row], *, problems: Sequence[Row] = ()) -> HttpResponse:
        context = self._context(rows)
        context["problems"] = [self._shown(row) for row in problems]
        status = 422 if problems else 200
        return render(self.request, "goals/my_numbers.html", context, status=status)

    def fragment(self, rows: Sequence[Row], everything: Sequence[Row]) -> HttpResponse:
        """Answer htmx with the rows that it sent, and how many of all are missing now."""
        context = {
            "rows": [self._shown(row) for row in rows],
            "action": self.request.get_full_path(),
            **_counts(everything),
        }
        return render(self.request, "goals/_number_rows.html", context)

    def _context(self, rows: Sequence[Row]) -> dict[str, Any]:
        calendar, week = self._workspace.calendar, self.week
        return {
            "rows": [self._shown(row) for row in rows],
            **_counts(rows),
            "week": week,
            "week_label": calendar.week_number(week)[1],
            "title": phrases.week_title(calendar, week),
            "previous_url": self._week_url(calendar.shift(Grain.WEEK, week, -1)),
            "next_url": self._next_url(),
            "action": self.request.get_full_path(),
            "everyone": self._everyone,
            "owner_tabs": self._owner_tabs(),
            "empty_actions": self._ways_on(),
        }

    def _shown(self, row: Row) -> dict[str, Any]:
        slot, calendar = row.slot, self._workspace.calendar
        name = slot.kpi.name if slot.segment is None else f"{slot.kpi.name}: {slot.segment.name}"
        period = ""
        if slot.kpi.grain is not Grain.WEEK:
            period = phrases.period_name(calendar, slot.kpi.grain, slot.start)
        return {
            "id": slot.key,
            "name": name,
            "url": slot.kpi.get_absolute_url(),
            "period": period,
            "unit": _unit(row.format),
            "last": "" if slot.last is None else self._numbers.exact(slot.last),
            "value": row.text,
            "state": row.state,
            "note": row.note,
            "gap_reason": row.gap_reason,
        }

    def _week_url(self, week: date) -> str:
        key = self._workspace.calendar.key(Grain.WEEK, week)
        owner = "&owner=all" if self._everyone else ""
        return f"{self.request.path}?week={key}{owner}"

    def _next_url(self) -> str:
        calendar = self._workspace.calendar
        following = calendar.shift(Grain.WEEK, self.week, 1)
        today = self._workspace.today(at=clock.now())
        return self._week_url(following) if following <= today else ""

    def _ways_on(self) -> list[dict[str, Any]]:
        """Where somebody goes who owns no number: to everybody's, or to the KPIs."""
        if self.request.membership.may(Action.ENTER_NUMBERS) and not self._everyone:
            label = _("Enter somebody else’s")
            return [{"label": label, "url": f"{self.request.path}?owner=all", "primary": True}]
        url = reverse("goals:kpis", args=[self._workspace.slug])
        return [{"label": _("See the KPIs"), "url": url, "primary": True}]

    def _owner_tabs(self) -> list[dict[str, Any]]:
        if not self.request.membership.may(Action.ENTER_NUMBERS):
            return []
        url = reverse("goals:my-numbers", args=[self._workspace.slug])
        key = self._workspace.calendar.key(Grain.WEEK, self.week)
        return [
            {"label": _("Mine"), "url": f"{url}?week={key}", "current": not self._everyone},
            {
                "label": _("Everybody’s"),
                "url": f"{url}?week={key}&owner=all",
                "current": self._everyone,
            },
        ]


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    expected = [row for row in rows if not row.slot.is_due_zero]
    missing = sum(1 for row in expected if row.state not in {"saved", "gap"})
    return {"total": len(expected), "missing": missing}


def _unit(form: UnitFormat) -> str:
    match form.unit:
        case "percent":
            return "%"
        case "currency":
            return form.currency
        case "yes_no":
            return _("1 or 0")
    return form.label
