"""The way into the demo: a link that works once."""

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mops.demo import build, story
from teams.models import User

VALID_SECONDS = 24 * 3600
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def make_link() -> str:
    """Give an address that signs one browser in as the demo's visitor, once, within a day."""
    token = secrets.token_urlsafe(24)
    cache.set(_key(token), 1, VALID_SECONDS)
    return f"{settings.SITE_URL}{reverse('demo', args=[token])}"


@login_not_required
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by such a link; the first use ends it."""
    demo = build.find_demo()
    if demo is None or not cache.delete(_key(token)):
        return render(request, "mops/link_used.html", status=410)
    sign_in_visitor(request)
    return redirect(demo)


def sign_in_visitor(request: HttpRequest) -> None:
    """Sign the browser in as the demo's visitor, who owns it; there must be a demo."""
    login(request, User.objects.get(email=story.VISITOR_EMAIL), backend=BACKEND)


def is_visitor(user: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(user, User) and user.email == story.VISITOR_EMAIL


def _key(token: str) -> str:
    return "demo:" + hashlib.sha256(token.encode()).hexdigest()
