"""Saying why by the link in a mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core import clock, one_tap
from core.forms import rules_shown_on
from goals.forms.why_lines import WhyForm
from reviews.selectors.why_questions import find_question, get_asked
from reviews.services import why_questions


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def why_question(request: HttpRequest, token: str) -> HttpResponse:
    """Ask why one number is off track, and take the answer once; the signed link is the proof."""
    try:
        question = find_question(one_tap.read(why_questions.PURPOSE, token))
    except one_tap.LinkExpiredError as error:
        return render(request, "reviews/why_question.html", {"over": str(error)}, status=410)
    if question is None:
        raise Http404
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with rules_shown_on(form):
            why_questions.answer(question=question, **form.cleaned_data, at=clock.now())
            messages.success(request, _("The why line is added."))
            return HttpResponseRedirect(request.path, status=303)
    asked = get_asked(
        question,
        today=question.kpi.workspace.today(at=clock.now()),
        language=translation.get_language() or "en",
    )
    context = {"asked": asked, "over": asked.over, "form": form, "kpi": question.kpi}
    status = 410 if asked.over else 422 if form.errors else 200
    return render(
        request,
        "reviews/why_question.html",
        context,
        status=409 if asked.line and form.is_bound else status,
    )
