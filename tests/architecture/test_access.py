"""Who gets where: every page and endpoint × every kind of person × own, foreign, unknown ids."""

import datetime as dt
import re
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from rest_framework.test import APIClient

from teams.api.auth import MayDoAction
from tests.architecture.routes import all_routes, api_operations, pages_of_workspaces
from tests.architecture.world import CANARY, ROLES, UNKNOWN, World
from tests.doors import api_of, browser_of
from tests.factories.reviews import WEEK, DeliveryFactory

MISSING, FORBIDDEN = 404, 403

# The lowest role that gets in; the method that a page is asked with.
PAGES = {
    "reset-demo": ("owner", "get"),
    "remove-demo": ("owner", "get"),
    "reviews:home": ("viewer", "get"),
    "reviews:first-kpis": ("lead", "get"),
    "reviews:first-numbers": ("lead", "get"),
    "reviews:first-import": ("lead", "get"),
    "reviews:hide-first-steps": ("admin", "post"),
    "reviews:menu": ("viewer", "get"),
    "reviews:my-work": ("viewer", "get"),
    "reviews:activity": ("viewer", "get"),
    "reviews:search": ("viewer", "get"),
    "reviews:settings": ("viewer", "get"),
    "reviews:status": ("admin", "get"),
    "reviews:digest": ("lead", "get"),
    "reviews:digest-html": ("lead", "get"),
    "reviews:digest-test": ("lead", "post"),
    "reviews:digest-log": ("lead", "get"),
    "reviews:digest-retry": ("admin", "post"),
    "reviews:chats": ("admin", "get"),
    "reviews:test-chat": ("admin", "post"),
    "reviews:remove-chat": ("admin", "post"),
    "reviews:digest-sentence": ("lead", "post"),
    "reviews:executive": ("admin", "get"),
    "reviews:add-reader": ("admin", "post"),
    "reviews:ask-reader": ("admin", "post"),
    "reviews:remove-reader": ("admin", "post"),
    "teams:general": ("admin", "get"),
    "teams:delete-workspace": ("owner", "get"),
    "teams:members": ("viewer", "get"),
    "teams:member": ("admin", "get"),
    "teams:hand-over": ("admin", "post"),
    "teams:deactivate": ("admin", "post"),
    "teams:invite": ("admin", "get"),
    "teams:withdraw": ("admin", "post"),
    "teams:teams": ("viewer", "get"),
    "teams:new-team": ("admin", "get"),
    "teams:team": ("admin", "get"),
    "teams:delete-team": ("admin", "post"),
    "teams:tokens": ("admin", "get"),
    "teams:new-token": ("admin", "get"),
    "teams:revoke-token": ("admin", "post"),
    "teams:audit": ("admin", "get"),
    "goals:kpis": ("viewer", "get"),
    "goals:scorecard": ("viewer", "get"),
    "goals:new-scorecard": ("lead", "get"),
    "goals:edit-scorecard": ("lead", "get"),
    "goals:remove-scorecard": ("lead", "post"),
    "goals:scorecard-links": ("lead", "get"),
    "goals:revoke-scorecard-link": ("lead", "post"),
    "goals:new-kpi": ("lead", "get"),
    "goals:library": ("lead", "get"),
    "goals:my-numbers": ("partner", "get"),
    "goals:kpi": ("viewer", "get"),
    "goals:kpi-csv": ("viewer", "get"),
    "goals:edit-kpi": ("lead", "get"),
    "goals:archive-kpi": ("lead", "post"),
    "goals:restore-kpi": ("lead", "post"),
    "goals:feed": ("partner", "get"),
    "goals:make-feed-token": ("admin", "post"),
    "goals:new-target": ("lead", "get"),
    "goals:remove-target": ("lead", "post"),
    "goals:plan": ("lead", "get"),
    "goals:say-why": ("partner", "get"),
    "goals:new-note": ("partner", "get"),
    "goals:remove-note": ("partner", "post"),
    "goals:sources": ("viewer", "get"),
    "goals:new-source": ("lead", "get"),
    "goals:source": ("viewer", "get"),
    "goals:edit-source": ("lead", "get"),
    "goals:pull-source": ("lead", "post"),
    "goals:change-source": ("lead", "post"),
    "goals:imports": ("lead", "get"),
    "goals:new-import": ("lead", "get"),
    "goals:import": ("lead", "get"),
    "goals:import-reading": ("lead", "get"),
    "goals:mend-import": ("lead", "post"),
    "goals:import-table": ("lead", "post"),
    "goals:send-import": ("lead", "post"),
    "goals:apply-import": ("lead", "post"),
    "goals:cancel-import": ("lead", "post"),
    "goals:undo-import": ("lead", "post"),
    "goals:import-problems": ("lead", "get"),
    "goals:undo-writing": ("partner", "post"),
    "goals:undo-kpi-change": ("lead", "post"),
    "goals:undo-targets": ("lead", "post"),
    "goals:calendar": ("admin", "get"),
    "goals:breakdowns": ("viewer", "get"),
    "goals:new-breakdown": ("lead", "get"),
    "goals:rename-breakdown": ("lead", "get"),
    "goals:add-segments": ("lead", "get"),
    "goals:rename-segment": ("lead", "get"),
    "goals:change-segment": ("lead", "post"),
}
OPERATIONS = {
    ("goals-api:kpi-list", "get"): "viewer",
    ("goals-api:kpi-list", "post"): "lead",
    ("goals-api:kpi-detail", "get"): "viewer",
    ("goals-api:kpi-detail", "patch"): "lead",
    ("goals-api:kpi-archive", "post"): "lead",
    ("goals-api:kpi-restore", "post"): "lead",
    ("goals-api:kpi-series", "get"): "viewer",
    ("goals-api:breakdown-list", "get"): "viewer",
    ("goals-api:breakdown-list", "post"): "lead",
    ("goals-api:breakdown-detail", "get"): "viewer",
    ("goals-api:breakdown-detail", "patch"): "lead",
    ("goals-api:segment-list", "get"): "viewer",
    ("goals-api:segment-list", "post"): "lead",
    ("goals-api:segment-detail", "get"): "viewer",
    ("goals-api:segment-detail", "patch"): "lead",
    ("goals-api:target-list", "get"): "viewer",
    ("goals-api:target-list", "post"): "lead",
    ("goals-api:target-plan", "post"): "lead",
    ("goals-api:target-detail", "get"): "viewer",
    ("goals-api:target-detail", "delete"): "lead",
    ("goals-api:note-list", "get"): "viewer",
    ("goals-api:note-list", "post"): "partner",
    ("goals-api:note-detail", "delete"): "partner",
    ("goals-api:scorecard-link-list", "get"): "lead",
    ("goals-api:scorecard-link-detail", "delete"): "lead",
    ("goals-api:why-line-list", "get"): "viewer",
    ("goals-api:why-line-list", "post"): "partner",
    ("goals-api:scorecard-list", "get"): "viewer",
    ("goals-api:scorecard-list", "post"): "lead",
    ("goals-api:scorecard-detail", "get"): "viewer",
    ("goals-api:scorecard-detail", "patch"): "lead",
    ("goals-api:scorecard-detail", "delete"): "lead",
    ("goals-api:import-list", "get"): "lead",
    ("goals-api:import-list", "post"): "lead",
    ("goals-api:import-detail", "get"): "lead",
    ("goals-api:import-apply", "post"): "lead",
    ("goals-api:import-cancel", "post"): "lead",
    ("goals-api:import-undo", "post"): "lead",
    ("goals-api:import-errors", "get"): "lead",
    ("goals-api:source-list", "get"): "viewer",
    ("goals-api:source-list", "post"): "lead",
    ("goals-api:source-detail", "get"): "viewer",
    ("goals-api:source-detail", "patch"): "lead",
    ("goals-api:source-pull", "post"): "lead",
    ("goals-api:source-pulls", "get"): "viewer",
    ("goals-api:measurements", "get"): "viewer",
    ("goals-api:measurements", "post"): "partner",
    ("goals-api:measurements", "delete"): "partner",
    ("goals-api:writing-list", "get"): "viewer",
    ("goals-api:writing-undo", "post"): "partner",
    ("goals-api:kpi-change-list", "get"): "viewer",
    ("goals-api:kpi-change-undo", "post"): "lead",
    ("reviews-api:search", "get"): "viewer",
    ("reviews-api:chat-room-list", "get"): "admin",
    ("reviews-api:chat-room-list", "post"): "admin",
    ("reviews-api:chat-room-detail", "delete"): "admin",
    ("reviews-api:chat-room-test", "post"): "admin",
    ("reviews-api:executive-digest", "get"): "lead",
    ("reviews-api:executive-digest", "patch"): "admin",
    ("reviews-api:lead-sentence-list", "get"): "lead",
    ("reviews-api:lead-sentence-list", "post"): "lead",
    ("reviews-api:outside-reader-list", "get"): "admin",
    ("reviews-api:outside-reader-list", "post"): "admin",
    ("reviews-api:outside-reader-detail", "delete"): "admin",
    ("reviews-api:outside-reader-ask", "post"): "admin",
    ("teams-api:workspace", "get"): "viewer",
    ("teams-api:workspace", "patch"): "admin",
    ("teams-api:member-list", "get"): "viewer",
    ("teams-api:member-detail", "get"): "viewer",
    ("teams-api:member-detail", "patch"): "admin",
    ("teams-api:member-deactivate", "post"): "admin",
    ("teams-api:team-list", "get"): "viewer",
    ("teams-api:team-list", "post"): "admin",
    ("teams-api:team-detail", "get"): "viewer",
    ("teams-api:team-detail", "patch"): "admin",
    ("teams-api:team-detail", "delete"): "admin",
    ("teams-api:invitation-list", "get"): "admin",
    ("teams-api:invitation-list", "post"): "admin",
    ("teams-api:invitation-detail", "delete"): "admin",
    ("teams-api:token-list", "get"): "viewer",
    ("teams-api:token-detail", "delete"): "viewer",
    ("teams-api:audit-list", "get"): "admin",
}
# Routes outside workspaces, and what lets somebody in.
ELSEWHERE = {
    "alive": "public: says only that the process lives",
    "ready": "public: says only whether it can work",
    "root": "public: leads on",
    "start": "on an empty install: the machine itself, or the setup token",
    "start-team": "on an empty install: the machine itself, or the setup token",
    "start-you": "on an empty install: the machine itself, or the setup token",
    "start-demo": "on an empty install: the machine itself, or the setup token",
    "reviews:outbox": "operators",
    "reviews:email": "signed in: one's own",
    "reviews:unsubscribe": "the signed token",
    "reviews:why-question": "the signed token",
    "numbers-out:scorecard": "the secret in the address",
    "reviews:confirm-reader": "the signed token",
    "teams:profile": "signed in: one's own",
    "teams:join": "the signed token",
    "demo": "the one-time token",
    "gallery": "operators",
    "gallery-page": "operators",
    "set_language": "public: a cookie; signed in: one's own",
    "api-schema": "public: no data of anybody",
    "api-docs": "public: no data of anybody",
    "api-problems": "public: no data of anybody",
}

