"""The search page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviews.selectors.search import TooLongError
from reviews.selectors.search import search as find
from teams.access import WorkspaceRequest, workspace_view
from teams.finding import LONGEST
from teams.policy import Action


@workspace_view(Action.READ)
@require_safe
def search(request: WorkspaceRequest) -> HttpResponse:
    """Show what fits the words, kind by kind."""
    typed = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"typed": typed[:LONGEST]}
    try:
        context["groups"] = find(request.membership, typed)
    except TooLongError as error:
        context["problems"] = [str(error)]
    status = 422 if "problems" in context else 200
    return render(request, "reviews/search.html", context, status=status)
