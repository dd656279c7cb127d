"""Mail and what became of it, for whoever runs this installation."""

import re
from email import message_from_bytes, policy

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core import mailer
from teams.models import OutgoingMail, User

LENGTH = 100


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List mail and show one; it may hold sign-in links, so only operators see it."""
    if not (isinstance(request.user, User) and request.user.is_staff):
        raise Http404
    rows = OutgoingMail.objects.order_by("-pk")
    key = request.GET.get("message", "")
    shown = get_object_or_404(rows, pk=int(key)) if re.fullmatch(r"[0-9]{1,18}", key) else None
    context = {
        "rows": rows.defer("body")[:LENGTH],
        "leaves": mailer.leaves_the_house(),
        "shown": shown,
        "text": _text_of(shown) if shown else "",
    }
    return render(request, "reviews/outbox.html", context)


def _text_of(row: OutgoingMail) -> str:
    message = message_from_bytes(bytes(row.body), policy=policy.default)
    body = message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""
