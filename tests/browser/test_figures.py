"""Charts say what they show in a sentence and a table (ux.md 11: 13); paper shows it in grey."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import USUAL, session_of

pytestmark = pytest.mark.browser
# What lies between the margins of an A4 page on its side, in CSS pixels: 277 mm.
PAPER = 1047


@pytest.fixture
def tab(open_as, site):
    return open_as(session_of("member", USUAL, site))


@pytest.mark.parametrize("address", ["K-{kpi}/", "K-{kpi}/?periods=104", "K-{formula}/"])
def test_a_chart_has_a_sentence_and_a_table_with_the_plotted_numbers(address, tab, site):
    tab.goto("/w/rotaleaf/kpis/" + address.format(**site.world["workspaces"]["en"]))
    figure = tab.locator("figure")

    caption = figure.locator("figcaption")
    picture = figure.locator(".m-chart > svg")
    plotted = picture.locator("[data-v]").evaluate_all("dots => dots.map(dot => dot.dataset.v)")
    listed = figure.locator("tr[data-v]").evaluate_all("rows => rows.map(row => row.dataset.v)")

    assert caption.inner_text().strip().endswith(".")
    assert picture.get_attribute("role") == "img"
    assert picture.get_attribute("aria-labelledby") == caption.get_attribute("id")
    assert plotted == [value for value in reversed(listed) if value]
    assert len(plotted) >= 12


def test_a_gap_in_the_line_is_not_drawn_over(tab):
    """The two weeks without opens are missing from the plot, and listed without a value."""
    tab.goto("/w/rotaleaf/kpis/?view=list")
    tab.get_by_role("link", name="Email unique opens").click()
    tab.get_by_role("link", name="104", exact=True).click()
    figure = tab.locator("figure")

    expect(figure.locator("tr[data-v]")).to_have_count(104)
    expect(figure.locator("tr[data-v='']")).to_have_count(2)
    expect(figure.locator(".m-chart [data-v]")).to_have_count(102)
    assert figure.locator(".m-line-actual").get_attribute("d").count("M") == 2


def test_dragging_over_a_chart_leads_to_those_periods_and_back(tab, site):
    tab.goto("/w/rotaleaf/kpis/K-{kpi}/".format(**site.world["workspaces"]["en"]))
    rows, picture = tab.locator("figure tr[data-v]"), tab.locator("[data-zoom] > svg")
    expect(rows).to_have_count(13)
    box = picture.bounding_box()
    middle = box["y"] + box["height"] / 2

    def drag(start, end):
        tab.mouse.move(box["x"] + box["width"] * start, middle)
        tab.mouse.down()
        tab.mouse.move(box["x"] + box["width"] * end, middle, steps=3)

    drag(4.1 / 13, 9 / 13)  # from after the fourth period's dot to before the tenth's
    tab.keyboard.press("Escape")
    tab.mouse.up()
    expect(rows).to_have_count(13)

    drag(9 / 13, 4.1 / 13)
    tab.mouse.up()
    expect(rows).to_have_count(5)
    assert "from=2026-09-14&to=2026-10-12" in tab.url

    picture.dblclick(position={"x": 20, "y": 20})
    expect(rows).to_have_count(13)
    assert "from=" not in tab.url


def test_a_printed_scorecard_keeps_its_shapes_and_numbers_without_the_navigation(tab):
    """What carries a status on grey paper is its shape and its word, not its colour."""
    tab.goto("/w/rotaleaf/kpis/")
    tab.emulate_media(media="print")

    expect(tab.locator("aside.m-side")).to_be_hidden()
    expect(tab.locator(".btn").first).to_be_hidden()
    cell = tab.locator(".m-cell[data-status=off_track]").first
    expect(cell.locator("svg")).to_be_visible()
    expect(cell).to_contain_text("Off track")
    tab.set_viewport_size({"width": PAPER, "height": 718})
    table = tab.locator("table.m-score").bounding_box()
    assert table["x"] + table["width"] <= PAPER
    pages = re.findall(rb"/MediaBox \[0 0 (\d+)", tab.pdf(prefer_css_page_size=True))
    assert set(pages) == {b"841"}
