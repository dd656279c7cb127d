"""Pages of an import: file, match, check, done."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import DomainError
from core.export import csv_chunks
from core.forms import rules_shown_on
from core.htmx import wants_fragment
from core.intake import Column, ReadOptions
from core.paging import page_of, pager
from goals.forms.imports import MatchForm, UploadForm
from goals.forms.reading import ReadingForm
from goals.models import Import
from goals.selectors.import_account import (
    get_account,
    outcome_text,
    progress_text,
    undone_text,
    work_text,
)
from goals.selectors.import_reading import origin_text, other_tables, reading_text
from goals.services import imports
from teams.access import WorkspaceRequest, workspace_view
from teams.models import Workspace
from teams.policy import Action

State = Import.State


@workspace_view(Action.RUN_IMPORTS)
@require_safe
def index(request: WorkspaceRequest) -> HttpResponse:
    rows = Import.objects.for_workspace(request.workspace).defer("content")
    related = rows.select_related("created_by__user", "workspace")
    page = page_of(request, related.order_by("-number"))
    context = {
        "imports": page.object_list,
        "pager": pager(request, page),
    }
    return render(request, "goals/imports.html", context)


@workspace_view(Action.RUN_IMPORTS)
@require_http_methods(["GET", "POST"])
def new_import(request: WorkspaceRequest) -> HttpResponse:
    """Take a file in and look at it."""
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid():
        content, name = form.content()
        # What a browser sends as text is always UTF-8.
        encoding = form.cleaned_data["encoding"] if form.cleaned_data["file"] else ""
        with rules_shown_on(form):
            row = imports.upload(
                content=content,
                filename=name,
                options=ReadOptions(encoding=encoding),
                by=request.membership,
                at=clock.now(),
            )
            return HttpResponseRedirect(row.get_absolute_url(), status=303)
    context = {
        **_frame(request.workspace, 1),
        "form": form,
        "submit": _("Read the file"),
        "cancel_url": reverse("goals:imports", args=[request.workspace.slug]),
    }
    return render(request, "goals/import_new.html", context, status=422 if form.errors else 200)


def _find(request: WorkspaceRequest, number: int) -> Import:
    here = Import.objects.for_workspace(request.workspace).select_related("workspace")
    found: Import = get_object_or_404(here.defer("content"), number=number)
    return found


@workspace_view(Action.RUN_IMPORTS)
@require_http_methods(["GET", "POST"])
def show_import(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Show an import at the step where it stands."""
    row = _find(request, number)
    if row.is_working:
        return _working(request, row)
    if wants_fragment(request):
        # The job card asked how it goes: it is over, so the whole page is shown.
        return HttpResponse(headers={"HX-Redirect": request.path})
    if row.state in {State.DONE, State.UNDONE} and request.GET.get("step") != "match":
        return _done(request, row)
    if row.state == State.EXPIRED:
        return render(request, "goals/import_expired.html", _context(row, 1))
    if row.state == State.CHECKED and request.GET.get("step") != "match":
        context = {**_context(row, 3), "account": get_account(row)}
        return render(request, "goals/import_check.html", context)
    return _match(request, row)


def _done(request: WorkspaceRequest, row: Import) -> HttpResponse:
    context = {
        **_context(row, 4),
        "outcome": outcome_text(row),
        "undone": undone_text(row) if row.state == State.UNDONE else "",
        "may_repeat": row.state == State.DONE and row.mapping["date"] is not None,
        "may_undo": imports.can_be_undone(row, at=clock.now()),
        "kept": row.summary.get("undone", {}).get("listed", []),
        "others": other_tables(row),
    }
    return render(request, "goals/import_done.html", context)


def _context(row: Import, step: int) -> dict[str, Any]:
    return {"row": row, **_frame(row.workspace, step)}


def _frame(workspace: Workspace, step: int) -> dict[str, Any]:
    """Give what stands above every step: where the pages hang, and how far one has come."""
    labels = [_("File"), _("Match"), _("Check"), _("Done")]
    states = ["done" if n < step else "current" if n == step else "todo" for n in range(1, 5)]
    return {
        "crumbs": _crumbs(workspace),
        "steps": [{"label": a, "state": b} for a, b in zip(labels, states, strict=True)],
        "step_text": _("Step %(step)d of %(steps)d") % {"step": step, "steps": len(labels)},
    }


def _crumbs(workspace: Workspace) -> list[dict[str, str]]:
    return [
        {"label": _("KPIs"), "url": reverse("goals:kpis", args=[workspace.slug])},
        {"label": _("Imports"), "url": reverse("goals:imports", args=[workspace.slug])},
    ]


