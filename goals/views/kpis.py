"""The page of one KPI, and its numbers as a file."""

from collections.abc import Collection
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import clock
from core.export import csv_chunks
from core.links import with_parameter
from core.periods import Grain
from goals.models import Kpi
from goals.selectors import detail, phrases
from goals.selectors.spans import SPANS, Choice
from goals.services.notes import may_note
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


def find_kpi(request: WorkspaceRequest, number: int) -> Kpi:
    """Give the workspace's KPI of that number, or raise Http404."""
    kpis_here = Kpi.objects.for_workspace(request.workspace)
    related = kpis_here.select_related("owner__user", "team", "breakdown", "workspace")
    found: Kpi = get_object_or_404(related, number=number)
    return found


@workspace_view(Action.READ)
@require_safe
def kpi(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Show what happened to one number."""
    found, now = find_kpi(request, number), clock.now()
    page = detail.get_detail(
        found,
        choice=Choice.of(request.GET),
        today=request.workspace.today(at=now),
        language=translation.get_language() or "en",
    )
    here = [found.workspace.slug, found.number]
    enter_url = _enter_url(request, found)
    context = {
        "kpi": found,
        "page": page,
        "may_edit": request.membership.may(Action.EDIT_KPIS),
        "actions": _kpi_actions(found),
        "say_why_url": _say_why_url(request, page),
        "may_note": may_note(found, request.membership),
        "enter_url": enter_url,
        "create_here": _makers(request, found),
        "enter": [{"label": _("Add a number"), "url": enter_url}] if enter_url else [],
        "choices": _choices(request, page),
        "period_label": _PERIODS[page.grain],
        "query": [(name, text) for name, text in request.GET.items() if name != "segment"],
        "zoom": " ".join(point.start.isoformat() for point in page.points),
        "csv_url": f"{reverse('goals:kpi-csv', args=here)}?{request.GET.urlencode()}",
        "crumbs": [{"label": _("KPIs"), "url": reverse("goals:kpis", args=here[:1])}],
        "freshness": phrases.freshness_note(page.freshness, request.workspace.zone, at=now),
    }
    return render(request, "goals/kpi.html", context)


_PERIODS = {
    Grain.WEEK: gettext_lazy("Week"),
    Grain.MONTH: gettext_lazy("Month"),
    Grain.QUARTER: gettext_lazy("Quarter"),
    Grain.YEAR: gettext_lazy("Year"),
}


def _makers(request: WorkspaceRequest, kpi: Kpi) -> list[dict[str, Any]]:
    """Give what one may make of this KPI, as a group of links or none."""
    makers = []
    if may_note(kpi, request.membership):
        makers.append((_("Note"), "goals:new-note"))
    if request.membership.may(Action.EDIT_KPIS):
        makers.append((_("Target"), "goals:new-target"))
    here = [request.workspace.slug, kpi.number]
    items = [
        {"label": label, "url": reverse(route, args=here), "icon": "plus"}
        for label, route in makers
    ]
    return [{"label": kpi.name, "items": items}] if items else []


def _enter_url(request: WorkspaceRequest, kpi: Kpi) -> str:
    """Give where a value of this KPI is typed in, or nothing for whoever may not."""
    if kpi.is_formula or kpi.is_archived:
        return ""
    if not may_note(kpi, request.membership):
        return ""
    url = reverse("goals:my-numbers", args=[request.workspace.slug])
    return url if kpi.owner_id == request.membership.pk else f"{url}?owner=all"


def _say_why_url(request: WorkspaceRequest, page: detail.Detail) -> str:
    """Give where a why line is added, or nothing for whoever may not."""
    kpi = page.kpi
    if kpi.is_archived or not may_note(kpi, request.membership):
        return ""
    url = reverse("goals:say-why", args=[request.workspace.slug, kpi.number])
    return f"{url}?{urlencode({'segment': page.segment.code})}" if page.segment else url


def _kpi_actions(kpi: Kpi) -> list[dict[str, Any]]:
    here = [kpi.workspace.slug, kpi.number]
    edit = {"label": _("Edit"), "url": reverse("goals:edit-kpi", args=here), "icon": "edit"}
    goal = {"label": _("Set a target"), "url": reverse("goals:new-target", args=here)}
    if kpi.is_archived:
        url = reverse("goals:restore-kpi", args=here)
        return [{"label": _("Bring back"), "url": url, "post": True}]
    url = reverse("goals:archive-kpi", args=here)
    archive = {"label": _("Archive"), "url": url, "post": True, "danger": True}
    return [edit, goal, archive]


def _choices(request: WorkspaceRequest, page: detail.Detail) -> list[dict[str, Any]]:
    """Offer each way to look at the number as links."""
    choice = page.choice
    spans = [(str(span), str(span)) for span in SPANS]
    compared = [("prev", _("Previous")), ("year", _("Last year"))]
    shown = "" if choice.is_custom else str(choice.periods)
    return [
        _choice(request, "periods", _("Periods"), spans, shown, instead_of=("from", "to")),
        _choice(request, "vs", _("Compared with"), compared, choice.compared),
    ]


def _choice(
    request: WorkspaceRequest,
    name: str,
    label: str,
    items: list[tuple[str, str]],
    current: str,
    *,
    instead_of: Collection[str] = (),
) -> dict[str, Any]:
    return {
        "id": name,
        "label": label,
        "items": [
            {
                "label": text,
                "url": with_parameter(request, name, value, instead_of=instead_of),
                "current": value == current,
            }
            for value, text in items
        ],
    }


@workspace_view(Action.READ)
@require_safe
def kpi_csv(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Give the shown numbers as a file."""
    found = find_kpi(request, number)
    page = detail.get_detail(
        found,
        choice=Choice.of(request.GET),
        today=request.workspace.today(at=clock.now()),
        language="en",
    )
    rows = [("start", "value", "target", "status"), *detail.as_rows(page)]
    name = f'attachment; filename="{found.code}.csv"'
    return HttpResponse(
        b"".join(csv_chunks(rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name},
    )


def kpi_url(request: WorkspaceRequest, kpi: Kpi) -> str:
    return reverse("goals:kpi", args=[request.workspace.slug, kpi.number])


def see(request: WorkspaceRequest, kpi: Kpi) -> HttpResponseRedirect:
    return HttpResponseRedirect(kpi_url(request, kpi), status=303)
