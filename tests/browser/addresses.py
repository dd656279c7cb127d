"""Every page of the product with its states; read from the URLconf, so that none is forgotten."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from mops import gallery
from tests.architecture.routes import all_routes, pages_of_workspaces
from tests.architecture.test_access import PAGES as GATES

# Routes that answer GET with something else than a page.
FILES = {
    "goals:kpi-csv": "a file",
    "goals:import-problems": "a file",
    "reviews:digest-html": "a mail, shown in the frame of reviews:digest",
}
NO_PAGES = {
    "alive": "says ok to machines",
    "numbers-out:scorecard": "a file for programs",
    "ready": "says ok to machines",
    "start-demo": "only takes a form",
    "set_language": "only takes a form",
    "api-docs": "the page of another project, for programmers",
    "account_reauthenticate": "nothing asks for it yet",
}  # fmt: skip
MEMBER, VIEWER, EMPTY, NOBODY, GUEST = "member", "viewer", "empty", "nobody", "guest"
# Somebody who has said what their workspace is called, and is not signed in.
STARTING = "starting"
# The owner of a workspace with a thousand KPIs, which is there for pictures and long tests only.
CROWD = "crowd"


@dataclass(frozen=True)
class Page:
    """An address, who looks at it, and the status it is shown with."""

    name: str
    route: str
    who: str = MEMBER
    query: str = ""
    ids: tuple[tuple[str, Any], ...] = ()
    status: int = 200
    path: str = ""
    # Whether it is there only until somebody has set a workspace up.
    first_day: bool = False

    def address(self, workspace: dict[str, Any], *, language: str = "en") -> str:
        """Give the path of this page in ``workspace``, as tests/browser/stage.py describes it."""
        if self.route.startswith("gallery") and language == "th":
            return f"{self._path(workspace)}?text=thai"  # its words do not come from the reader
        return self._path(workspace)

    def _path(self, workspace: dict[str, Any]) -> str:
        if self.path:
            return self.path.format(**workspace) + self.query
        route = ROUTES[self.route]
        chosen = dict(self.ids)
        named = [p for p in route.parameters if p != "workspace"]
        given = {p: chosen.get(p) or _id(self.route, p, workspace) for p in named}
        if "<slug:workspace>" in route.path:
            given["workspace"] = workspace["slug"]
        return reverse(self.route, kwargs=given) + self.query.format(**workspace)


ROUTES = {route.name: route for route in all_routes()}


def _id(route: str, parameter: str, workspace: dict[str, Any]) -> Any:
    if route in ("goals:import", "goals:import-reading"):
        return workspace["files"]["matched"]
    if route == "reviews:first-import":
        return workspace["files"]["checked"]
    by_route = {
        "teams:member": "member",
        "teams:team": "team",
        "teams:join": "join",
        "goals:scorecard": "scorecard",
        "goals:edit-scorecard": "scorecard",
        "goals:scorecard-links": "scorecard",
        "goals:source": "source",
        "goals:edit-source": "source",
        "goals:rename-breakdown": "breakdown",
        "goals:add-segments": "breakdown",
        "goals:rename-segment": "segment",
        "reviews:unsubscribe": "unsubscribe",
        "reviews:why-question": "why",
        "reviews:confirm-reader": "confirm",
    }
    by_parameter = {"number": "kpi"}
    return workspace[by_route.get(route) or by_parameter[parameter]]


def _workspace_pages() -> list[Page]:
    names = [r.name for r in pages_of_workspaces() if GATES.get(r.name, ("", ""))[1] == "get"]
    return [Page(_plain(name), name) for name in names if name not in FILES]


def _plain(name: str) -> str:
    return name.replace(":", "-").replace("_", "-")


def _gallery_pages() -> list[Page]:
    return [
        Page(f"gallery-{name}", "gallery-page", ids=(("page", name),))
        for name in gallery.PAGES
        if name != "index"
    ]


STATES = [
    Page("home-earlier", "reviews:home", query="?week=2026-W30"),
    Page("home-viewer", "reviews:home", VIEWER),
    Page("home-empty", "reviews:home", EMPTY),
    Page("kpi-list", "goals:kpis", query="?view=list"),
    Page("kpi-list-archived", "goals:kpis", query="?view=list&archived=true"),
    Page("scorecard-months", "goals:kpis", query="?period=month"),
    Page("scorecard-chosen-quarters", "goals:scorecard", query="?period=quarter&periods=4"),
    Page("scorecard-filtered", "goals:kpis", query="?kind=activity"),
    Page("scorecard-no-match", "goals:kpis", query="?owner=nobody@mops.example"),
    Page("scorecard-viewer", "goals:kpis", VIEWER),
    Page("scorecard-empty", "goals:kpis", EMPTY),
    Page("kpi-list-empty", "goals:kpis", EMPTY, "?view=list"),
    Page("kpi-two-years", "goals:kpi", query="?weeks=104&vs=year"),
    Page("my-numbers-everybody", "goals:my-numbers", query="?owner=all&week=2026-W46"),
    Page("my-numbers-empty", "goals:my-numbers", EMPTY),
    Page("plan-weeks", "goals:plan", query="?period=2026-Q4"),
    Page("plan-filled", "goals:plan", query="?period=2027&fill=actuals&percent=10"),
    Page("plan-empty", "goals:plan", EMPTY),
    Page("imports-empty", "goals:imports", EMPTY),
    Page("sources-empty", "goals:sources", EMPTY),
    Page("sources-viewer", "goals:sources", VIEWER),
    Page("source-failing", "", path="/w/{slug}/kpis/sources/SO-{failing}/"),
    Page("source-like-import", "goals:new-source", query="?import={files[done]}"),
    Page("breakdowns-empty", "goals:breakdowns", EMPTY),
    Page("my-work-empty", "reviews:my-work", EMPTY),
    Page("my-work-viewer", "reviews:my-work", VIEWER),
    Page("activity-empty", "reviews:activity", EMPTY),
    Page("activity-viewer", "reviews:activity", VIEWER),
    Page("activity-numbers", "reviews:activity", query="?kind=numbers"),
    Page("search-found", "reviews:search", query="?q=e"),
    Page("search-viewer", "reviews:search", VIEWER, "?q=sign-ups"),
    Page("search-nothing", "reviews:search", query="?q=zebra"),
    Page("search-too-long", "reviews:search", query=f"?q={'long+' * 60}", status=422),
    Page("teams-empty", "teams:teams", EMPTY),
    Page("tokens-empty", "teams:tokens", EMPTY),
    Page("audit-empty", "teams:audit", EMPTY),
    Page("import-empty-workspace", "goals:new-import", EMPTY),
    Page("digest-team", "reviews:digest", query="?variant=team"),
    Page("digest-executive", "reviews:digest", query="?variant=executive"),
    Page("chats-empty", "reviews:chats", EMPTY),
    Page("executive-empty", "reviews:executive", EMPTY),
    Page("confirm-ended", "reviews:confirm-reader", GUEST, ids=(("token", "used"),), status=410),
    Page("digest-empty", "reviews:digest", EMPTY),
    Page("settings-viewer", "reviews:settings", VIEWER),
    Page("outbox-letter", "reviews:outbox", query="?message={letter}"),
    Page("no-workspace", "root", NOBODY),
    Page("forbidden", "teams:general", VIEWER, status=403),
    Page("import-checked", "", path="/w/{slug}/imports/I-{files[checked]}/"),
    Page("import-refused", "", path="/w/{slug}/imports/I-{files[refused]}/"),
    Page("first-numbers-empty", "reviews:first-numbers", EMPTY),
    Page("first-import-refused", "", path="/w/{slug}/start/I-{files[refused]}/"),
    Page("import-done", "", path="/w/{slug}/imports/I-{files[done]}/"),
    Page("kpi-of-formula", "", path="/w/{slug}/kpis/K-{formula}/"),
    Page("feed-formula", "", path="/w/{slug}/kpis/K-{formula}/feed/"),
    Page("not-found", "", path="/w/{slug}/nothing/", status=404),
    Page("not-found-guest", "", GUEST, path="/nothing/", status=404),
    Page("demo-link-used", "demo", GUEST, ids=(("token", "used"),), status=410),
    Page("join-ended", "teams:join", GUEST, ids=(("token", "used"),), status=410),
]
CROWDED = [
    Page("home-crowd", "reviews:home", CROWD),
    Page("scorecard-crowd", "goals:kpis", CROWD),
    Page("kpi-list-crowd", "goals:kpis", CROWD, "?view=list"),
    Page("search-crowd", "reviews:search", CROWD, "?q=kpi"),
    Page("my-numbers-crowd", "goals:my-numbers", CROWD),
    Page("plan-crowd", "goals:plan", CROWD),
    Page("audit-crowd", "teams:audit", CROWD),
]
FROM_KEY = "account_reset_password_from_key"
# Routes outside workspaces, and who sees something there.
ELSEWHERE = [
    Page("start", "start", GUEST, first_day=True),
    Page("start-team", "start-team", GUEST, first_day=True),
    Page("start-you", "start-you", STARTING, first_day=True),
    Page("api-problems", "api-problems", GUEST),
    Page("outbox", "reviews:outbox"),
    Page("email", "reviews:email"),
    Page("unsubscribe", "reviews:unsubscribe", GUEST),
    Page("why-question", "reviews:why-question", GUEST),
    Page("confirm-reader", "reviews:confirm-reader", GUEST),
    Page("profile", "teams:profile"),
    Page("join", "teams:join", GUEST),
    Page("gallery", "gallery"),
    Page("sign-in", "account_login", GUEST),
    Page("sign-out", "account_logout"),
    Page("sign-up", "account_signup", GUEST),
    Page("inactive", "account_inactive", GUEST),
    Page("change-password", "account_change_password"),
    Page("set-password", "account_set_password"),
    Page("reset-password", "account_reset_password", GUEST),
    Page("reset-password-done", "account_reset_password_done", GUEST),
    Page("choose-password", FROM_KEY, GUEST, path="/accounts/password/reset/key/{reset}/"),
    Page("reset-link-used", FROM_KEY, GUEST, path="/accounts/password/reset/key/1-used/"),
    Page("reset-password-finished", "account_reset_password_from_key_done", GUEST),
]
PAGES = [*_workspace_pages(), *STATES, *ELSEWHERE, *_gallery_pages()]
