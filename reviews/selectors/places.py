"""Pages that go by a name of their own, and what is made where, as far as a member may."""

from collections.abc import Iterator, Mapping
from functools import cache

from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from teams.models import Membership
from teams.policy import Action

# What a page is called there, here too.
PAGES: Mapping[str, str | Promise] = {
    "reviews:home": gettext_lazy("Home"),
    "reviews:my-work": gettext_lazy("My work"),
    "goals:kpis": gettext_lazy("KPIs"),
    "goals:my-numbers": gettext_lazy("My numbers"),
    "goals:plan": gettext_lazy("Targets"),
    "goals:new-kpi": gettext_lazy("New KPI"),
    "goals:new-scorecard": gettext_lazy("New scorecard"),
    "goals:library": gettext_lazy("KPI library"),
    "goals:imports": gettext_lazy("Imports"),
    "goals:new-import": gettext_lazy("Import a file"),
    "goals:sources": gettext_lazy("Sources"),
    "goals:new-source": gettext_lazy("New source"),
    "goals:breakdowns": gettext_lazy("Breakdowns"),
    "goals:new-breakdown": gettext_lazy("New breakdown"),
    "reviews:activity": gettext_lazy("Activity"),
    "reviews:settings": gettext_lazy("Settings"),
    "teams:general": gettext_lazy("Workspace"),
    "goals:calendar": gettext_lazy("Calendar"),
    "teams:tokens": gettext_lazy("API tokens"),
    "teams:new-token": gettext_lazy("New API token"),
    "teams:audit": gettext_lazy("Audit trail"),
    "reviews:status": gettext_lazy("Status"),
    "teams:members": gettext_lazy("Members"),
    "teams:invite": gettext_lazy("Invite people"),
    "teams:teams": gettext_lazy("Teams"),
    "teams:new-team": gettext_lazy("New team"),
    "reviews:digest": gettext_lazy("Weekly digest"),
    "reviews:executive": gettext_lazy("Executive digest"),
    "reviews:digest-log": gettext_lazy("Deliveries"),
    "reviews:chats": gettext_lazy("Chats"),
}
# Where something new is made, by what it is.
MAKERS: Mapping[str, str | Promise] = {
    "goals:new-kpi": gettext_lazy("KPI"),
    "goals:new-scorecard": gettext_lazy("Scorecard"),
    "goals:new-import": gettext_lazy("Import"),
    "goals:new-source": gettext_lazy("Source"),
    "goals:new-breakdown": gettext_lazy("Breakdown"),
    "teams:new-team": gettext_lazy("Team"),
    "teams:invite": gettext_lazy("Invitation"),
    "teams:new-token": gettext_lazy("API token"),
}


def may_open(member: Membership, routes: Mapping[str, str | Promise]) -> Iterator[tuple[str, str]]:
    """Give the label and address of each of ``routes`` that a member may open."""
    for route, label in routes.items():
        if member.may(_gate(route)):
            yield str(label), reverse(route, args=[member.workspace.slug])


@cache
def _gate(route: str) -> Action:
    """Give what the page's own gate asks for."""
    gate: Action = resolve(reverse(route, args=["any"])).func.gate  # type: ignore[attr-defined]
    return gate
