"""Targets of a KPI: set and removed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.errors import ConflictError
from core.forms import form_page, rules_shown_on, version_in
from goals.forms.targets import TargetForm
from goals.models import Target
from goals.rules.status import Comparator
from goals.services import targets
from goals.views.kpis import find_kpi, kpi_url, see
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


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
            return see(request, found)
    return form_page(
        request,
        form,
        heading=_("Target of %(kpi)s") % {"kpi": found.name},
        submit=_("Set target"),
        cancel_url=kpi_url(request, found),
    )


@workspace_view(Action.EDIT_KPIS)
@require_POST
def remove_target(request: WorkspaceRequest, number: int, target: int) -> HttpResponse:
    found = find_kpi(request, number)
    row = get_object_or_404(Target.objects.filter(kpi=found), number=target)
    try:
        targets.remove_target(
            target=row,
            version=version_in(request.POST),
            by=request.membership,
            at=clock.now(),
        )
    except (ConflictError, targets.JudgedPeriodError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The target is removed."))
    return see(request, found)
