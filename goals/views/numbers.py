"""My numbers: a week's values, entered in a minute."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import clock
from core.htmx import wants_fragment
from core.links import with_parameter
from core.paging import page_of, pager
from core.periods import Grain
from core.undo import offer_undo
from goals.forms.why_lines import WhyForm
from goals.models import Writing
from goals.selectors import phrases
from goals.selectors.entry import Wanted, get_slots, get_wanted
from goals.selectors.weeks import chosen_week
from goals.views.number_rows import DOUBTFUL, Row, Sheet
from goals.views.number_whys import take_whys, whys_beside
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action

# How the field of a value is named, see Wanted.key.
NUMBER = re.compile(r"n-[0-9]+-[0-9]+-[0-9]{8}")
# States of a row of which nothing is missing.
ANSWERED = frozenset({"saved", "gap", "emptied"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the page asks for: a week, of one person or of everybody."""

    week: date
    everyone: bool
    wanted: Sequence[Wanted]

    def missing_after(self, rows: Sequence[Row]) -> dict[str, int]:
        """Count what is due, and what of it is missing once ``rows`` are taken."""
        taken = {row.slot.wanted.key: row.state in ANSWERED for row in rows}
        due = [each for each in self.wanted if each.is_due]
        missing = sum(1 for each in due if not taken.get(each.key, each.answered))
        return {"total": len(due), "missing": missing}


@workspace_view(Action.ENTER_OWN_NUMBERS)
@require_http_methods(["GET", "POST"])
def my_numbers(request: WorkspaceRequest) -> HttpResponse:
    """Show a week's numbers and take those that are typed, row by row or all at once."""
    asked = _ask(request)
    page = page_of(request, asked.wanted)
    sheet = Sheet(request.membership)
    if request.method == "POST":
        return _take(request, asked, page, sheet)
    rows = [sheet.stored(slot) for slot in get_slots(list(page.object_list))]
    return _answer(request, asked, page, sheet, rows)


def _ask(request: WorkspaceRequest) -> _Asked:
    """Ask for one's own numbers; for everybody's if one owns none, or wants to, and may."""
    workspace, owner = request.workspace, request.GET.get("owner", "")
    today = workspace.today(at=clock.now())
    week = chosen_week(request.GET.get("week", ""), workspace.calendar, today=today)
    for_all = request.membership.may(Action.ENTER_NUMBERS)
    if not (for_all and owner == "all"):
        mine = get_wanted(workspace, week=week, owner=request.membership)
        if mine or owner == "me" or not for_all:
            return _Asked(week, everyone=False, wanted=mine)
    return _Asked(week, everyone=True, wanted=get_wanted(workspace, week=week, owner=None))


def _take(
    request: WorkspaceRequest, asked: _Asked, page: "Page[Wanted]", sheet: Sheet
) -> HttpResponse:
    # Rows are taken by their names: meanwhile they may have moved to another page.
    sent = [each for each in asked.wanted if each.key in request.POST]
    typed = [sheet.typed(slot, request.POST) for slot in get_slots(sent)]
    rows, acts = sheet.save(typed, at=clock.now())
    kpis = {each.kpi.pk: each.kpi for each in sent}
    said = take_whys(request.POST, kpis.values(), by=request.membership, at=clock.now())
    _tell_of_strays(request, {each.key for each in sent})
    if wants_fragment(request):
        context = {
            "rows": _shown(request, asked, sheet, rows, said.refused),
            "action": request.get_full_path(),
            "undo": _way_back(request, acts[-1]) if acts else None,
            **asked.missing_after(rows),
        }
        return render(request, "goals/_number_rows.html", context)
    _tell_of_acts(request, acts)
    for form in said.refused.values():
        for broken_rule in form.non_field_errors():
            messages.error(request, str(broken_rule))
    if said.refused or any(row.state in DOUBTFUL for row in rows):
        # What could be read is saved; the rest stays on the page as it was typed.
        rest = [each for each in page.object_list if each not in sent]
        shown = [*rows, *(sheet.stored(slot) for slot in get_slots(rest))]
        place = {each.key: position for position, each in enumerate(asked.wanted)}
        shown.sort(key=lambda row: place[row.slot.wanted.key])
        return _answer(request, asked, page, sheet, shown, said.refused)
    if said.count:
        messages.success(request, _("The why line is added."))
    elif not acts:
        messages.success(request, _("Nothing was changed."))
    return HttpResponseRedirect(request.get_full_path(), status=303)


def _tell_of_acts(request: WorkspaceRequest, acts: Sequence[Writing]) -> None:
    """Say what was done; a page has one way back, that of the last act."""
    for act in acts[:-1]:
        messages.success(request, _done(act))
    if acts:
        offer_undo(request, **_way_back(request, acts[-1]))


