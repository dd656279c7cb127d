"""What a first visit costs, and that nothing comes from elsewhere (ux.md 11: 1, 2; design.md 7)."""

import pytest

from tests.browser.addresses import PAGES
from tests.browser.visiting import USUAL, session_of

pytestmark = pytest.mark.browser
FIRST_VISIT = 125_000
SECOND_VISIT = 16_000
PAGE = 8_000
REQUESTS = 8
# The most that a file may weigh, compressed.
FILES = {
    "tabler.css": 80_000,
    "mops.css": 8_000,
    "htmx.js": 17_000,
    "mops.js": 8_000,
    "icons.svg": 4_000,
}
SCRIPTS = ["htmx", "mops"]


def transferred(tab):
    """Give [address, bytes on the wire] of the page and all that it asked for."""
    return tab.evaluate(
        """() => ["navigation", "resource"]
          .flatMap((kind) => performance.getEntriesByType(kind))
          .map((entry) => [entry.name, entry.encodedBodySize, entry.transferSize])"""
    )


def test_home_is_light(open_as, site):
    tab = open_as(session_of("member", USUAL, site))

    tab.goto("/w/rotaleaf/", wait_until="networkidle")
    first = transferred(tab)
    tab.goto("/w/rotaleaf/", wait_until="networkidle")
    second = transferred(tab)

    assert len(first) <= REQUESTS
    assert sum(size for _name, size, _sent in first) <= FIRST_VISIT
    assert first[0][1] <= PAGE
    assert sum(sent for _name, _size, sent in second) <= SECOND_VISIT
    sizes = {_plain_name(url): size for url, size, _sent in first[1:]}
    assert {name: size for name, size in sizes.items() if size > FILES.get(name, 1_000)} == {}


def _plain_name(url):
    """Give a file's name without the hash of its content: css/mops.0123456789ab.css."""
    stem, _hash, suffix = url.partition("#")[0].rpartition("/")[2].split(".")
    return f"{stem}.{suffix}"


@pytest.mark.parametrize("name", ["goals-kpis", "goals-kpi", "goals-my-numbers", "teams-audit"])
def test_a_page_loads_two_scripts_and_no_font(name, open_as, site, watch):
    page = next(page for page in PAGES if page.name == name)
    tab = open_as(session_of(page.who, USUAL, site))

    tab.goto(page.address(site.world["workspaces"]["en"]), wait_until="networkidle")

    files = [url.rpartition("/")[2] for url in watch.requests]
    assert [file.partition(".")[0] for file in files if file.endswith(".js")] == SCRIPTS
    assert [file for file in files if file.endswith((".woff2", ".woff", ".ttf"))] == []
