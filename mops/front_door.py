"""The way in: `/`, and the first start of an installation."""

from secrets import compare_digest

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.forms import rules_shown_on
from mops.demo.build import find_demo
from mops.demo.entrance import BACKEND, sign_in_visitor
from teams.forms import StartForm
from teams.models import Membership, User, Workspace
from teams.services import workspaces

LOOPBACK = frozenset({"127.0.0.1", "::1"})
# Whoever passes requests on adds at least one of these.
TRACES_OF_PROXIES = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


@login_not_required
@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Lead to the workspace used last, to signing in, or on an empty install to the start."""
    if not isinstance(request.user, User):
        return redirect("account_login" if _is_set_up() else "start")
    memberships = Membership.objects.active().filter(user=request.user).select_related("workspace")
    last = request.session.get("workspace")
    found = (
        memberships.filter(workspace__slug=last).first()
        or memberships.order_by("workspace__is_demo", "pk").first()
    )
    if found is None:
        return render(request, "mops/no_workspace.html")
    return redirect(found.workspace)


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Offer to set a team up or to look at the demo, until there is a workspace."""
    if closed := _closed(request):
        return closed
    if find_demo() is None:
        return redirect(reverse("start-team", query=request.GET))
    return render(request, "mops/start.html", {"query": request.GET.urlencode()})


@login_not_required
@require_http_methods(["GET", "POST"])
def start_team(request: HttpRequest) -> HttpResponse:
    """Set the first workspace up, with its owner, who also runs the installation."""
    if closed := _closed(request):
        return closed
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        with rules_shown_on(form):
            membership = workspaces.start(
                name=values["name"],
                timezone=values["timezone"],
                currency=values["currency"],
                owner_name=values["your_name"],
                email=values["email"],
                password=values["password"],
                at=clock.now(),
            )
            login(request, membership.user, backend=BACKEND)
            return redirect(membership.workspace)
    status = 422 if form.errors else 200
    return render(request, "mops/start_team.html", {"form": form}, status=status)


@login_not_required
@require_POST
def start_demo(request: HttpRequest) -> HttpResponse:
    """Open the demo to somebody who may also set the installation up."""
    if closed := _closed(request):
        return closed
    demo = find_demo()
    if demo is None:
        return redirect("start")
    sign_in_visitor(request)
    return redirect(demo)


def _is_set_up() -> bool:
    return Workspace.objects.filter(is_demo=False).exists()


def _closed(request: HttpRequest) -> HttpResponse | None:
    """Turn away whoever comes after the first workspace, or may not make it."""
    if _is_set_up():
        if request.user.is_authenticated:
            said = _("mops is set up here already. Ask an owner of its workspace to invite you.")
            messages.info(request, said)
        return redirect("root")
    if not _may_start(request):
        return render(request, "mops/not_set_up.html", status=403)
    return None


def _may_start(request: HttpRequest) -> bool:
    """
    Let only somebody at the machine itself, or with the setup token, be the first owner.

    A proxy on the same machine makes everybody look as if they sat at it. So an installation
    that is told of a proxy, or of an address of its own, asks for the token.
    """
    if settings.SETUP_TOKEN:
        return compare_digest(request.GET.get("token", "").encode(), settings.SETUP_TOKEN.encode())
    passed_on = settings.BEHIND_PROXY or any(name in request.headers for name in TRACES_OF_PROXIES)
    at_the_machine = request.META.get("REMOTE_ADDR") in LOOPBACK
    return at_the_machine and not passed_on and not settings.SITE_IS_HTTPS
