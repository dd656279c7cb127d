"""The KPIs together: scorecard and list."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.fragments import cached_fragment
from core.links import filter_menu, with_parameter
from core.numbers import figure
from core.paging import page_of, pager
from core.periods import Grain
from core.sorting import Sort, column_heads
from goals.models import Kpi, Scorecard
from goals.querysets import KPI_SORTS
from goals.selectors import phrases
from goals.selectors.board import SEVERITY, get_board
from goals.selectors.points import get_freshness
from goals.selectors.scorecard import (
    TRAILING,
    Filters,
    Periods,
    as_table,
    by_kind,
    get_groups,
)
from goals.selectors.weeks import chosen_week
from teams.access import WorkspaceRequest, workspace_view
from teams.models import Membership, Workspace
from teams.policy import Action


@workspace_view(Action.READ)
@require_safe
def index(request: WorkspaceRequest) -> HttpResponse:
    """Show the KPIs as the scorecard or as a list."""
    return _list(request) if request.GET.get("view") == "list" else _table(request)


@workspace_view(Action.READ)
@require_safe
def scorecard(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Show a scorecard that somebody put together."""
    there = _scorecards(request)
    for each in there:
        if each.number == number:
            return _table(request, each, there)
    raise Http404


def find_scorecard(request: WorkspaceRequest, number: int) -> Scorecard:
    """Give the workspace's scorecard of that number, or raise Http404."""
    here = Scorecard.objects.for_workspace(request.workspace).select_related("workspace")
    found: Scorecard = get_object_or_404(here, number=number)
    return found


def _scorecards(request: WorkspaceRequest) -> QuerySet[Scorecard]:
    there: QuerySet[Scorecard] = Scorecard.objects.for_workspace(request.workspace)
    return there.select_related("team")


def _table(
    request: WorkspaceRequest,
    chosen: Scorecard | None = None,
    there: Iterable[Scorecard] | None = None,
) -> HttpResponse:
    """``there`` are all scorecards, if they were read already."""
    workspace = request.workspace
    freshness = get_freshness(workspace)
    today = workspace.today(at=clock.now())
    filters, periods = Filters.of(request.GET), Periods.of(request.GET)
    newest, running = _newest(request, periods.grain, today)
    language = translation.get_language() or "en"

    def table() -> str:
        groups = get_groups(chosen) if chosen else None
        board = get_board(
            workspace,
            kpis=None if groups is None else [kpi for _label, kpis in groups for kpi in kpis],
            freshness=freshness,
            grain=periods.grain,
            newest=newest,
            periods=periods.count,
            running=running,
            today=today,
            language=language,
        )
        owners = {kpi.owner for kpi in board.kpis}
        context = {
            "segments": _period_choices(request, periods),
            "scorecards": _scorecards_menu(request, chosen, there or _scorecards(request)),
            "menus": filter_menus(request, filters, owners),
            "legend": [{"status": each, "word": each.label} for each in SEVERITY],
            "scorecard": as_table(board, groups or by_kind(board.kpis), filters),
            "chosen": chosen,
            "empty_actions": _first_steps(request, chosen),
            "clear_url": request.path if filters != Filters() else "",
        }
        return render_to_string("goals/_scorecard.html", context)

    # The whole query, because links to other choices carry it on.
    asked = (chosen and chosen.pk, today, newest, request.GET.urlencode())
    key = (workspace.pk, freshness.version, *asked, language, _may_edit(request))
    context = {
        "table": cached_fragment("scorecard", *key, render=table),
        "freshness": phrases.freshness_note(freshness, workspace.zone, at=clock.now()),
        "chosen": chosen,
        "tabs": kpi_tabs(request, "scorecard"),
        "actions": _actions(request, chosen),
        "may_enter": request.membership.may(Action.ENTER_OWN_NUMBERS),
    }
    return render(request, "goals/scorecard.html", context)


def _newest(request: WorkspaceRequest, grain: Grain, today: date) -> tuple[date, date | None]:
    """Give the latest period that is shown as over, and the running one if it is shown too."""
    calendar = request.workspace.calendar
    if grain is Grain.WEEK:  # weeks are whole
        return chosen_week(request.GET.get("week", ""), calendar, today=today), None
    return calendar.last_complete(grain, today=today), calendar.start(grain, today)


def _list(request: WorkspaceRequest) -> HttpResponse:
    archived = request.GET.get("archived") == "true"
    filters = Filters.of(request.GET)
    sort = Sort.of(request.GET, KPI_SORTS)
    rows = Kpi.objects.for_workspace(request.workspace).filter(archived_at__isnull=not archived)
    chosen = rows.matching(**asdict(filters)).sorted_by(sort)
    page = page_of(request, chosen.select_related("owner__user", "workspace"))
    columns = [
        ("name", _("Name")),
        ("kind", _("Kind")),
        ("cadence", _("Measured")),
        ("", _("How")),
        ("owner", _("Owner")),
        ("code", _("Code")),
    ]
    context = {
        "table": {"heads": column_heads(request, sort, columns), "kpis": page.object_list},
        "pager": pager(request, page),
        "archived": archived,
        "tabs": kpi_tabs(request, "archived" if archived else "list"),
        "filters": filter_menus(request, filters, kpi_owners(request.workspace)),
        "actions": _actions(request),
        "may_enter": request.membership.may(Action.ENTER_OWN_NUMBERS),
        "empty_actions": _first_steps(request),
        "clear_url": f"{request.path}?view=list" if filters != Filters() else "",
    }
    return render(request, "goals/kpi_list.html", context)


