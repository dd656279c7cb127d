"""
From an empty database to Home with numbers of one's own: by laptop, by phone, without JavaScript.

Nobody is waited for who types: a press of a key is counted as 0.3 s (40 words of five letters a
minute), a click as 2 s to find what to click, and 10 s for copying the cells where they are. To
these comes the time that pages and worker really took.
"""

import datetime as dt
import time
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import expect

from tests.beside import eventually
from tests.browser import checks
from tests.browser.conftest import PATIENCE_MS
from tests.browser.house import open_fresh_site
from tests.browser.visiting import open_context
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

KEY_SECONDS, CLICK_SECONDS, COPY_SECONDS = 0.3, 2.0, 10.0
MOST_CLICKS, MOST_SECONDS = 14, 180
LAPTOP, PHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740}
HEADINGS = [
    "Week", "Site traffic", "New subscribers", "Ad spend", "Trial users",
    "MQLs through nurturing", "Sales-accepted leads", "Customers won", "Revenue generated",
]  # fmt: skip
LEVELS = [8200, 140, 2400, 210, 95, 42, 16, 18400]
WEEKS = [dt.date(2026, 11, 9) - dt.timedelta(weeks=back) for back in range(11, -1, -1)]
CELLS = "\n".join([
    "\t".join(HEADINGS),
    *("\t".join([f"{day:%Y-%m-%d}", *(str(level + 3 * place) for level in LEVELS)])
      for place, day in enumerate(WEEKS)),
])  # fmt: skip
EVERYTHING = "teams_workspace, teams_user, measurements, django_session"


@pytest.fixture(scope="module")
def fresh_site():
    with open_fresh_site() as opened:
        yield opened


@pytest.fixture
def arrive(browser, fresh_site):
    """Give a way to come to a site that nobody has set up."""
    fresh_site.execute(f"TRUNCATE {EVERYTHING} CASCADE")
    watch = Watch(fresh_site.url)
    with ExitStack() as opened:

        def come(**options):
            options = {"locale": "en", "timezone_id": "Asia/Bangkok", **options}
            context = open_context(browser, fresh_site, "", **options)
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            watch.over(context)
            return Newcomer(context.new_page())

        yield come
    assert watch.faults == []


class Newcomer:
    """Somebody who sets mops up, and what it costs them."""

    def __init__(self, tab):
        self.tab = tab
        self.clicks = self.keys = 0
        self.waited = 0.0

    def open(self):
        with self.waiting():
            self.tab.goto("/")

    def click(self, role, name):
        self.clicks += 1
        self.tab.get_by_role(role, name=name, exact=True).click()

    def go(self, role, name, heading):
        """Click what leads to the page with this heading, and wait for it."""
        with self.waiting():
            self.click(role, name)
            expect(self.tab.get_by_role("heading", level=1)).to_have_text(heading)

    def type(self, text):
        self.keys += len(text)
        self.tab.keyboard.type(text)

    def press(self, key):
        self.keys += key.count("+") + 1
        self.tab.keyboard.press(key)

    @contextmanager
    def waiting(self):
        began = time.monotonic()
        yield
        self.waited += time.monotonic() - began

    @property
    def seconds(self):
        return self.keys * KEY_SECONDS + self.clicks * CLICK_SECONDS + COPY_SECONDS + self.waited

    # -- The way ------------------------------------------------------------------------------

    def sets_up(self):
        """Say what the first two steps ask for, and be signed in."""
        self.open()
        self.go("link", "Set up my team", "Your workspace")
        self.click("textbox", "Name of the company or team")
        self.type("Rosemary Ltd")
        self.go("button", "Continue", "You")
        self.click("textbox", "Your name")
        self.type("Olga Owner")
        self.press("Tab")
        self.type("olga.owner@rosemary.example")
        self.press("Tab")
        self.type("four green bottles")
        self.go("button", "Continue", "What do you measure?")

    def pastes(self, cells):
        self.click("textbox", "Paste from a spreadsheet")
        self.tab.evaluate("(text) => navigator.clipboard.writeText(text)", cells)
        self.press("Control+V")

    def is_home(self):
        """Check that Home has the numbers, and says what comes next."""
        expect(self.tab.get_by_role("heading", level=1)).to_have_text("Home")
        expect(self.tab.locator("#kpis")).to_be_visible()
        tiles = self.tab.locator("section[aria-labelledby=kpis]")
        for name in HEADINGS[1:]:
            expect(tiles.get_by_role("link", name=name, exact=True)).to_be_visible()
        expect(tiles).to_contain_text("8,233")  # the traffic of the last week
        steps = self.tab.locator("section[aria-labelledby=next]")
        expect(steps.get_by_role("link")).to_have_text(["Invite the people who own them"])