def _working(request: WorkspaceRequest, row: Import) -> HttpResponse:
    total, progress = progress_text(row)
    job = {
        "id": row.ref,
        "title": work_text(row),
        "url": request.path,
        "moving": True,
        "done": row.done,
        "total": total,
        "progress": progress,
        "text": _("You can leave this page; the work goes on."),
        "cancel_url": reverse("goals:cancel-import", args=[row.workspace.slug, row.number]),
    }
    context = {**_context(row, 3 if row.state == State.CHECKING else 4), "job": job}
    template = "components/_job_card.html" if wants_fragment(request) else "goals/import_job.html"
    return render(request, template, context)


def _match(request: WorkspaceRequest, row: Import) -> HttpResponse:
    columns = imports.columns_of(row)
    known = imports.known_kpis(row.workspace)
    initial = MatchForm.initial_of(row.mapping, columns)
    form = MatchForm(request.POST or None, columns=columns, known=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            if readings := form.readings():
                imports.choose_readings(row=row, readings=readings)
            imports.match(row=row, mapping=form.mapping())
            return HttpResponseRedirect(request.path, status=303)
    context = {
        **_context(row, 2),
        "form": form,
        "rows": [_shown(column, form) for column in columns],
        "origin": origin_text(row),
        "reading": reading_text(row),
    }
    status = 422 if form.errors else 200
    return render(request, "goals/import_match.html", context, status=status)


@workspace_view(Action.RUN_IMPORTS)
@require_http_methods(["GET", "POST"])
def import_reading(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Show how a file is read, and have it read in another way."""
    row = _find(request, number)
    form = ReadingForm(request.POST or None, row=row, columns=imports.columns_of(row))
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            imports.read_as(row=row, options=form.options())
            return HttpResponseRedirect(f"{row.get_absolute_url()}?step=match", status=303)
    context = {
        **_context(row, 2),
        "form": form,
        "submit": _("Read the file like this"),
        "cancel_url": f"{row.get_absolute_url()}?step=match",
    }
    status = 422 if form.errors else 200
    return render(request, "goals/import_reading.html", context, status=status)


def _shown(column: Column, form: MatchForm) -> dict[str, Any]:
    asked = (form.reading_of(column), form.filter_of(column))
    return {
        "column": column,
        "samples": " · ".join(sample[:40] for sample in column.samples[:3]),
        "field": form[form.name_of(column)],
        "asked": next((form[name] for name in asked if name in form.fields), None),
        "called": form[called] if (called := form.called_of(column)) in form.fields else None,
    }


@workspace_view(Action.RUN_IMPORTS)
@require_POST
def apply_import(request: WorkspaceRequest, number: int) -> HttpResponse:
    keeps_stored = request.POST.get("stored") == "keep"
    return _step(request, _find(request, number), partial(imports.apply, keeps_stored=keeps_stored))


@workspace_view(Action.RUN_IMPORTS)
@require_POST
def mend_import(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Do something about problems of one kind without changing the file."""
    said = request.POST
    mend = partial(
        imports.mend,
        code=said.get("code", ""),
        column=said.get("column", ""),
        remedy=said.get("remedy", ""),
    )
    return _step(request, _find(request, number), mend)


@workspace_view(Action.RUN_IMPORTS)
@require_POST
def import_table(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Take another table of the same file in."""
    table = request.POST.get("table", "")
    position = int(table) if table.isdecimal() and len(table) < 4 else -1
    take = partial(imports.upload_table, table=position, by=request.membership, at=clock.now())
    return _step(request, _find(request, number), take)


@workspace_view(Action.RUN_IMPORTS)
@require_POST
def send_import(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Mail somebody the address of an import that they go on with at a computer."""
    row = _find(request, number)
    imports.send_link(row=row, to=request.membership, at=clock.now())
    address = {"address": request.membership.user.email}
    messages.success(request, _("The link is on its way to %(address)s.") % address)
    return HttpResponseRedirect(row.get_absolute_url(), status=303)


@workspace_view(Action.RUN_IMPORTS)
@require_POST
def cancel_import(request: WorkspaceRequest, number: int) -> HttpResponse:
    return _step(request, _find(request, number), imports.cancel)


@workspace_view(Action.RUN_IMPORTS)
@require_POST
def undo_import(request: WorkspaceRequest, number: int) -> HttpResponse:
    undo = partial(imports.undo, by=request.membership, at=clock.now())
    return _step(request, _find(request, number), undo)


def _step(request: WorkspaceRequest, row: Import, step: Callable[..., Import]) -> HttpResponse:
    try:
        row = step(row=row)
    except DomainError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(row.get_absolute_url(), status=303)


@workspace_view(Action.RUN_IMPORTS)
@require_safe
def problems_csv(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Give every problem of the file with its line."""
    row = _find(request, number)
    rows = row.problems.order_by("line", "pk").values_list("line", "column", "detail")
    header = (_("Line"), _("Column"), _("Problem"))
    return HttpResponse(
        b"".join(csv_chunks([header, *rows])),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{row.ref}-errors.csv"'},
    )
