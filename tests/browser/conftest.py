"""A site, a browser, and pages that fail a test for what only a developer would notice."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Page as Tab

from tests.browser.house import CHROMIUM, Site, open_site
from tests.browser.visiting import USUAL, open_context
from tests.browser.watching import Watch

# How long a page may take on a busy machine; only a failing test ever waits for so long.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Start one site for all tests; a crowded one where one of them takes long."""
    long = any(test.get_closest_marker("soak") for test in request.session.items)
    with open_site(crowded=long) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium; not for longer than a module, because Django's tests fear its event loop."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(**CHROMIUM)
        yield launched
        launched.close()


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    """Fail the test for errors in the console, failed requests, and other hosts."""
    watched = Watch(site.url)
    yield watched
    assert watched.faults == []


@pytest.fixture
def open_as(browser: Browser, site: Site, watch: Watch) -> Iterator[Callable[..., Tab]]:
    """Give a way to open a tab for a session ("": nobody's) with options of a context."""
    with ExitStack() as opened:

        def open_tab(session: str, **options: object) -> Tab:
            context = open_context(browser, site, session, **(USUAL.options | options))
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            watch.over(context)
            return context.new_page()

        yield open_tab


@pytest.fixture
def studio(site: Site) -> dict[str, str]:
    """A small workspace that no other test touches."""
    return site.studio()


@pytest.fixture
def tab(open_as: Callable[..., Tab], studio: dict[str, str]) -> Tab:
    """A tab of the studio's owner."""
    return open_as(studio["session"])
