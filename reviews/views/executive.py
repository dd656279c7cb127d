"""The executive digest: its scorecard, the lead's sentence, and its readers outside."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.errors import ConflictError, DomainError
from core.forms import conflict_page, rules_shown_on, version_in
from reviews.forms import ExecutiveForm, OutsideReaderForm, SentenceForm
from reviews.models import OutsideReader
from reviews.services import executive, outsiders
from reviews.views import digests
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def settings(request: WorkspaceRequest) -> HttpResponse:
    """Choose what the executive digest tells of, and see who outside reads it."""
    if request.method == "GET":
        return _settings_page(request)
    form = ExecutiveForm(request.POST, workspace=request.workspace)
    if form.is_valid():
        try:
            executive.choose_scorecard(
                workspace=request.workspace,
                scorecard=form.cleaned_data["scorecard"],
                version=version_in(request.POST),
            )
        except ConflictError:
            stored = executive.get_executive(request.workspace)
            return conflict_page(request, form, stored=stored, cancel_url=_page(request))
        messages.success(request, _("Saved."))
        return redirect(_page(request))
    return _settings_page(request, form=form)


@workspace_view(Action.EDIT_SETTINGS)
@require_POST
def add_reader(request: WorkspaceRequest) -> HttpResponse:
    """Ask an address outside whether it wants the executive digest."""
    form = OutsideReaderForm(request.POST)
    if form.is_valid():
        with rules_shown_on(form):
            outsiders.add(**form.cleaned_data, by=request.membership, at=clock.now())
            messages.success(request, _("The address is asked whether it wants the digest."))
            return redirect(_page(request))
    return _settings_page(request, reader_form=form)


@workspace_view(Action.EDIT_SETTINGS)
@require_POST
def ask_reader(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send the question once more."""
    try:
        outsiders.ask_again(reader=_reader(request, pk), by=request.membership, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The address is asked once more."))
    return redirect(_page(request))


@workspace_view(Action.EDIT_SETTINGS)
@require_POST
def remove_reader(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Forget an address outside."""
    reader = _reader(request, pk)
    outsiders.remove(reader=reader)
    messages.success(request, _("%(address)s is removed.") % {"address": reader.email})
    return redirect(_page(request))


@workspace_view(Action.PREVIEW_DIGESTS)
@require_POST
def say(request: WorkspaceRequest) -> HttpResponse:
    """Add a lead's sentence to the executive digest of a week."""
    form = SentenceForm(request.POST)
    if form.is_valid():
        with rules_shown_on(form):
            executive.say(
                week=digests.week_of(request),
                text=form.cleaned_data["text"],
                by=request.membership,
                at=clock.now(),
            )
            messages.success(request, _("Saved."))
            page = reverse("reviews:digest", args=[request.workspace.slug])
            return redirect(f"{page}?{request.GET.urlencode()}")
    return digests.preview_page(request, form)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address: a POST does it, a GET asks, so that no link scanner can."""
    now = clock.now()
    reader = outsiders.find(token, at=now)
    if reader is None:
        return render(request, "reviews/confirm_reader.html", status=410)
    if request.method == "POST":
        try:
            outsiders.confirm(reader=reader, at=now)
        except DomainError:
            return render(request, "reviews/confirm_reader.html", status=410)
    done = request.method == "POST" or reader.confirmed_at is not None
    return render(request, "reviews/confirm_reader.html", {"reader": reader, "done": done})


def _settings_page(
    request: WorkspaceRequest,
    *,
    form: ExecutiveForm | None = None,
    reader_form: OutsideReaderForm | None = None,
) -> HttpResponse:
    here, week = request.workspace, digests.week_of(request)
    chosen = executive.get_executive(here)
    form = form or ExecutiveForm(workspace=here, initial={"scorecard": chosen.scorecard_id})
    readers = OutsideReader.objects.for_workspace(here).prefetch_related("digests")
    context = {
        **digests.week_context(request, week),
        "tabs": digests.tabs_of(request, week, "reviews:executive"),
        "form": form,
        "version": request.POST.get("version", chosen.version),
        "reader_form": reader_form or OutsideReaderForm(),
        "readers": [
            (reader, any(digest.is_on for digest in reader.digests.all()))
            for reader in readers.order_by("email", "pk")
        ],
    }
    wrong = form.errors or (reader_form and reader_form.errors)
    return render(request, "reviews/executive.html", context, status=422 if wrong else 200)


def _reader(request: WorkspaceRequest, pk: int) -> OutsideReader:
    readers = OutsideReader.objects.for_workspace(request.workspace)
    reader: OutsideReader = get_object_or_404(readers, pk=pk)
    return reader


def _page(request: WorkspaceRequest) -> str:
    return reverse("reviews:executive", args=[request.workspace.slug])
