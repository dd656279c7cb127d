"""The plan: what all KPIs should reach in the months or weeks of a year."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import DomainError
from core.links import with_parameter
from core.paging import page_of, pager
from core.periods import FIRST_DAY, LAST_DAY, Grain
from core.undo import offer_undo
from goals.forms.plans import LastYearForm, ReasonForm
from goals.models import Kpi
from goals.rules.plans import Columns
from goals.selectors.plan import Planned, get_plan, propose
from goals.selectors.scorecard import Filters
from goals.services.plans import StalePlanError, save_plan
from goals.views.boards import filter_menus, kpi_owners, kpi_tabs
from goals.views.plan_rows import Cell, Sheet, Typed
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action

PER_PAGE = 40
_PERIOD = re.compile(r"([0-9]{4})(?:-Q([1-4]))?")
_WAS = re.compile(r"was-([0-9]{1,9})")


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def plan(request: WorkspaceRequest) -> HttpResponse:
    """Show a year by months, or a quarter by weeks, and take what is typed, all or nothing."""
    columns = _columns(request)
    if request.method == "POST":
        return _take(request, columns)
    page = _page(request, columns)
    planned = _planned(request, columns, page.object_list)
    sheet = Sheet(request.workspace, columns)
    filling = LastYearForm(request.GET if "fill" in request.GET else None)
    typed = Typed()
    if filling.is_bound and filling.is_valid():
        proposals = propose(
            request.workspace,
            planned,
            columns,
            source=filling.cleaned_data["fill"],
            percent=filling.cleaned_data["percent"],
            today=request.workspace.today(at=clock.now()),
        )
        typed = sheet.proposed(proposals)
    return _answer(request, columns, planned, typed, page=page, filling=filling)


def _columns(request: WorkspaceRequest) -> Columns:
    """Read ``?period=2026`` (its months) or ``2026-Q4`` (its weeks); else this year's months."""
    calendar = request.workspace.calendar
    year = calendar.start(Grain.YEAR, request.workspace.today(at=clock.now()))
    named = _PERIOD.fullmatch(request.GET.get("period", ""))
    if named and FIRST_DAY.year < int(named[1]) < LAST_DAY.year:
        year = year.replace(year=int(named[1]))
    if named and named[2]:
        grain, first = Grain.WEEK, calendar.shift(Grain.QUARTER, year, int(named[2]) - 1)
        last = calendar.last_day(Grain.QUARTER, first)
    else:
        grain, first, last = Grain.MONTH, year, calendar.last_day(Grain.YEAR, year)
    starts = [start for start in calendar.starts(grain, first, last) if start >= first]
    return Columns(grain, starts, calendar)


def _page(request: WorkspaceRequest, columns: Columns) -> Any:
    filters = Filters.of(request.GET)
    kpis = Kpi.objects.for_workspace(request.workspace).active()
    if columns.grain is Grain.WEEK:
        kpis = kpis.filter(cadence__in=[Kpi.Cadence.DAILY, Kpi.Cadence.WEEKLY])
    chosen = kpis.matching(**asdict(filters)).in_order()
    return page_of(request, chosen.select_related("workspace"), per_page=PER_PAGE)


def _planned(request: WorkspaceRequest, columns: Columns, kpis: Any) -> list[Planned]:
    return get_plan(list(kpis), columns, today=request.workspace.today(at=clock.now()))


