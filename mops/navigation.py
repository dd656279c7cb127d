"""What surrounds every page: navigation, theme, banner, freshness."""

from typing import Any

from django.conf import settings as configuration
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core.undo import take_offer
from reviews.selectors.places import MAKERS, may_open
from teams.access import WorkspaceRequest
from teams.models import User
from teams.policy import Action

VERSION = "0.1"
HOME = "reviews:home"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates what base.html shows around the page."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"languages": configuration.LANGUAGES, "mops_version": VERSION}
    context: dict[str, Any] = {
        "theme": user.theme,
        "shortcuts": user.shortcuts,
        "mops_version": VERSION,
        "undo": take_offer(request),
    }
    if hasattr(request, "workspace"):
        context |= _around(request)  # type: ignore[arg-type]  # the gate put the workspace there
    return context


def _around(request: WorkspaceRequest) -> dict[str, Any]:
    home = _item(request, _("Home"), HOME, "home", "g h")
    kpis = _item(request, _("KPIs"), "goals:kpis", "bars", "g k", below="goals:imports")
    numbers = _item(request, _("My numbers"), "goals:my-numbers", "numbers", "g n")
    work = _item(request, _("My work"), "reviews:my-work", "check", "g m")
    activity = _item(request, _("Activity"), "reviews:activity", "history", "g a")
    menu = _item(request, _("Menu"), "reviews:menu", "menu")
    may_enter = request.membership.may(Action.ENTER_OWN_NUMBERS)
    may_set_up = request.membership.may(Action.EDIT_KPIS)
    plan = [kpis, numbers] if may_enter else [kpis]
    context: dict[str, Any] = {
        "workspace_name": request.workspace.name,
        "home_url": home["url"],
        "search_url": reverse("reviews:search", args=[request.workspace.slug]),
        "nav": [
            {"label": "", "items": [home, work, activity]},
            {"label": _("Plan"), "items": plan},
        ],
        "nav_foot": [_me(request)],
        "bottom_nav": [home, *plan, menu],
    }
    settings = _item(
        request, _("Settings"), "reviews:settings", "settings", below="goals:breakdowns"
    )
    # A page that knows more about where it hangs says so itself.
    context["crumbs"] = [
        above for above in (kpis, settings) if above["current"] and request.path != above["url"]
    ]
    if request.membership.may(Action.EDIT_SETTINGS):
        context["status_url"] = reverse("reviews:status", args=[request.workspace.slug])
    made = [
        {"label": label, "url": url, "icon": "plus"}
        for label, url in may_open(request.membership, MAKERS)
    ]
    if made:
        context["create"] = [{"label": _("New"), "items": made}]
        context["create_url"] = f"{menu['url']}#new"
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
        "text": _("A demo: an invented company with invented numbers. No mail is sent."),
        "actions": [{"label": label, "url": url} for label, url in actions],
    }


def _item(
    request: WorkspaceRequest, label: str, name: str, icon: str, shortcut: str = "", below: str = ""
) -> dict[str, Any]:
    """Describe an entry; the pages at the address ``below`` hang under it as well as its own."""
    here = [request.workspace.slug]
    url = reverse(name, args=here)
    # Everything lies below Home by its address.
    parents = [reverse(each, args=here) for each in (name, below) if each and name != HOME]
    return {
        "label": label,
        "url": url,
        "icon": icon,
        "shortcut": shortcut,
        "current": request.path == url or any(_is_below(request, parent) for parent in parents),
    }


def _is_below(request: WorkspaceRequest, url: str) -> bool:
    # "My numbers" lies below the KPIs by its address and is an entry of its own.
    entry = reverse("goals:my-numbers", args=[request.workspace.slug])
    return request.path.startswith(url) and (url == entry or not request.path.startswith(entry))


def _me(request: WorkspaceRequest) -> dict[str, Any]:
    url = reverse("teams:profile")
    return {"label": request.user.name, "url": url, "icon": "person", "current": False}
