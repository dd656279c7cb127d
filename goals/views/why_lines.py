"""Saying why a number is off track."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.forms import form_page, rules_shown_on
from goals.forms.why_lines import WhyLineForm
from goals.models import Kpi, Segment
from goals.selectors import phrases
from goals.selectors.why_lines import off_track_starts
from goals.services import why_lines
from goals.views.kpis import find_kpi, kpi_url
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action

# So far back a line can be added on the page.
PERIODS_BACK = 13


@workspace_view(Action.ENTER_OWN_NUMBERS)
@require_http_methods(["GET", "POST"])
def say_why(request: WorkspaceRequest, number: int) -> HttpResponse:
    found = find_kpi(request, number)
    segment = _segment(found, request.GET.get("segment", ""))
    back = kpi_url(request, found)
    if segment is not None:
        back += "?" + urlencode({"segment": segment.code})
    periods = _periods(found, segment)
    if not periods:
        messages.info(request, _("None of the latest numbers is off track."))
        return HttpResponseRedirect(back, status=303)
    form = WhyLineForm(request.POST or None, periods=periods)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            why_lines.say_why(
                kpi=found,
                segment=segment,
                **form.cleaned_data,
                by=request.membership,
                at=clock.now(),
            )
            messages.success(request, _("The why line is added."))
            return HttpResponseRedirect(back, status=303)
    name = found.name if segment is None else f"{found.name}, {segment.name}"
    return form_page(
        request,
        form,
        heading=_("Why is %(kpi)s off track?") % {"kpi": name},
        submit=_("Say why"),
        cancel_url=back,
    )


def _segment(kpi: Kpi, code: str) -> Segment | None:
    if not code or "\0" in code:
        return None
    here = Segment.objects.for_workspace(kpi.workspace).filter(breakdown=kpi.breakdown_id)
    found: Segment = get_object_or_404(here, code=code)
    return found


def _periods(kpi: Kpi, segment: Segment | None) -> list[tuple[date, str]]:
    """Offer the latest periods that are off track, newest first."""
    calendar, today = kpi.workspace.calendar, kpi.workspace.today(at=clock.now())
    last = calendar.last_complete(kpi.judged_grain, today=today)
    first = calendar.shift(kpi.judged_grain, last, 1 - PERIODS_BACK)
    starts = off_track_starts(kpi, segment=segment, first=first, last=last, today=today)
    return [
        (start, phrases.period_title(calendar, kpi.judged_grain, start))
        for start in reversed(starts)
    ]