ROUTES = {route.name: route for route in pages_of_workspaces()}
GET_PAGES = [name for name, (_role, method) in PAGES.items() if method == "get"]
# What differs between two answers of the same page.
OF_THE_MOMENT = re.compile(
    r'csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": "[^"]*"'
)
LINK = re.compile(r'(?:href|action|hx-get|hx-post)="(/w/aster/[^"?#]*)')


def test_every_page_of_a_workspace_is_in_the_matrix():
    assert ROUTES.keys() == PAGES.keys()


def test_every_page_of_a_workspace_has_the_gate():
    assert [name for name, route in ROUTES.items() if not hasattr(route.view, "gate")] == []


def test_every_operation_of_the_api_is_in_the_matrix():
    found = {(route.name, method) for route, method, _action in api_operations()}

    assert found == OPERATIONS.keys()


def test_every_other_route_says_what_lets_somebody_in():
    inside = {route.name for route in pages_of_workspaces()}
    api = {route.name for route, _method, _action in api_operations()}
    others = {r.name for r in all_routes() if not r.name.startswith("account_")} - inside - api

    assert others == ELSEWHERE.keys()


@pytest.fixture(scope="module")
def worlds(made_once):
    # A demo, so that it has the demo's pages too.
    return World("aster", "Aster", is_demo=True), World("begonia", CANARY)


