"""Pages of KPIs: scorecard, list, one KPI, its definition and targets."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import ConflictError, DomainError
from core.export import csv_chunks
from core.forms import rules_shown_on
from core.fragments import cached_fragment
from goals.forms.kpis import KpiForm
from goals.forms.targets import TargetForm
from goals.models import Kpi, Target
from goals.rules.library import LIBRARY
from goals.rules.status import Comparator
from goals.selectors import detail, phrases
from goals.selectors.board import SEVERITY, get_board
from goals.selectors.points import get_freshness
from goals.selectors.scorecard import Filters, as_table
from goals.selectors.weeks import chosen_week
from goals.services import kpis, targets
from teams.access import WorkspaceRequest, workspace_view
from teams.models import Membership
from teams.policy import Action

WEEKS = 13


@workspace_view(Action.READ)
@require_safe
def index(request: WorkspaceRequest) -> HttpResponse:
    """Show the KPIs as the scorecard or as a list."""
    return _list(request) if request.GET.get("view") == "list" else _scorecard(request)


def _scorecard(request: WorkspaceRequest) -> HttpResponse:
    workspace = request.workspace
    freshness = get_freshness(workspace)
    today = workspace.today(at=clock.now())
    filters = Filters(kind=request.GET.get("kind", ""), owner=request.GET.get("owner", ""))
    week = chosen_week(request.GET.get("week", ""), workspace.calendar, today=today)
    language = translation.get_language() or "en"

    def table() -> str:
        board = get_board(
            workspace,
            freshness=freshness,
            week=week,
            weeks=WEEKS,
            today=today,
            language=language,
        )
        context = {
            "scorecard": as_table(board, filters),
            "empty_actions": _first_steps(request),
            "clear_url": request.path if filters != Filters() else "",
        }
        return render_to_string("goals/_scorecard.html", context)

    def filter_bar() -> str:
        legend = [{"status": each, "word": each.label} for each in SEVERITY]
        context = {"menus": _filter_menus(request, filters), "legend": legend}
        return render_to_string("goals/_filters.html", context)

    key = (workspace.pk, freshness.version, today, week, language, filters, _may_edit(request))
    context = {
        "table": cached_fragment("scorecard", *key, render=table),
        "filters": cached_fragment("filters", *key, request.GET.urlencode(), render=filter_bar),
        "freshness": phrases.freshness_note(freshness, workspace.zone, at=clock.now()),
        "tabs": _tabs(request, "scorecard"),
        "may_edit": _may_edit(request),
    }
    return render(request, "goals/scorecard.html", context)


def _list(request: WorkspaceRequest) -> HttpResponse:
    archived = request.GET.get("archived") == "true"
    rows = Kpi.objects.for_workspace(request.workspace).filter(archived_at__isnull=not archived)
    filters = Filters(kind=request.GET.get("kind", ""), owner=request.GET.get("owner", ""))
    chosen = rows.select_related("owner__user", "team", "workspace").in_order()
    context = {
        "kpis": [kpi for kpi in chosen if filters.keep(kpi)],
        "archived": archived,
        "tabs": _tabs(request, "archived" if archived else "list"),
        "filters": _filter_menus(request, filters),
        "may_edit": _may_edit(request),
        "empty_actions": _first_steps(request),
        "clear_url": f"{request.path}?view=list" if filters != Filters() else "",
    }
    return render(request, "goals/kpi_list.html", context)


def _may_edit(request: WorkspaceRequest) -> bool:
    return request.membership.may(Action.EDIT_KPIS)


def _first_steps(request: WorkspaceRequest) -> list[dict[str, Any]]:
    if not _may_edit(request):
        return []
    slug = request.workspace.slug
    return [
        {
            "label": _("Choose from the library"),
            "url": reverse("goals:library", args=[slug]),
            "primary": True,
        },
        {"label": _("Write my own"), "url": reverse("goals:new-kpi", args=[slug])},
    ]


def _tabs(request: WorkspaceRequest, current: str) -> list[dict[str, Any]]:
    url = reverse("goals:kpis", args=[request.workspace.slug])
    return [
        {"label": _("Scorecard"), "url": url, "current": current == "scorecard"},
        {"label": _("List"), "url": f"{url}?view=list", "current": current == "list"},
        {
            "label": _("Archived"),
            "url": f"{url}?view=list&archived=true",
            "current": current == "archived",
        },
    ]


def _filter_menus(request: WorkspaceRequest, filters: Filters) -> list[dict[str, Any]]:
    owners = (
        Membership.objects.active()
        .for_workspace(request.workspace)
        .filter(kpis__archived_at=None, kpis__isnull=False)
        .select_related("user")
        .distinct()
        .order_by("user__name", "pk")
    )
    return [
        _menu(request, "kind", _("Kind"), filters.kind, list(Kpi.Kind.choices)),
        _menu(
            request,
            "owner",
            _("Owner"),
            filters.owner,
            [(owner.user.email, owner.user.name) for owner in owners],
        ),
    ]


def _menu(
    request: WorkspaceRequest, name: str, label: str, current: str, choices: list[tuple[str, Any]]
) -> dict[str, Any]:
    names = dict([("", _("all")), *choices])
    return {
        "label": f"{label}: {names.get(current, current)}",
        "items": [
            {"label": text, "url": _with(request, name, value), "current": value == current}
            for value, text in names.items()
        ],
    }


def _with(request: WorkspaceRequest, name: str, value: str) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    if value:
        query[name] = value
    return f"{request.path}?{query.urlencode()}"


def _kpi_url(request: WorkspaceRequest, kpi: Kpi) -> str:
    return reverse("goals:kpi", args=[request.workspace.slug, kpi.number])


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
        "may_edit": _may_edit(request),
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
                "url": _with(request, "periods", str(span)),
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
                {"label": name, "url": _with(request, "segment", code), "current": code == chosen}
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


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def new_kpi(request: WorkspaceRequest) -> HttpResponse:
    initial = {"owner": request.membership.pk, **_from_library(request.GET.get("from", ""))}
    form = KpiForm(request.POST or None, workspace=request.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            created = kpis.create_kpi(workspace=request.workspace, **form.cleaned_data)
            messages.success(request, _("“%(kpi)s” is set up.") % {"kpi": created.name})
            return _see(request, created)
    return _kpi_form(request, form, heading=_("New KPI"), submit=_("Create KPI"))


def _from_library(code: str) -> dict[str, Any]:
    ready = next((ready for ready in LIBRARY if ready.code == code), None)
    return ready.definition() if ready else {}


def _see(request: WorkspaceRequest, kpi: Kpi) -> HttpResponseRedirect:
    return HttpResponseRedirect(_kpi_url(request, kpi), status=303)


def _kpi_form(
    request: WorkspaceRequest, form: KpiForm, *, heading: str, submit: str, status: int = 0
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "cancel_url": reverse("goals:kpis", args=[request.workspace.slug]),
    }
    code = status or (422 if form.errors else 200)
    return render(request, "goals/form_page.html", context, status=code)


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def edit_kpi(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Change a definition; somebody else's change meanwhile is shown, nothing typed is lost."""
    found = find_kpi(request, number)
    initial = {name: getattr(found, name) for name in KpiForm.base_fields}
    form = KpiForm(request.POST or None, workspace=request.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = _version(request)
        with rules_shown_on(form):
            try:
                changed = kpis.change_kpi(kpi=found, version=version, **form.cleaned_data)
            except ConflictError:
                return _conflict(request, form, found)
            messages.success(request, _("Saved."))
            return _see(request, changed)
    context = {
        "form": form,
        "kpi": found,
        "version": request.POST.get("version", found.version),
        "cancel_url": _kpi_url(request, found),
    }
    return render(request, "goals/kpi_edit.html", context, status=422 if form.errors else 200)


def _version(request: WorkspaceRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _conflict(request: WorkspaceRequest, form: KpiForm, stored: Kpi) -> HttpResponse:
    """Show both texts of what differs; sending the form again keeps one's own."""
    rows = []
    for field in form:
        theirs, mine = getattr(stored, field.name), form.cleaned_data.get(field.name)
        if field.name in form.cleaned_data and theirs != mine:
            rows.append({"label": field.label, "mine": mine, "theirs": theirs})
    context = {
        "form": form,
        "kpi": stored,
        "rows": rows,
        "version": stored.version,
        "cancel_url": _kpi_url(request, stored),
    }
    return render(request, "goals/kpi_conflict.html", context, status=409)


@workspace_view(Action.EDIT_KPIS)
@require_POST
def archive_kpi(request: WorkspaceRequest, number: int) -> HttpResponse:
    found = find_kpi(request, number)
    try:
        kpis.archive_kpi(kpi=found, at=clock.now())
    except kpis.UsedKpiError as error:
        messages.error(request, str(error))
        return _see(request, found)
    messages.success(request, _("“%(kpi)s” is archived.") % {"kpi": found.name})
    return redirect("goals:kpis", request.workspace.slug)


@workspace_view(Action.EDIT_KPIS)
@require_POST
def restore_kpi(request: WorkspaceRequest, number: int) -> HttpResponse:
    found = find_kpi(request, number)
    try:
        kpis.restore_kpi(kpi=found)
    except kpis.UsedKpiError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("“%(kpi)s” is in use again.") % {"kpi": found.name})
    return _see(request, found)


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def library(request: WorkspaceRequest) -> HttpResponse:
    """Offer ready KPIs, each added with one click together with the KPIs that it reads."""
    if request.method == "POST":
        code, owner = request.POST.get("code", ""), request.membership
        try:
            added = kpis.add_from_library(workspace=request.workspace, code=code, owner=owner)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            done = _("Added: %(names)s.") if added else _("This KPI is in use already.")
            messages.success(request, done % {"names": ", ".join(added)})
        return redirect("goals:library", request.workspace.slug)
    have = set(Kpi.objects.for_workspace(request.workspace).values_list("code", flat=True))
    groups = [
        {
            "label": kind.label,
            "ready": [
                {"kpi": ready, "have": ready.code in have}
                for ready in LIBRARY
                if ready.kind == kind
            ],
        }
        for kind in Kpi.Kind
    ]
    return render(request, "goals/library.html", {"groups": groups})


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def new_target(request: WorkspaceRequest, number: int) -> HttpResponse:
    found = find_kpi(request, number)
    today = request.workspace.today(at=clock.now())
    form = TargetForm(request.POST or None, kpi=found, today=today)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        with rules_shown_on(form):
            targets.set_target(
                kpi=found,
                segment=values.get("segment"),
                comparator=Comparator(values["comparator"]),
                value=values["value"],
                upper=values["upper"],
                valid_from=values["valid_from"],
                reason=values["reason"],
                by=request.membership,
                at=clock.now(),
            )
            messages.success(request, _("The target is set."))
            return _see(request, found)
    context = {
        "form": form,
        "kpi": found,
        "heading": _("Target of %(kpi)s") % {"kpi": found.name},
        "submit": _("Set target"),
        "cancel_url": _kpi_url(request, found),
    }
    return render(request, "goals/form_page.html", context, status=422 if form.errors else 200)


@workspace_view(Action.EDIT_KPIS)
@require_POST
def remove_target(request: WorkspaceRequest, number: int, target: int) -> HttpResponse:
    found = find_kpi(request, number)
    row = get_object_or_404(Target.objects.filter(kpi=found), number=target)
    try:
        targets.remove_target(
            target=row, version=_version(request), by=request.membership, at=clock.now()
        )
    except (ConflictError, targets.JudgedPeriodError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The target is removed."))
    return _see(request, found)
