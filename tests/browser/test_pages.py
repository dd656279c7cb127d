"""Every page, in every state, for every eye and hand (ux.md 11: 2, 6, 9, 12, 14, 15, 16)."""

from contextlib import nullcontext
from itertools import cycle

import pytest
from playwright.sync_api import expect

from tests.architecture.routes import all_routes
from tests.architecture.test_access import PAGES as GATES
from tests.browser import checks
from tests.browser.addresses import CROWDED, FILES, NO_PAGES, PAGES
from tests.browser.visiting import (
    HARDEST,
    LOOKS,
    USUAL,
    nobody_has_started,
    open_context,
    session_of,
    workspace_of,
)
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser
NARROWEST = 320


def test_every_page_of_the_urlconf_is_looked_at():
    api = {r.name for r in all_routes() if r.path.startswith("api/v1/")}
    posts = {name for name, (_role, method) in GATES.items() if method == "post"}
    looked_at = {page.route for page in PAGES}

    assert {r.name for r in all_routes()} - api - posts - looked_at == {*FILES, *NO_PAGES}


def names(pages):
    return {"argvalues": pages, "ids": lambda page: page.name}


# Every second page in each of the two looks: all pages in all looks take half an hour.
@pytest.mark.parametrize(
    ("page", "look"),
    [
        pytest.param(page, look, id=f"{page.name}-{look}")
        for page, look in zip(PAGES, cycle([HARDEST, USUAL]), strict=False)
    ],
)
def test_a_page_can_be_seen_read_and_used_by_everybody(page, look, visit, site):
    _look_at(page, look, visit, site)


@pytest.mark.soak
@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("page", **names([*PAGES, *CROWDED]))
def test_a_page_can_be_seen_read_and_used_in_every_look(page, look, visit, site):
    _look_at(page, look, visit, site)


@pytest.fixture(scope="module")
def visit(browser, site):
    """Give a tab per person and look that stays open: opening it costs as much as looking."""
    opened = {}

    def visit(who, look):
        if (who, look) not in opened:
            session = session_of(who, look, site)
            context = open_context(browser, site, session, **look.options)
            watch = Watch(site.url)
            watch.over(context)
            opened[who, look] = context.new_page(), watch
        tab, watch = opened[who, look]
        tab.set_viewport_size(look.options["viewport"])
        watch.forget()
        return tab, watch

    return visit


def _look_at(page, look, visit, site):
    tab, watch = visit(page.who, look)
    watch.expect(page.status)

    with nobody_has_started(site) if page.first_day else nullcontext():
        answer = tab.goto(page.address(workspace_of(page, look, site), language=look.language))

    assert answer.status == page.status
    assert tab.locator("html").get_attribute("lang") == look.language
    assert checks.way_of_the_first_tab(tab) == ("m-skip", "main")
    assert checks.skipped_headings(tab) == []
    assert checks.silent_statuses(tab) == []
    assert checks.small_targets(tab, touch=look.width < 768) == []
    assert checks.violations(tab) == []
    assert checks.overflow(tab, width=look.width) == []
    assert checks.overflow(tab, width=NARROWEST) == []
    assert watch.faults == []


def test_the_page_of_the_api_lists_its_operations(open_as):
    """Its scripts and styles pass the policy that every page has."""
    tab = open_as("")

    tab.goto("/api/docs/")

    expect(tab.get_by_role("heading", name="mops API")).to_be_visible()
    expect(tab.get_by_role("button", name="POST /api/v1/measurements/", exact=True)).to_be_visible()
