"""A person's own pages."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from teams.forms import ProfileForm
from teams.models import Membership, User, Workspace
from teams.services import people


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Change name, language, appearance and shortcuts."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # the middleware lets nobody else through
    initial = {name: getattr(user, name) for name in ProfileForm.base_fields}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        people.change_profile(user=user, **form.cleaned_data)
        translation.activate(user.language)
        messages.success(request, _("Saved."))
        return redirect("teams:profile")
    context = {
        "form": form,
        "memberships": Membership.objects.active()
        .filter(user=user)
        .select_related("workspace")
        .order_by("workspace__name"),
        "may_start": user.is_staff and not Workspace.objects.filter(is_demo=False).exists(),
    }
    return render(request, "teams/profile.html", context, status=422 if form.errors else 200)


@login_not_required
def switch_language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on, and go back: a guest's by a cookie, else one's own."""
    chosen = request.POST.get("language")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        people.change_language(user=request.user, language=chosen)
    return set_language(request)
