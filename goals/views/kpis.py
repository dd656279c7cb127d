"""The page of one KPI, and its numbers as a file."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.export import csv_chunks
from core.links import with_parameter
from goals.models import Kpi
from goals.selectors import detail
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
    found = find_kpi(request, number)
    page = detail.get_detail(
        found,
        choice=detail.Choice.of(request.GET),
        today=request.workspace.today(at=clock.now()),
        language=translation.get_language() or "en",
    )
    here = [found.workspace.slug, found.number]
    context = {
        "kpi": found,
        "page": page,
        "may_edit": request.membership.may(Action.EDIT_KPIS),
        "actions": _kpi_actions(found),
        "choices": list(_choices(request, page)),
        "csv_url": f"{reverse('goals:kpi-csv', args=here)}?{request.GET.urlencode()}",
        "crumbs": [{"label": _("KPIs"), "url": reverse("goals:kpis", args=here[:1])}],
    }
    return render(request, "goals/kpi.html", context)


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


def _choices(request: WorkspaceRequest, page: detail.Detail) -> Iterator[dict[str, Any]]:
    yield {
        "id": "periods",
        "label": _("Periods"),
        "items": [
            {
                "label": span,
                "url": with_parameter(request, "periods", str(span)),
                "current": span == page.choice.periods,
            }
            for span in detail.SPANS
        ],
    }
    if page.segments:
        chosen = page.choice.segment
        parts = [("", _("Total")), *((each.code, each.name) for each in page.segments[:6])]
        yield {
            "id": "segment",
            "label": _("Segment"),
            "items": [
                {
                    "label": name,
                    "url": with_parameter(request, "segment", code),
                    "current": code == chosen,
                }
                for code, name in parts
            ],
        }


@workspace_view(Action.READ)
@require_safe
def kpi_csv(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Give the shown numbers as a file."""
    found = find_kpi(request, number)
    page = detail.get_detail(
        found,
        choice=detail.Choice.of(request.GET),
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
