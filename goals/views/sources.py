"""Pages of sources: the list, one with its pulls, and what leads do with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import ConflictError, DomainError
from core.forms import conflict_page, form_page, rules_shown_on, version_in
from core.paging import page_of, pager
from goals.forms.sources import SourceForm
from goals.models import Import, Source
from goals.selectors.sources import pull_text, schedule_text, state_of
from goals.services import sources
from goals.views.boards import kpi_tabs
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action

State = Source.State
_TURNS = {
    "pause": State.PAUSED,
    "resume": State.ACTIVE,
    "archive": State.ARCHIVED,
    # Nobody is surprised by a connection: whoever brings it back says when it goes on.
    "restore": State.PAUSED,
}


@workspace_view(Action.READ)
@require_safe
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the sources; those at rest for good only if they are asked for."""
    archived = request.GET.get("archived") == "true"
    here = Source.objects.for_workspace(request.workspace)
    chosen = here.filter(state=State.ARCHIVED) if archived else here.exclude(state=State.ARCHIVED)
    page = page_of(
        request, chosen.select_related("owner__user", "workspace").order_by("name", "pk")
    )
    context = {
        "sources": [_row(source) for source in page.object_list],
        "pager": pager(request, page),
        "tabs": kpi_tabs(request, "sources"),
        "crumbs": [],
        "archived": archived,
        "may_edit": request.membership.may(Action.RUN_IMPORTS),
    }
    return render(request, "goals/sources.html", context)


def _row(source: Source) -> dict[str, Any]:
    status, word = state_of(source)
    return {
        "source": source,
        "status": status,
        "word": word,
        "schedule": schedule_text(source),
        # What is at rest may have failed before; nobody has to do anything about that.
        "error": source.last_error if source.state == State.ACTIVE else "",
    }


@workspace_view(Action.READ)
@require_safe
def show_source(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Show one source, and what each pull of it brought."""
    source, now = _find(request, number), clock.now()
    pulls = source.pulls.select_related("imported__workspace", "asked_by__user")
    page = page_of(request, pulls.defer("imported__content").order_by("-pk"))
    may_edit = request.membership.may(Action.RUN_IMPORTS)
    context = {
        **_row(source),
        "pulls": [
            {"pull": pull, "text": pull_text(pull, request.workspace.zone, at=now)}
            for pull in page.object_list
        ],
        "pager": pager(request, page),
        "may_edit": may_edit,
        "actions": _actions(source) if may_edit else [],
        "crumbs": _crumbs(request),
    }
    return render(request, "goals/source.html", context)


@workspace_view(Action.RUN_IMPORTS)
@require_http_methods(["GET", "POST"])
def new_source(request: WorkspaceRequest) -> HttpResponse:
    """Set a source up; its files are matched as the import that ``?import=`` names."""
    like = _pattern(request)
    initial = {"owner": request.membership.pk, "name": like.filename[:80] if like else ""}
    form = SourceForm(request.POST or None, workspace=request.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            source = sources.create_source(
                **form.cleaned_data, like=like, by=request.membership, at=clock.now()
            )
            messages.success(request, _("The source is set up, and its file is being pulled."))
            return _see(source)
    return form_page(
        request,
        form,
        heading=_("Pull files like %(ref)s") % {"ref": like.ref} if like else _("New source"),
        submit=_("Set up and pull now"),
        cancel_url=reverse("goals:sources", args=[request.workspace.slug]),
    )


def _pattern(request: WorkspaceRequest) -> Import | None:
    text = request.GET.get("import", "")
    if not text:
        return None
    here = Import.objects.for_workspace(request.workspace).defer("content")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    found: Import = get_object_or_404(here, number=number)
    return found


@workspace_view(Action.RUN_IMPORTS)
@require_http_methods(["GET", "POST"])
def edit_source(request: WorkspaceRequest, number: int) -> HttpResponse:
    source = _find(request, number)
    initial = {name: getattr(source, name) for name in ("name", "weekday", "hour", "owner")}
    form = SourceForm(
        request.POST or None, workspace=request.workspace, source=source, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            try:
                changed = sources.change_source(
                    source=source, version=version_in(request.POST), at=clock.now(),
                    **form.cleaned_data,
                )  # fmt: skip
            except ConflictError:
                # What was saved first is shown beside what is typed; the address never is.
                source.address = ""
                url = source.get_absolute_url()
                return conflict_page(request, form, stored=source, cancel_url=url)
            messages.success(request, _("Saved."))
            return _see(changed)
    return form_page(
        request,
        form,
        heading=_("Edit %(source)s") % {"source": source.name},
        submit=_("Save"),
        cancel_url=source.get_absolute_url(),
        version=source.version,
    )


@workspace_view(Action.RUN_IMPORTS)
@require_POST
def pull_source(request: WorkspaceRequest, number: int) -> HttpResponse:
    source = _find(request, number)
    try:
        sources.ask_for_pull(source=source, by=request.membership, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The file is being pulled."))
    return _see(source)


@workspace_view(Action.RUN_IMPORTS)
@require_POST
def change_source(request: WorkspaceRequest, number: str, turn: str) -> HttpResponse:
    """Pause a source, let it go on, archive it or bring it back."""
    source = _find(request, int(number))
    try:
        changed = sources.change_source(
            source=source, version=source.version, state=_TURNS[turn], at=clock.now()
        )
    except DomainError as error:
        messages.error(request, str(error))
        return _see(source)
    said = _("“%(source)s” is now: %(state)s.")
    words = {"source": changed.name, "state": changed.get_state_display().lower()}
    messages.success(request, said % words)
    return _see(changed)


def _find(request: WorkspaceRequest, number: int) -> Source:
    here = Source.objects.for_workspace(request.workspace)
    found: Source = get_object_or_404(
        here.select_related("owner__user", "workspace"), number=number
    )
    return found


def _see(source: Source) -> HttpResponse:
    return HttpResponseRedirect(source.get_absolute_url(), status=303)


def _crumbs(request: WorkspaceRequest) -> list[dict[str, str]]:
    here = [request.workspace.slug]
    return [
        {"label": _("KPIs"), "url": reverse("goals:kpis", args=here)},
        {"label": _("Sources"), "url": reverse("goals:sources", args=here)},
    ]


def _actions(source: Source) -> list[dict[str, Any]]:
    here = [source.workspace.slug, source.number]

    def post(turn: str, label: str) -> dict[str, Any]:
        url = reverse("goals:change-source", args=[*here, turn])
        return {"label": label, "url": url, "post": True, "danger": turn == "archive"}

    if source.is_archived:
        return [post("restore", _("Bring back"))]
    url = reverse("goals:edit-source", args=here)
    edit = {"label": _("Edit"), "url": url, "icon": "edit", "shortcut": "e"}
    rests = source.state == State.PAUSED
    turn = post("resume", _("Go on")) if rests else post("pause", _("Pause"))
    return [edit, turn, post("archive", _("Archive"))]
