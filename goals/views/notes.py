"""Notes on the page of a KPI: added and removed."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.errors import NotAllowedError
from core.forms import form_page, rules_shown_on
from goals.forms.notes import NoteForm
from goals.models import Note
from goals.services import notes
from goals.views.kpis import find_kpi, kpi_url, see
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.ENTER_OWN_NUMBERS)
@require_http_methods(["GET", "POST"])
def new_note(request: WorkspaceRequest, number: int) -> HttpResponse:
    found, by = find_kpi(request, number), request.membership
    form = NoteForm(
        request.POST or None,
        initial={"on_date": request.workspace.today(at=clock.now())},
        may_note_everywhere=notes.may_note(None, by),
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        about = None if values.pop("everywhere", False) else found
        with rules_shown_on(form):
            notes.add_note(kpi=about, **values, by=by, at=clock.now())
            messages.success(request, _("The note is added."))
            return see(request, found)
    return form_page(
        request,
        form,
        heading=_("Note on %(kpi)s") % {"kpi": found.name},
        submit=_("Add note"),
        cancel_url=kpi_url(request, found),
    )


@workspace_view(Action.ENTER_OWN_NUMBERS)
@require_POST
def remove_note(request: WorkspaceRequest, number: int, note: int) -> HttpResponse:
    found = find_kpi(request, number)
    here = Note.objects.for_workspace(request.workspace).filter(Q(kpi=found) | Q(kpi=None))
    row: Note = get_object_or_404(here, number=note)
    try:
        notes.remove_note(note=row, by=request.membership)
    except NotAllowedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The note is removed."))
    return see(request, found)
