"""Pages of breakdowns."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import BusyError, ConflictError
from core.forms import form_page, rules_shown_on
from goals.forms.breakdowns import BreakdownForm, RenameForm, SegmentsForm
from goals.models import Breakdown, Segment
from goals.services import breakdowns
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.READ)
@require_safe
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the ways to cut numbers, with their segments."""
    rows = Breakdown.objects.for_workspace(request.workspace).order_by("name", "pk")
    segments = Prefetch("segments", Segment.objects.order_by("name", "pk"))
    may_edit = request.membership.may(Action.EDIT_KPIS)
    context = {
        "breakdowns": [
            {
                "breakdown": breakdown,
                "segments": [
                    {"segment": each, "deeds": _deeds(request, each) if may_edit else []}
                    for each in breakdown.segments.all()
                ],
            }
            for breakdown in rows.prefetch_related(segments)
        ],
        "may_edit": may_edit,
    }
    return render(request, "goals/breakdowns.html", context)


def _deeds(request: WorkspaceRequest, segment: Segment) -> list[dict[str, Any]]:
    """List what can be done to a segment, for the menu behind it."""
    slug = request.workspace.slug

    def post(deed: str, label: str) -> dict[str, Any]:
        url = reverse("goals:change-segment", args=[slug, segment.number, deed])
        return {"label": label, "url": url, "post": True}

    return [
        {"label": _("Rename"), "url": reverse("goals:rename-segment", args=[slug, segment.number])},
        post("exclude", _("Take out of totals"))
        if segment.counts_in_total
        else post("include", _("Count in totals")),
        post("archive", _("Archive"))
        if segment.archived_on is None
        else post("restore", _("Bring back")),
    ]


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def new_breakdown(request: WorkspaceRequest) -> HttpResponse:
    form = BreakdownForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            breakdowns.create_breakdown(workspace=request.workspace, **form.cleaned_data)
            messages.success(request, _("The breakdown is set up."))
            return _see_all(request)
    return _form_page(request, form, _("New breakdown"), _("Create breakdown"))


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def add_segments(request: WorkspaceRequest, number: int) -> HttpResponse:
    breakdown = _find_breakdown(request, number)
    form = SegmentsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            breakdowns.add_segments(breakdown=breakdown, **form.cleaned_data)
            messages.success(request, _("The segments are added."))
            return _see_all(request)
    heading = _("Add segments to %(breakdown)s") % {"breakdown": breakdown.name}
    return _form_page(request, form, heading, _("Add segments"))


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def rename_breakdown(request: WorkspaceRequest, number: int) -> HttpResponse:
    breakdown = _find_breakdown(request, number)

    def rename(name: str, version: int) -> None:
        breakdowns.rename_breakdown(breakdown=breakdown, version=version, name=name)

    return _rename(request, breakdown, rename)


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def rename_segment(request: WorkspaceRequest, number: int) -> HttpResponse:
    segment = _find_segment(request, number)

    def rename(name: str, version: int) -> None:
        breakdowns.change_segment(segment=segment, version=version, name=name)

    return _rename(request, segment, rename)


@workspace_view(Action.EDIT_KPIS)
@require_POST
def change_segment(request: WorkspaceRequest, number: int, deed: str) -> HttpResponse:
    """Take a segment out of totals or back, archive it or bring it back."""
    segment = _find_segment(request, number)
    deeds: dict[str, tuple[dict[str, Any], str]] = {
        "exclude": (
            {"counts_in_total": False},
            _("“%(segment)s” counts in no total any more. Totals are computed anew without it."),
        ),
        "include": (
            {"counts_in_total": True},
            _("“%(segment)s” counts in totals again. Totals are computed anew with it."),
        ),
        "archive": (
            {"archived_on": request.workspace.today(at=clock.now())},
            _("“%(segment)s” is archived. From today on totals do not wait for it."),
        ),
        "restore": (
            {"archived_on": None},
            _("“%(segment)s” is in use again. Totals wait for its numbers as before."),
        ),
    }
    change, done = deeds[deed]
    try:
        breakdowns.change_segment(segment=segment, version=segment.version, **change)
    except (BusyError, ConflictError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done % {"segment": segment.name})
    return _see_all(request)


def _find_breakdown(request: WorkspaceRequest, number: int) -> Breakdown:
    here = Breakdown.objects.for_workspace(request.workspace)
    found: Breakdown = get_object_or_404(here.select_related("workspace"), number=number)
    return found


def _find_segment(request: WorkspaceRequest, number: int) -> Segment:
    here = Segment.objects.for_workspace(request.workspace)
    found: Segment = get_object_or_404(here.select_related("breakdown__workspace"), number=number)
    return found


def _rename(
    request: WorkspaceRequest, thing: Breakdown | Segment, rename: Callable[[str, int], None]
) -> HttpResponse:
    initial = {"name": thing.name, "version": thing.version}
    form = RenameForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            try:
                rename(form.cleaned_data["name"], form.cleaned_data["version"])
            except ConflictError as error:
                mine = form.cleaned_data["name"]
                names = [{"label": _("Name"), "theirs": thing.name, "mine": mine}]
                context = {"why": str(error), "fields": names, "theirs_url": request.path}
                return render(request, "409.html", context, status=409)
            messages.success(request, _("Saved."))
            return _see_all(request)
    heading = _("Rename %(thing)s") % {"thing": thing.name}
    return _form_page(request, form, heading, _("Save"))


def _form_page(request: WorkspaceRequest, form: Form, heading: str, submit: str) -> HttpResponse:
    return form_page(request, form, heading=heading, submit=submit, cancel_url=_list_url(request))


def _see_all(request: WorkspaceRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(_list_url(request), status=303)


def _list_url(request: WorkspaceRequest) -> str:
    return reverse("goals:breakdowns", args=[request.workspace.slug])
