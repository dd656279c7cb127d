"""Who may set an installation up: somebody at the machine itself, or with the setup token."""

from secrets import compare_digest

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

LOOPBACK = frozenset({"127.0.0.1", "::1"})
# Whoever passes requests on adds at least one of these.
TRACES_OF_PROXIES = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
_KEPT_AS = "setup_token"


def setup_token() -> str:
    """Give the operator's token, or the one that every process makes of the secret key."""
    made = salted_hmac("mops.setup_token", "", algorithm="sha256").hexdigest()[:32]
    return str(settings.SETUP_TOKEN) or made


def may_set_up(request: HttpRequest) -> bool:
    """
    Tell whether a request comes from the machine itself, or from a browser that has the token.

    An operator who chose a token wants it asked of everybody.
    """
    shown = request.session.get(_KEPT_AS, "")
    return _is_token(shown) or (not settings.SETUP_TOKEN and _is_at_the_machine(request))


def keep_token(request: HttpRequest) -> bool:
    """Remember the token of the address for this browser's next pages; tell whether it is right."""
    given = request.GET.get("token", "")
    if right := _is_token(given):
        request.session[_KEPT_AS] = given
    return right


def _is_token(given: str) -> bool:
    return compare_digest(given.encode(), setup_token().encode())


def _is_at_the_machine(request: HttpRequest) -> bool:
    """
    Tell whether somebody sits at this machine.

    A proxy on the same machine makes everybody look as if they did. So an installation that is
    told of a proxy, or of an address of its own, goes by the token alone.
    """
    passed_on = settings.BEHIND_PROXY or any(name in request.headers for name in TRACES_OF_PROXIES)
    from_here = request.META.get("REMOTE_ADDR") in LOOPBACK
    return from_here and not passed_on and not settings.SITE_IS_HTTPS
