"""Feed this number: how programs send the values of one KPI, and a token that can do just that."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.errors import DomainError
from goals.models import Kpi
from goals.rules.feeding import NO_TOKEN, Feed
from goals.views.kpis import find_kpi, kpi_url, see
from teams.access import WorkspaceRequest, workspace_view
from teams.models import ApiToken
from teams.policy import Action
from teams.services import tokens

TOKEN_LIFE = timedelta(days=365)
# What any unit takes, yes or no included.
_EXAMPLE = "1"


@workspace_view(Action.ENTER_OWN_NUMBERS)
@require_safe
def feed(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Show what a program sends, filled in for this KPI."""
    return _page(request, find_kpi(request, number))


@workspace_view(Action.MANAGE_TOKENS)
@require_POST
def make_token(request: WorkspaceRequest, number: int) -> HttpResponse:
    """Make a token for this KPI only, and show it this once, in its places."""
    found, now = find_kpi(request, number), clock.now()
    if not _takes_values(found):
        messages.error(request, _("Nobody sends values of this KPI."))
        return see(request, found)
    try:
        _token, secret = tokens.create_token(
            membership=request.membership,
            name=(_("Feeds %(kpi)s") % {"kpi": found.name})[:80],
            scope=ApiToken.Scope.MEASUREMENTS,
            kpi_codes=[found.code],
            expires_at=now + TOKEN_LIFE,
            by=request.membership,
            at=now,
        )
    except DomainError as error:
        messages.error(request, str(error))
        return see(request, found)
    return _page(request, found, token=secret)


def _page(request: WorkspaceRequest, kpi: Kpi, *, token: str = "") -> HttpResponse:
    now = clock.now()
    address = request.build_absolute_uri(reverse("goals-api:measurements"))
    context = {
        "kpi": kpi,
        "feed": Feed(
            address=address,
            kpi=kpi.code,
            segment=_segment(request, kpi),
            day=request.workspace.today(at=now),
            value=_EXAMPLE,
            token=token or NO_TOKEN,
        )
        if _takes_values(kpi)
        else None,
        "token": token,
        "ends": now + TOKEN_LIFE,
        "may_make": request.membership.may(Action.MANAGE_TOKENS),
        "crumbs": [
            {"label": _("KPIs"), "url": reverse("goals:kpis", args=[request.workspace.slug])},
            {"label": kpi.name, "url": kpi_url(request, kpi)},
        ],
    }
    return render(request, "goals/feed.html", context)


def _takes_values(kpi: Kpi) -> bool:
    return not kpi.is_formula and not kpi.is_archived


def _segment(request: WorkspaceRequest, kpi: Kpi) -> str | None:
    """Give the code of a segment to write in the examples, if the KPI has any."""
    if kpi.breakdown is None:
        return None
    today = request.workspace.today(at=clock.now())
    first = kpi.breakdown.segments.active_on(today).order_by("name", "pk").first()
    return first.code if first else _("segment")
