"""One step back, offered on the next page: what was done, and where its button posts to."""

from django.http import HttpRequest

_KEY = "undo"


def offer_undo(request: HttpRequest, text: str, url: str) -> None:
    """Offer it on the page that this request leads to, and on no other."""
    request.session[_KEY] = {"text": text, "url": url}


def take_offer(request: HttpRequest) -> dict[str, str] | None:
    """Give what is offered, for ``components/_undo_bar.html``, once."""
    offered: dict[str, str] | None = request.session.pop(_KEY, None)
    return offered