@pytest.fixture
def a(worlds, db, frozen):
    return worlds[0]


@pytest.fixture
def b(worlds, db, frozen):
    return worlds[1]


def page_url(name, workspace, ids):
    route = ROUTES[name]
    given = {p: ids(p) for p in route.parameters if p != "workspace"}
    return reverse(name, kwargs={"workspace": workspace.slug, **given})


def ask(client, method, url):
    return getattr(client, method)(url)


@contextmanager
def undone():
    """Let each role find the world as it was."""
    before = transaction.savepoint()
    yield
    transaction.savepoint_rollback(before)


def reaches(role, lowest):
    return ROLES[role] >= ROLES[lowest]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_lets_in_who_may_and_nobody_else(name, a, b):
    lowest, method = PAGES[name]
    own = page_url(name, a.workspace, lambda p: a.own_id(name, p))

    anonymous = ask(Client(), method, own)
    assert anonymous.status_code == 302, "anonymous"
    assert anonymous.url.startswith("/accounts/login/")
    assert ask(browser_of(b.people["owner"]), method, own).status_code == MISSING, "stranger"
    for role in ROLES:
        with undone():
            status = ask(browser_of(a.people[role]), method, own).status_code
        if reaches(role, lowest):
            assert status in {200, 302, 303, 422}, role
        else:
            assert status == FORBIDDEN, role