def _take(request: WorkspaceRequest, columns: Columns) -> HttpResponse:
    # Rows are taken by their names: meanwhile they may have moved to another page.
    numbers = {int(named[1]) for name in request.POST if (named := _WAS.fullmatch(name))}
    here = Kpi.objects.for_workspace(request.workspace).active().select_related("workspace")
    planned = _planned(request, columns, here.filter(number__in=numbers).in_order())
    typed = Sheet(request.workspace, columns).typed(planned, request.POST)
    reason = ReasonForm(request.POST)
    if typed.errors or not reason.is_valid():
        return _answer(request, columns, planned, typed, reason=reason)
    try:
        outcome = save_plan(
            typed.edits,
            columns,
            reason=reason.cleaned_data["reason"],
            by=request.membership,
            at=clock.now(),
        )
    except StalePlanError as error:
        again = _planned(request, columns, [row.kpi for row in planned])
        notes = Sheet(request.workspace, columns).overtaken(again, error.cells)
        reason.add_error(None, str(error))
        return _answer(request, columns, again, typed, reason=reason, notes=notes)
    except DomainError as error:
        reason.add_error(None, str(error))
        return _answer(request, columns, planned, typed, reason=reason)
    count = sum(len(cells) for cells in typed.edits.values())
    saved = ngettext("%(count)d target saved.", "%(count)d targets saved.", count)
    if outcome.act is None:
        messages.success(request, _("Nothing was changed."))
    else:
        undo_url = reverse("goals:undo-targets", args=[request.workspace.slug, outcome.act])
        query = urlencode({"next": request.get_full_path()})
        offer_undo(request, saved % {"count": count}, f"{undo_url}?{query}")
    if gone := numbers - {row.kpi.number for row in planned}:
        text = ngettext(
            "%(count)d KPI was left out: it is not in use any more.",
            "%(count)d KPIs were left out: they are not in use any more.",
            len(gone),
        )
        messages.error(request, text % {"count": len(gone)})
    kept = urlencode(_query(request))
    return HttpResponseRedirect(f"{request.path}?{kept}", status=303)


def _answer(
    request: WorkspaceRequest,
    columns: Columns,
    planned: Sequence[Planned],
    typed: Typed,
    *,
    page: Any = None,
    filling: LastYearForm | None = None,
    reason: ReasonForm | None = None,
    notes: Mapping[Cell, str] | None = None,
) -> HttpResponse:
    sheet, notes = Sheet(request.workspace, columns), notes or {}
    rows = [sheet.shown(row, typed, notes) for row in planned]
    problems = [
        {"kpi": row["kpi"], **cell} for row in rows for cell in row["cells"] if cell["error"]
    ]
    context = {
        "table": {"heads": sheet.heads(), "rows": rows},
        "problems": problems,
        "proposed": len(typed.texts) if filling is not None and filling.is_bound else 0,
        "filling": filling or LastYearForm(),
        "reason": reason or ReasonForm(),
        "query": _query(request),
        "pager": pager(request, page or _page(request, columns)),
        "tabs": kpi_tabs(request, "targets"),
        "menus": filter_menus(request, Filters.of(request.GET), kpi_owners(request.workspace)),
        "clear_url": request.path if Filters.of(request.GET) != Filters() else "",
        **_ways(request, columns),
    }
    status = 409 if notes else 422 if problems or (reason and reason.errors) else 200
    return render(request, "goals/plan.html", context, status=status)


def _query(request: WorkspaceRequest) -> list[tuple[str, str]]:
    """Give the address's parameters without those that fill cells."""
    return [
        (name, text) for name, text in request.GET.dict().items() if name not in {"fill", "percent"}
    ]


def _ways(request: WorkspaceRequest, columns: Columns) -> dict[str, Any]:
    """Name the period, and give the ways to the others."""
    calendar = columns.calendar
    year = calendar.start(Grain.YEAR, columns.starts[0])
    by_week = columns.grain is Grain.WEEK
    here = calendar.key(Grain.QUARTER, columns.starts[0]) if by_week else f"{year:%Y}"
    quarter = here.removeprefix(f"{year:%Y}")

    def url(period: str) -> str:
        return with_parameter(request, "period", period, instead_of=["fill", "percent"])

    keys = [f"{year:%Y}", *(f"{year:%Y}-Q{n}" for n in range(1, 5))]
    choices = [(key, key.rpartition("-")[2]) for key in keys]
    items = [{"label": text, "url": url(key), "current": key == here} for key, text in choices]
    return {
        "period": here.replace("-", " "),
        "previous_url": url(f"{year.year - 1}{quarter}"),
        "next_url": url(f"{year.year + 1}{quarter}"),
        "segments": [{"id": "by", "label": _("Year, or weeks of"), "items": items}],
        "by_week": by_week,
    }
