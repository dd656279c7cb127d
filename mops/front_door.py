"""
The way in: `/`, and the first two steps of an empty installation.

The first run begins on this floor because it offers the demo, which no room below knows. With the
second step there is a workspace and somebody signed in; from there on it is a matter of
`reviews.views.first_run`.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.forms import rules_shown_on
from mops.demo.build import find_demo
from mops.demo.entrance import BACKEND, sign_in_visitor
from mops.setup_token import keep_token, may_set_up
from teams.forms import FirstOwnerForm, FirstWorkspaceForm
from teams.models import Membership, User
from teams.services import workspaces

# What was said about the workspace, kept with the browser until it is made.
DRAFT = "first_workspace"


@login_not_required
@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Lead to the workspace used last, to signing in, or on an empty install to the start."""
    if not isinstance(request.user, User):
        return redirect("account_login" if workspaces.is_set_up() else "start")
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
    """Welcome somebody who may set mops up, in a language of their choice."""
    if not workspaces.is_set_up() and keep_token(request):
        return redirect("start")  # the token stays neither in the address nor in the history
    if closed := _closed(request):
        return closed
    # The languages to choose from stand on top of this page, so not below it as well.
    context = {"has_demo": find_demo() is not None, "languages": None, "all": settings.LANGUAGES}
    return render(request, "mops/start.html", context)


@login_not_required
@require_http_methods(["GET", "POST"])
def start_team(request: HttpRequest) -> HttpResponse:
    """Take what the first workspace is called and where it lives; nothing is made yet."""
    if closed := _closed(request):
        return closed
    form = FirstWorkspaceForm(request.POST or None, initial=request.session.get(DRAFT))
    if request.method == "POST" and form.is_valid():
        request.session[DRAFT] = form.cleaned_data
        return redirect("start-you")
    status = 422 if form.errors else 200
    return render(request, "mops/start_team.html", {"form": form}, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
def start_you(request: HttpRequest) -> HttpResponse:
    """Make the first workspace with its owner, who also runs the installation."""
    if closed := _closed(request):
        return closed
    draft = request.session.get(DRAFT)
    if draft is None:
        return redirect("start-team")
    form = FirstOwnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        with rules_shown_on(form):
            membership = workspaces.start(
                **draft,
                owner_name=values["name"],
                email=values["email"],
                password=values["password"],
                language=translation.get_language() or settings.LANGUAGE_CODE,
                at=clock.now(),
            )
            del request.session[DRAFT]
            login(request, membership.user, backend=BACKEND)
            return redirect("reviews:first-kpis", membership.workspace.slug)
    status = 422 if form.errors else 200
    return render(request, "mops/start_you.html", {"form": form}, status=status)


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


def _closed(request: HttpRequest) -> HttpResponse | None:
    """Turn away whoever comes after the first workspace, or may not make it."""
    if workspaces.is_set_up():
        if request.user.is_authenticated and not _has_one(request):
            said = _("mops is set up here already. Ask an owner of its workspace to invite you.")
            messages.info(request, said)
        return redirect("root")
    if not may_set_up(request):
        return render(request, "mops/not_set_up.html", status=403)
    return None


def _has_one(request: HttpRequest) -> bool:
    own = Membership.objects.active().filter(user=request.user, workspace__is_demo=False)
    return own.exists()