# What pages show besides what they show first.
QUERIES = [
    ("goals:kpis", "?view=list"),
    ("goals:kpis", "?view=list&archived=true"),
    ("goals:kpis", "?kind=value"),
    ("goals:my-numbers", "?owner=all"),
    ("goals:import", "?step=match"),
    ("goals:sources", "?archived=true"),
    ("reviews:home", "?mine=1"),
    ("reviews:digest-log", "?week=2026-W45"),
    ("reviews:digest", "?variant=executive&week=2026-W46"),
]
VIEWS = [*((name, "") for name in GET_PAGES), *QUERIES]


@pytest.mark.parametrize(("name", "query"), VIEWS)
def test_a_page_offers_nobody_what_their_role_refuses(name, query, a):
    lowest, _method = PAGES[name]
    url = page_url(name, a.workspace, lambda p: a.own_id(name, p)) + query
    for role in filter(lambda role: reaches(role, lowest), ROLES):
        page = browser_of(a.people[role]).get(url)

        offered = {resolve(path).view_name for path in LINK.findall(page.content.decode())}
        assert {other for other in offered if not reaches(role, PAGES[other][0])} == set(), role


NAMING_PAGES = [name for name, route in ROUTES.items() if {*route.parameters} - {"workspace"}]


@pytest.mark.parametrize("name", NAMING_PAGES)
def test_a_page_does_not_know_foreign_and_unknown_ids(name, a, b):
    _lowest, method = PAGES[name]
    client = browser_of(a.people["owner"])
    before = b.fingerprint()

    foreign = page_url(name, a.workspace, lambda p: b.own_id(name, p))
    unknown = page_url(name, a.workspace, lambda p: UNKNOWN[p])

    first, second = ask(client, method, foreign), ask(client, method, unknown)
    assert (first.status_code, second.status_code) == (MISSING, MISSING)
    assert CANARY.encode() not in first.content
    assert b.fingerprint() == before


