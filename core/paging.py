"""Long lists come in pages: the one that an address names, and links to its neighbours."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.links import with_parameter

PER_PAGE = 100


def page_of(request: HttpRequest, rows: Any, *, per_page: int = PER_PAGE) -> "Page[Any]":
    """Give the page of ``rows`` that ``?page=`` names, or the nearest that there is."""
    return Paginator(rows, per_page).get_page(request.GET.get("page", "1"))


def pager(request: HttpRequest, page: "Page[Any]") -> dict[str, str]:
    """Describe what is around a page, for ``components/_pager.html``; nothing if it is alone."""
    if not page.has_other_pages():
        return {}
    words = {"first": page.start_index(), "last": page.end_index(), "total": page.paginator.count}
    found = {"text": _("%(first)d–%(last)d of %(total)d") % words}
    if page.has_previous():
        found["previous_url"] = with_parameter(request, "page", str(page.number - 1))
    if page.has_next():
        found["next_url"] = with_parameter(request, "page", str(page.number + 1))
    return found