def _way_back(request: WorkspaceRequest, writing: Writing) -> dict[str, str]:
    """Say what was done, and where one takes it back and comes here again."""
    url = reverse("goals:undo-writing", args=[request.workspace.slug, writing.pk])
    return {
        "text": _done(writing),
        "url": f"{url}?{urlencode({'next': request.get_full_path()})}",
    }


def _done(writing: Writing) -> str:
    size = writing.size
    text = ngettext("%(count)d number saved.", "%(count)d numbers saved.", size)
    if writing.removed:
        text = ngettext("%(count)d number removed.", "%(count)d numbers removed.", size)
    return text % {"count": size}


def _tell_of_strays(request: WorkspaceRequest, known: Collection[str]) -> None:
    if strays := _count_strays(request.POST, known):
        text = ngettext(
            "%(count)d number was not saved: it is not asked for any more.",
            "%(count)d numbers were not saved: they are not asked for any more.",
            strays,
        )
        messages.error(request, text % {"count": strays})


def _count_strays(posted: Mapping[str, str], known: Collection[str]) -> int:
    """Count what was typed for KPIs that meanwhile were archived, or given to somebody else."""
    strays = [name for name in posted if NUMBER.fullmatch(name) and name not in known]
    return sum(1 for name in strays if posted[name].strip() != posted.get(f"{name}-was", ""))


def _answer(
    request: WorkspaceRequest,
    asked: _Asked,
    page: "Page[Wanted]",
    sheet: Sheet,
    rows: Sequence[Row],
    refused: Mapping[str, WhyForm] = MappingProxyType({}),
) -> HttpResponse:
    calendar, week = request.workspace.calendar, asked.week
    problems = [sheet.shown(row) for row in rows if row.state in DOUBTFUL]
    context = {
        "rows": _shown(request, asked, sheet, rows, refused),
        "problems": problems,
        **asked.missing_after(rows),
        "week_label": calendar.week_number(week)[1],
        "title": phrases.week_title(calendar, week),
        "previous_url": _week_url(request, calendar.shift(Grain.WEEK, week, -1)),
        "next_url": _next_url(request, week),
        "action": request.get_full_path(),
        "owner_tabs": _owner_tabs(request, everyone=asked.everyone),
        "empty_actions": _ways_on(request, everyone=asked.everyone),
        "pager": pager(request, page),
    }
    status = 422 if problems or refused else 200
    return render(request, "goals/my_numbers.html", context, status=status)


def _shown(
    request: WorkspaceRequest,
    asked: _Asked,
    sheet: Sheet,
    rows: Sequence[Row],
    refused: Mapping[str, WhyForm],
) -> list[dict[str, Any]]:
    """Prepare rows with what stands beside those that are off track."""
    here = {row.slot.wanted.kpi.pk for row in rows}
    beside = whys_beside(
        (each for each in asked.wanted if each.kpi.pk in here),
        by=request.membership,
        week=asked.week,
        at=clock.now(),
        refused=refused,
    )
    return [{**sheet.shown(row), "why": beside.get(row.slot.wanted.key)} for row in rows]


def _week_url(request: WorkspaceRequest, week: date) -> str:
    return with_parameter(request, "week", request.workspace.calendar.key(Grain.WEEK, week))


def _next_url(request: WorkspaceRequest, week: date) -> str:
    workspace = request.workspace
    following = workspace.calendar.shift(Grain.WEEK, week, 1)
    today = workspace.today(at=clock.now())
    return _week_url(request, following) if following <= today else ""


def _owner_tabs(request: WorkspaceRequest, *, everyone: bool) -> list[dict[str, Any]]:
    if not request.membership.may(Action.ENTER_NUMBERS):
        return []
    mine, everybodys = (with_parameter(request, "owner", owner) for owner in ("me", "all"))
    return [
        {"label": _("Mine"), "url": mine, "current": not everyone},
        {"label": _("Everybody’s"), "url": everybodys, "current": everyone},
    ]


def _ways_on(request: WorkspaceRequest, *, everyone: bool) -> list[dict[str, Any]]:
    """Where somebody goes who has no number to enter: to everybody's, or to the KPIs."""
    if request.membership.may(Action.ENTER_NUMBERS) and not everyone:
        url = with_parameter(request, "owner", "all")
        return [{"label": _("Enter somebody else’s"), "url": url, "primary": True}]
    url = reverse("goals:kpis", args=[request.workspace.slug])
    return [{"label": _("See the KPIs"), "url": url, "primary": True}]
