"""The answer to a page's question stands in what is seen first (ux.md 11: 29)."""

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import Look, session_of

pytestmark = pytest.mark.browser
# Address, and the words that answer what somebody opens it for.
ANSWERS = {
    "home": ("/w/{slug}/", ["2 off track", "3 at risk", "17 on track", "First contact"]),
    "scorecard": ("/w/{slug}/kpis/", ["New MRR", "1,520"]),
    "kpi": ("/w/{slug}/kpis/K-{kpi}/", ["196", "Off track", "target ≥ 230", "3 misses in a row"]),
    "my-numbers": ("/w/{slug}/kpis/enter/?owner=all", ["1 of 43 missing"]),
    "import": ("/w/{slug}/imports/I-{files[checked]}/", ["New values: 4. Changed: 0."]),
    "digest": ("/w/{slug}/settings/digest/", ["due Monday, 16 Nov, 08:00"]),
}  # fmt: skip


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("page", ANSWERS)
def test_the_answer_is_seen_without_scrolling(page, width, open_as, site):
    address, answers = ANSWERS[page]
    look = Look("en", "light", width)
    tab = open_as(session_of("member", look, site), **look.options)

    tab.goto(address.format(**site.world["workspaces"]["en"]))

    for answer in answers:
        expect(tab.locator("main").get_by_text(answer).first).to_be_in_viewport()
