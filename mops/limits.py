"""What a request may carry: a body that is too large is refused before it is received."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mops import errors


class BodyLimitMiddleware:
    """
    Goes by the length that a body announces, so that nothing of a refused one is read.

    Django takes no body without a length: to a view one that comes in chunks looks empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "Transfer-Encoding" in request.headers:
            return errors.length_required(request)
        length = request.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > settings.REQUEST_LIMIT_BYTES:
            return errors.too_large(request)
        return self.get_response(request)
