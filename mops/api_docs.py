"""The page that the types of the API's problems lead to."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.api.catalogue import KINDS


@login_not_required
@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """Explain each kind of problem, to everybody: it tells nothing of anybody."""
    return render(request, "mops/problems.html", {"kinds": KINDS})
