"""My work."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from core import clock
from reviews.selectors.my_work import get_work
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action


@workspace_view(Action.READ)
@require_safe
def my_work(request: WorkspaceRequest) -> HttpResponse:
    """Answer what I do now."""
    language = translation.get_language() or "en"
    work = get_work(request.membership, at=clock.now(), language=language)
    groups = [("overdue", work.overdue), ("open", work.open)]
    context = {"work": work, "groups": [group for group in groups if group[1]]}
    return render(request, "reviews/my_work.html", context)