@pytest.mark.parametrize(("name", "query"), VIEWS)
def test_a_page_shows_nothing_of_another_workspace(name, query, a, b):
    client = browser_of(a.people["owner"])

    url = page_url(name, a.workspace, lambda p: a.own_id(name, p))
    page = ask(client, "get", f"{url}{query}")

    assert CANARY.encode() not in page.content


def _pages(world, role):
    """Give every view of a workspace as a role sees it, those that it may not see as well."""
    client = browser_of(world.people[role])
    urls = {
        name + query: page_url(name, world.workspace, lambda p, name=name: world.own_id(name, p))
        + query
        for name, query in VIEWS
    }
    return {
        view: OF_THE_MOMENT.sub("", client.get(url).content.decode()) for view, url in urls.items()
    }


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_pages_are_the_same_whatever_other_workspaces_hold(role, a):
    """Show it of counts and warnings: they name nothing that would tell where they come from."""
    before = _pages(a, role)

    clover = World("clover", "Clover").workspace
    DeliveryFactory(run__workspace=clover, run__week=WEEK - dt.timedelta(weeks=1))
    cache.clear()

    after = _pages(a, role)
    assert {view for view in before if before[view] != after[view]} == set()


def test_the_canary_can_be_seen_by_its_own_people(b):
    page = browser_of(b.people["owner"]).get(reverse("goals:kpis", args=["begonia"]))

    assert CANARY.encode() in page.content


def parameters_of(name):
    return next(route.parameters for route, _m, _a in api_operations() if route.name == name)


def operation_url(name, world_ids):
    return reverse(name, kwargs={p: world_ids(p) for p in parameters_of(name)})


# What a request without a body, or without a version, is told by somebody who may do it.
ALLOWED = {200, 201, 202, 204, 400, 404, 415, 422, 428}


@pytest.mark.parametrize(("name", "method"), OPERATIONS, ids=str)
def test_an_operation_lets_in_who_may_and_nobody_else(name, method, a, b):
    url = operation_url(name, lambda p: a.own_id(name, p))

    anonymous = getattr(APIClient(), method)(url)
    assert anonymous.status_code == 401
    assert "Bearer" in anonymous["WWW-Authenticate"]
    for role in ROLES:
        with undone():
            answer = getattr(api_of(a.people[role]), method)(url)
        if reaches(role, OPERATIONS[name, method]):
            assert answer.status_code in ALLOWED, role
        else:
            # In the words of the gate: the rule behind it would have refused as well.
            told = (answer.status_code, answer.json()["detail"])
            assert told == (FORBIDDEN, MayDoAction.message), role


@pytest.mark.parametrize(
    ("name", "method"),
    [key for key in OPERATIONS if parameters_of(key[0])],
    ids=str,
)
def test_an_operation_does_not_know_foreign_and_unknown_ids(name, method, a, b):
    client = api_of(a.people["owner"])
    before = b.fingerprint()

    foreign = getattr(client, method)(operation_url(name, lambda p: b.own_id(name, p)))
    unknown = getattr(client, method)(operation_url(name, lambda p: UNKNOWN[p]))

    assert (foreign.status_code, unknown.status_code) == (MISSING, MISSING)
    assert foreign.json()["detail"] == unknown.json()["detail"]
    assert b.fingerprint() == before


@pytest.mark.parametrize("name", [name for name, method in OPERATIONS if method == "get"])
def test_an_endpoint_gives_nothing_of_another_workspace(name, a, b):
    answer = api_of(a.people["owner"]).get(operation_url(name, lambda p: a.own_id(name, p)))

    assert answer.status_code == 200
    assert CANARY.encode() not in answer.content
