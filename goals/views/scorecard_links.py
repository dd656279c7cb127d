"""Numbers out: a scorecard's addresses for spreadsheets and dashboards, and what they answer."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.export import csv_chunks
from core.forms import rules_shown_on
from goals.forms.scorecards import LinkForm
from goals.models import Scorecard, ScorecardLink
from goals.selectors.scorecard import Periods
from goals.selectors.scorecard_out import Out
from goals.services import scorecard_links
from goals.views.boards import find_scorecard
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.EDIT_KPIS)
@require_http_methods(["GET", "POST"])
def links(request: WorkspaceRequest, number: int) -> HttpResponse:
    """List the addresses of a scorecard, and make one, which is shown this once."""
    found = find_scorecard(request, number)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            link, secret = scorecard_links.make_link(
                scorecard=found,
                name=form.cleaned_data["name"],
                by=request.membership,
                at=clock.now(),
            )
            return render(request, "goals/scorecard_link_made.html", _made(found, link, secret))
    context = {
        "scorecard": found,
        "links": found.links.select_related("made_by__user"),
        "form": form,
        "crumbs": [{"label": found.name, "url": found.get_absolute_url()}],
    }
    status = 422 if form.errors else 200
    return render(request, "goals/scorecard_links.html", context, status=status)


def _made(scorecard: Scorecard, link: ScorecardLink, secret: str) -> dict[str, object]:
    csv, json = (
        settings.SITE_URL + reverse("numbers-out:scorecard", args=[secret, form])
        for form in ("csv", "json")
    )
    return {
        "scorecard": scorecard,
        "link": link,
        "csv": csv,
        "json": json,
        "recipe": f'=IMPORTDATA("{csv}")',
    }


@workspace_view(Action.EDIT_KPIS)
@require_POST
def revoke_link(request: WorkspaceRequest, number: int, link: int) -> HttpResponse:
    found = find_scorecard(request, number)
    row: ScorecardLink = get_object_or_404(found.links, pk=link)
    scorecard_links.revoke_link(link=row, at=clock.now())
    message = _("“%(name)s” is revoked: its address answers no more.")
    messages.success(request, message % {"name": row.name})
    url = reverse("goals:scorecard-links", args=[request.workspace.slug, number])
    return HttpResponseRedirect(url, status=303)


@login_not_required
@require_safe
def scorecard_out(request: HttpRequest, secret: str, form: str) -> HttpResponse:
    """
    Give a scorecard's numbers as CSV or JSON to whoever knows the address.

    ``period`` is week (the default), month or quarter, ``periods`` 4, 13 (the default) or 26.
    """
    link = scorecard_links.find_link(secret, at=clock.now())
    if link is None:
        raise Http404
    answer = _revoked() if link.revoked_at else _numbers(request, link.scorecard, form)
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _revoked() -> HttpResponse:
    text = _("This address was revoked. Ask whoever gave it to you for another one.")
    return HttpResponse(f"{text}\n", status=410, content_type="text/plain; charset=utf-8")


def _numbers(request: HttpRequest, scorecard: Scorecard, form: str) -> HttpResponse:
    out = Out(scorecard, Periods.of(request.GET), at=clock.now())
    if form == "json":
        return JsonResponse(out.as_json(), json_dumps_params={"ensure_ascii": False})
    return HttpResponse(b"".join(csv_chunks(out.as_rows())), content_type="text/csv; charset=utf-8")
