"""Digests: preview, log, one's own choice, and leaving the list."""

from datetime import date
from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.periods import Grain
from goals.selectors import phrases
from goals.selectors.points import get_freshness
from goals.selectors.weeks import chosen_week
from reviews.forms import SubscriptionsForm
from reviews.models import DigestDelivery, DigestSubscription
from reviews.rules.schedule import due_at
from reviews.selectors.digest import Edition, Letter
from reviews.services import digests, letters, subscriptions
from teams.access import WorkspaceRequest, workspace_view
from teams.models import Membership, User
from teams.policy import Action

# A mail carries its styles inside; it is shown in a frame of ours and may do nothing else.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
}
LOG_LENGTH = 50


@workspace_view(Action.PREVIEW_DIGESTS)
@require_safe
def preview(request: WorkspaceRequest) -> HttpResponse:
    """Show what a member's digest of any week says, as it would go out now."""
    week = _week(request)
    letter = _letter(request, week)
    query = request.GET.urlencode()
    slug = request.workspace.slug
    calendar = request.workspace.calendar
    context = {
        "letter": letter,
        "text": letters.as_text(letter, unsubscribe_url=_sample_url()),
        "html_url": f"{reverse('reviews:digest-html', args=[slug])}?{query}",
        "members": _members(request),
        "chosen": _reader(request),
        "variant": request.GET.get("variant", "personal"),
        "variants": DigestSubscription.Variant.choices,
        "title": phrases.week_title(calendar, week),
        "week": calendar.key(Grain.WEEK, week),
        "previous": calendar.key(Grain.WEEK, calendar.shift(Grain.WEEK, week, -1)),
        "due": due_at(request.workspace, week).astimezone(request.workspace.zone),
        "deliveries": _deliveries(request),
    }
    return render(request, "reviews/digest.html", context)


@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)
@workspace_view(Action.PREVIEW_DIGESTS)
@require_safe
def preview_html(request: WorkspaceRequest) -> HttpResponse:
    """Give the digest's HTML as a mail client gets it, for the frame of the preview."""
    letter = _letter(request, _week(request))
    context = {"letter": letter, "unsubscribe_url": _sample_url()}
    return HttpResponse(render_to_string("reviews/emails/digest.html", context))


@workspace_view(Action.PREVIEW_DIGESTS)
@require_POST
def send_test(request: WorkspaceRequest) -> HttpResponse:
    """Send the reader their own digest, at once and outside the ledger."""
    letter = _letter(request, _week(request), reader=request.membership)
    digests.send_test(to=request.membership, letter=letter, at=clock.now())
    messages.success(
        request, _("A test is on its way to %(address)s.") % {"address": request.user.email}
    )
    return redirect("reviews:digest", request.workspace.slug)


def _week(request: WorkspaceRequest) -> date:
    today = request.workspace.today(at=clock.now())
    return chosen_week(request.GET.get("week", ""), request.workspace.calendar, today=today)


def _members(request: WorkspaceRequest) -> Any:
    here = Membership.objects.active().for_workspace(request.workspace)
    return here.select_related("user").order_by("user__name", "pk")


def _reader(request: WorkspaceRequest) -> Membership:
    number = request.GET.get("member", "")
    if not number:
        return request.membership
    if not (number.isascii() and number.isdigit()):
        raise Http404
    found: Membership = get_object_or_404(_members(request), pk=int(number))
    return found


def _letter(request: WorkspaceRequest, week: date, *, reader: Membership | None = None) -> Letter:
    reader = reader or _reader(request)
    variant = request.GET.get("variant", "personal")
    subscription = None
    if variant == "team":
        subscription = DigestSubscription(membership=reader, variant="team")
    with translation.override(reader.user.language):
        edition = Edition(
            request.workspace,
            week,
            freshness=get_freshness(request.workspace),
            today=request.workspace.today(at=clock.now()),
            language=reader.user.language,
        )
        return edition.letter(reader, subscription)


def _sample_url() -> str:
    return "#"


def _deliveries(request: WorkspaceRequest) -> Any:
    rows = DigestDelivery.objects.for_workspace(request.workspace)
    related = rows.select_related("run", "subscription__membership__user")
    return related.order_by("-run__week", "pk")[:LOG_LENGTH]


@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Let people choose which digests they get, workspace by workspace."""
    if not isinstance(request.user, User):
        raise Http404
    members = list(
        Membership.objects.active()
        .filter(user=request.user)
        .select_related("workspace")
        .order_by("workspace__name")
    )
    forms = [
        (
            member,
            SubscriptionsForm(
                request.POST or None, prefix=str(member.pk), initial=subscriptions.chosen(member)
            ),
        )
        for member in members
    ]
    if request.method == "POST" and all(form.is_valid() for _member, form in forms):
        for member, form in forms:
            wanted = dict(form.cleaned_data)
            paused_until = wanted.pop("paused_until")
            subscriptions.choose(member=member, wanted=wanted, paused_until=paused_until)
        messages.success(request, _("Saved."))
        return redirect("reviews:email")
    wrong = any(form.errors for _member, form in forms)
    return render(request, "reviews/email.html", {"forms": forms}, status=422 if wrong else 200)


@csrf_exempt  # mail clients POST here without a page of ours (RFC 8058); the token is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave one list: a POST does it, a GET asks, so that no link scanner can."""
    subscription = digests.find_by_token(token)
    if subscription is None:
        raise Http404
    if request.method == "POST":
        digests.unsubscribe(subscription=subscription)
    context = {"subscription": subscription, "done": request.method == "POST"}
    return render(request, "reviews/unsubscribe.html", context)
