"""The search page."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.htmx import render_page_or_fragment, wants_fragment
from reviews.selectors.search import TooLongError, find_languages, get_sections
from reviews.selectors.search import search as find
from teams.access import WorkspaceRequest, workspace_view
from teams.finding import LONGEST
from teams.policy import Action


@workspace_view(Action.READ)
@require_safe
def search(request: WorkspaceRequest) -> HttpResponse:
    """Show what fits the words, kind by kind; for the palette, what one can go to or do."""
    typed = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"typed": typed[:LONGEST]}
    try:
        groups = find(request.membership, typed)
        context["groups"] = groups
        if wants_fragment(request):
            here = urlsplit(request.htmx.current_url_abs_path or "").path
            sections = get_sections(request.membership, groups, typed, here=here)
            languages = find_languages(typed)
            count = sum(len(each.hits) for each in sections) + len(languages)
            context |= {"sections": sections, "languages": languages, "count": count}
    except TooLongError as error:
        context["problems"] = [str(error)]
    status = 422 if "problems" in context else 200
    return render_page_or_fragment(
        request, "reviews/search.html", "reviews/_options.html", context, status=status
    )
