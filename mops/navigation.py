"""What surrounds every page: navigation, theme, banner, freshness."""

from typing import Any

from django.conf import settings as configuration
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from teams.access import WorkspaceRequest
from teams.models import User
from teams.policy import Action

VERSION = "0.1"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates what base.html shows around the page."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"languages": configuration.LANGUAGES, "mops_version": VERSION}
    context: dict[str, Any] = {
        "theme": user.theme,
        "shortcuts": user.shortcuts,
        "mops_version": VERSION,
    }
    if hasattr(request, "workspace"):
        context |= _around(request)  # type: ignore[arg-type]  # the gate put the workspace there
    return context


def _around(request: WorkspaceRequest) -> dict[str, Any]:
    home = _item(request, _("Home"), "reviews:home", "home", "g h")
    kpis = _item(request, _("KPIs"), "goals:kpis", "bars", "g k")
    numbers = _item(request, _("My numbers"), "goals:my-numbers", "numbers", "g n")
    menu = _item(request, _("Menu"), "reviews:menu", "menu")
    may_enter = request.membership.may(Action.ENTER_OWN_NUMBERS)
    may_set_up = request.membership.may(Action.EDIT_KPIS)
    plan = [kpis, numbers] if may_enter else [kpis]
    context: dict[str, Any] = {
        "workspace_name": request.workspace.name,
        "home_url": home["url"],
        "nav": [{"label": "", "items": [home]}, {"label": _("Plan"), "items": plan}],
        "nav_foot": [_me(request)],
        "bottom_nav": [home, *plan, menu],
    }
    settings = _item(request, _("Settings"), "reviews:settings", "settings")
    settings["current"] |= _is_set_up(request)
    # A page that knows more about where it hangs says so itself.
    context["crumbs"] = [
        above for above in (kpis, settings) if above["current"] and request.path != above["url"]
    ]
    if request.membership.may(Action.EDIT_SETTINGS):
        context["status_url"] = reverse("reviews:status", args=[request.workspace.slug])
    if may_set_up:
        context["nav"].append({"label": _("Set up"), "items": [settings]})
    if request.workspace.is_demo:
        context["banner"] = _demo_banner(request)
    return context


def _demo_banner(request: WorkspaceRequest) -> dict[str, Any]:
    actions = [(_("Start my own workspace"), reverse("start"))]
    if request.membership.may(Action.DELETE_WORKSPACE):
        here = [request.workspace.slug]
        actions += [
            (_("Reset the demo"), reverse("reset-demo", args=here)),
            (_("Remove the demo"), reverse("remove-demo", args=here)),
        ]
    return {
        "kind": "info",
        "text": _("This is a demo: an invented company with invented numbers."),
        "actions": [{"label": label, "url": url} for label, url in actions],
    }


def _item(
    request: WorkspaceRequest, label: str, name: str, icon: str, shortcut: str = ""
) -> dict[str, Any]:
    url = reverse(name, args=[request.workspace.slug])
    return {
        "label": label,
        "url": url,
        "icon": icon,
        "shortcut": shortcut,
        "current": request.path == url or (name != "reviews:home" and _is_below(request, url)),
    }


def _is_below(request: WorkspaceRequest, url: str) -> bool:
    # "My numbers" lies below the KPIs by its address and is an entry of its own.
    entry = reverse("goals:my-numbers", args=[request.workspace.slug])
    return request.path.startswith(url) and (url == entry or not request.path.startswith(entry))


def _is_set_up(request: WorkspaceRequest) -> bool:
    """Tell whether this page is reached from the settings although its address is not below."""
    names = ("goals:breakdowns", "goals:imports")
    return request.path.startswith(
        tuple(reverse(name, args=[request.workspace.slug]) for name in names)
    )


def _me(request: WorkspaceRequest) -> dict[str, Any]:
    url = reverse("teams:profile")
    return {"label": request.user.name, "url": url, "icon": "person", "current": False}
