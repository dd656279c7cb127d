"""Back, Forward, reload and a new tab show a whole page in the same state (ux.md 11: 19)."""

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import USUAL, session_of

pytestmark = pytest.mark.browser

# Where somebody starts, what they press one after the other, and what each page then says.
WAYS = {
    "scorecard": ("/w/rotaleaf/kpis/", [("Kind: all", "Activity", "Kind: Activity"),
                                        ("Owner: all", "Ola Rossi", "Owner: Ola Rossi")]),
    "list": ("/w/rotaleaf/kpis/?view=list", [("Kind: all", "Value", "Kind: Value")]),
    "home": ("/w/rotaleaf/", [("", "Previous week", "Week 45"), ("", "Previous week", "Week 44")]),
    "kpi": ("/w/rotaleaf/kpis/K-{kpi}/", [("", "52", "W"), ("", "104", "W")]),
}  # fmt: skip


@pytest.fixture
def tab(open_as, site):
    return open_as(session_of("member", USUAL, site))


@pytest.mark.parametrize("way", WAYS)
def test_a_chosen_state_survives_every_way_of_coming_back(way, tab, site):
    start, choices = WAYS[way]
    tab.goto(start.format(**site.world["workspaces"]["en"]))
    seen = [_state(tab)]
    for menu, choice, told in choices:
        if menu:
            tab.locator("summary", has_text=menu).click()
        tab.locator("main").get_by_role("link", name=choice, exact=True).click()
        expect(tab.locator("main")).to_contain_text(told)
        seen.append(_state(tab))
    assert len(set(seen)) == len(seen)

    backward = []
    for _choice in choices:
        tab.go_back()
        backward.append(_state(tab))
    forward = []
    for _choice in choices:
        tab.go_forward()
        forward.append(_state(tab))
    tab.reload()
    reloaded = _state(tab)
    other = tab.context.new_page()
    other.goto(tab.url)

    assert backward == seen[-2::-1]
    assert forward == seen[1:]
    assert reloaded == _state(other) == seen[-1]


def _state(tab):
    """Everything that a whole page says; a fragment alone would have no navigation."""
    expect(tab.locator("aside.m-side")).to_be_visible()
    return tab.url, tab.title(), tab.locator("main").inner_text()


def test_numbers_that_saved_themselves_are_there_when_somebody_comes_back(open_as, studio):
    tab = open_as(studio["session"])
    tab.goto(f"/w/{studio['slug']}/kpis/enter/?week=2026-W46")
    tab.get_by_label("Leads", exact=True).fill("183")
    tab.get_by_label("Leads", exact=True).press("Enter")
    expect(tab.get_by_role("row").filter(has_text="Leads")).to_contain_text("saved")

    tab.goto(f"/w/{studio['slug']}/")
    tab.go_back()

    expect(tab.get_by_label("Leads", exact=True)).to_have_value("183")
    expect(tab.locator("#missing")).to_contain_text("3 of 4 missing")
    expect(tab.locator("aside.m-side")).to_be_visible()
