"""The page where weeks and fiscal years are told where to begin."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import ConflictError
from core.forms import form_page, rules_shown_on, version_in
from goals.forms.calendar import CalendarForm
from goals.selectors.calendar import get_calendar_change
from goals.services.calendars import change_calendar
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def calendar(request: WorkspaceRequest) -> HttpResponse:
    """Choose where weeks and fiscal years begin; with numbers, see first what that moves."""
    workspace = request.workspace
    initial = {name: getattr(workspace, name) for name in CalendarForm.base_fields}
    form = CalendarForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        today = workspace.today(at=clock.now())
        change = get_calendar_change(workspace, form.calendar, today=today)
        if change.borders and change.has_numbers and "confirmed" not in request.POST:
            context = {"form": form, "change": change, "version": workspace.version}
            return render(request, "goals/calendar_change.html", context)
        with rules_shown_on(form):
            return _save(request, form)
    return form_page(
        request,
        form,
        heading=_("Calendar"),
        submit=_("Save"),
        cancel_url=reverse("reviews:settings", args=[workspace.slug]),
        version=workspace.version,
    )


def _save(request: WorkspaceRequest, form: CalendarForm) -> HttpResponse:
    try:
        change_calendar(
            workspace=request.workspace,
            version=version_in(request.POST),
            **form.cleaned_data,
        )
    except ConflictError as error:
        conflict = {"why": str(error), "theirs_url": request.path}
        return render(request, "409.html", conflict, status=409)
    messages.success(request, _("The calendar is saved. Numbers follow it within minutes."))
    return HttpResponseRedirect(request.path, status=303)