def _may_edit(request: WorkspaceRequest) -> bool:
    return request.membership.may(Action.EDIT_KPIS)


def _actions(request: WorkspaceRequest, chosen: Scorecard | None = None) -> list[dict[str, str]]:
    """Offer what editors do with KPIs, and with the scorecard that they look at."""
    if not _may_edit(request):
        return []
    slug = request.workspace.slug
    actions = [
        (_("New KPI"), "plus", reverse("goals:library", args=[slug])),
        (_("Import a file"), "upload", reverse("goals:new-import", args=[slug])),
    ]
    if chosen:
        edit = reverse("goals:edit-scorecard", args=[slug, chosen.number])
        links = reverse("goals:scorecard-links", args=[slug, chosen.number])
        actions += [
            (_("Edit this scorecard"), "edit", edit),
            (_("Numbers out"), "download", links),
        ]
    keys = {"edit": "e"}
    return [
        {"label": label, "icon": icon, "url": url, "shortcut": keys.get(icon, "")}
        for label, icon, url in actions
    ]


def _first_steps(
    request: WorkspaceRequest, chosen: Scorecard | None = None
) -> list[dict[str, Any]]:
    if not _may_edit(request):
        return []
    slug = request.workspace.slug
    if chosen:
        url = reverse("goals:edit-scorecard", args=[slug, chosen.number])
        return [{"label": _("Choose KPIs"), "url": url, "primary": True}]
    return [
        {
            "label": _("Choose from the library"),
            "url": reverse("goals:library", args=[slug]),
            "primary": True,
        },
        {"label": _("Write my own"), "url": reverse("goals:new-kpi", args=[slug])},
    ]


def kpi_tabs(request: WorkspaceRequest, current: str) -> list[dict[str, Any]]:
    """Offer the pages about all KPIs as tabs; whoever may not plan is not offered the plan."""
    here = [request.workspace.slug]
    url = reverse("goals:kpis", args=here)
    tabs = [
        ("scorecard", _("Scorecard"), url),
        ("list", _("List"), f"{url}?view=list"),
        ("archived", _("Archived"), f"{url}?view=list&archived=true"),
        ("sources", _("Sources"), reverse("goals:sources", args=here)),
    ]
    if _may_edit(request):
        tabs.insert(1, ("targets", _("Targets"), reverse("goals:plan", args=here)))
    return [{"label": label, "url": to, "current": name == current} for name, label, to in tabs]


def _period_choices(request: WorkspaceRequest, periods: Periods) -> list[dict[str, Any]]:
    grains = {Grain.WEEK: _("Weeks"), Grain.MONTH: _("Months"), Grain.QUARTER: _("Quarters")}
    return [
        {
            "id": "period",
            "label": _("By"),
            "items": [
                {
                    "label": label,
                    "url": with_parameter(request, "period", grain),
                    "current": grain is periods.grain,
                }
                for grain, label in grains.items()
            ],
        },
        {
            "id": "periods",
            "label": _("Last"),
            "items": [
                {
                    "label": figure(count),
                    "url": with_parameter(request, "periods", str(count)),
                    "current": count == periods.count,
                }
                for count in TRAILING
            ],
        },
    ]


def _scorecards_menu(
    request: WorkspaceRequest, chosen: Scorecard | None, there: Iterable[Scorecard]
) -> dict[str, Any]:
    slug = request.workspace.slug
    items = [{"label": _("All KPIs"), "url": reverse("goals:kpis", args=[slug])}]
    items += [
        {
            "label": f"{each.team}: {each.name}" if each.team else each.name,
            "url": reverse("goals:scorecard", args=[slug, each.number]),
        }
        for each in there
    ]
    if _may_edit(request):
        url = reverse("goals:new-scorecard", args=[slug])
        items.append({"label": _("New scorecard"), "url": url, "icon": "plus"})
    label = chosen.name if chosen else _("All KPIs")
    return {
        "label": _("Scorecard: %(name)s") % {"name": label},
        "items": [{**item, "current": item["url"] == request.path} for item in items],
    }


def kpi_owners(workspace: Workspace) -> Iterable[Membership]:
    """Read who owns KPIs in use."""
    here = Membership.objects.active().for_workspace(workspace).select_related("user")
    owners: Iterable[Membership] = here.filter(
        kpis__archived_at=None, kpis__isnull=False
    ).distinct()
    return owners


def filter_menus(
    request: WorkspaceRequest, filters: Filters, owners: Iterable[Membership]
) -> list[dict[str, Any]]:
    """Describe the menus that cut KPIs by kind, stage and owner."""
    by_name = sorted(owners, key=lambda owner: (owner.user.name, owner.pk))
    return [
        filter_menu(request, "kind", _("Kind"), filters.kind, list(Kpi.Kind.choices)),
        filter_menu(request, "stage", _("Stage"), filters.stage, list(Kpi.Stage.choices)),
        filter_menu(
            request,
            "owner",
            _("Owner"),
            filters.owner,
            [(owner.user.email, owner.user.name) for owner in by_name],
        ),
    ]
