"""One's own choice of digests, and leaving a list by the link in a mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reviews.forms import SubscriptionsForm
from reviews.services import subscriptions, unsubscribing
from teams.models import Membership, User


@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Let people choose which digests they get, workspace by workspace."""
    if not isinstance(request.user, User):
        raise Http404
    mine = Membership.objects.active().filter(user=request.user)
    forms = [
        (member, SubscriptionsForm(request.POST or None, member=member))
        for member in mine.select_related("workspace").order_by("workspace__name", "pk")
    ]
    if request.method == "POST" and all(form.is_valid() for _member, form in forms):
        for member, form in forms:
            subscriptions.choose(member=member, choice=form.choice)
        messages.success(request, _("Saved."))
        return redirect("reviews:email")
    wrong = any(form.errors for _member, form in forms)
    context = {"forms": forms, "problems": wrong}
    return render(request, "reviews/email.html", context, status=422 if wrong else 200)


@csrf_exempt  # mail clients POST here without a page of ours (RFC 8058); the token is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave one list: a POST does it, a GET asks, so that no link scanner can."""
    subscription = unsubscribing.find_by_token(token)
    if subscription is None:
        raise Http404
    if request.method == "POST":
        unsubscribing.unsubscribe(subscription=subscription)
    done = request.method == "POST" or not subscription.is_on
    context = {"subscription": subscription, "done": done}
    return render(request, "reviews/unsubscribe.html", context)