def goes_home(newcomer):
    """Walk from nothing to Home, with everything that takes time counted."""
    newcomer.sets_up()
    newcomer.go("button", "Continue", "Your numbers")
    newcomer.pastes(CELLS)
    newcomer.go("button", "Look at them", "Check your numbers")
    expect(newcomer.tab.locator("main")).to_contain_text("96 values for 8 KPIs, 12 weeks.")
    newcomer.go("button", "Import 96 values", "Home")
    newcomer.is_home()


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_from_nothing_to_home_takes_three_minutes_and_few_clicks(arrive, viewport):
    newcomer = arrive(viewport=viewport)

    goes_home(newcomer)

    assert newcomer.clicks <= MOST_CLICKS
    assert newcomer.seconds <= MOST_SECONDS
    assert checks.overflow(newcomer.tab, width=viewport["width"]) == []


def test_without_javascript_the_way_is_the_same(arrive):
    newcomer = arrive(viewport=LAPTOP, java_script_enabled=False)
    tab = newcomer.tab

    newcomer.sets_up()
    newcomer.go("button", "Continue", "Your numbers")
    tab.get_by_label("Paste from a spreadsheet").fill(CELLS)
    with tab.expect_navigation():
        newcomer.click("button", "Look at them")
    _reload_until(tab, "96 values for 8 KPIs, 12 weeks.")
    with tab.expect_navigation():
        newcomer.click("button", "Import 96 values")
    _reload_until(tab, "What comes next")

    newcomer.is_home()
    assert newcomer.clicks <= MOST_CLICKS


def _reload_until(tab, text):
    """Do what somebody does whose page cannot ask by itself how far the work is."""
    assert eventually(lambda: tab.reload() and text in tab.locator("main").inner_text())


def test_the_browser_knows_the_time_zone_and_every_step_leads_back(arrive):
    newcomer = arrive(viewport=LAPTOP)
    tab = newcomer.tab
    newcomer.open()
    tab.get_by_role("button", name="Italiano").click()
    expect(tab.locator("html")).to_have_attribute("lang", "it")
    tab.get_by_role("button", name="English").click()

    newcomer.go("link", "Set up my team", "Your workspace")
    expect(tab.locator("main")).to_contain_text("Step 1 of 4")
    expect(tab.get_by_label("Time zone")).to_have_value("Asia/Bangkok")
    tab.get_by_label("Time zone").select_option("Europe/Rome")
    tab.get_by_label("Name of the company or team").fill("Rosemary Ltd")
    newcomer.go("button", "Continue", "You")
    newcomer.go("link", "Back", "Your workspace")
    expect(tab.get_by_label("Time zone")).to_have_value("Europe/Rome")
    expect(tab.get_by_label("Name of the company or team")).to_have_value("Rosemary Ltd")


def test_somebody_who_leaves_goes_on_from_home(arrive):
    newcomer = arrive(viewport=LAPTOP)
    newcomer.sets_up()

    newcomer.tab.goto("/")

    newcomer.go("link", "Choose your KPIs", "What do you measure?")
    newcomer.go("button", "Continue", "Your numbers")
    newcomer.go("link", "Back", "What do you measure?")
    expect(newcomer.tab.locator("main")).to_contain_text("There are 8 KPIs already.")
    newcomer.tab.go_back()
    newcomer.go("link", "Skip", "Home")
    newcomer.go("link", "Bring in your numbers", "Your numbers")
    newcomer.go("link", "Type this week only", "My numbers")
    expect(newcomer.tab.locator("input[data-number]")).to_have_count(8)
