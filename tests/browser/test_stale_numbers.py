"""When the worker is gone, the numbers stay and say how old they are (ux.md 11: 23)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# What a worker leaves behind that ended: a drain long ago, and a mark that nobody took since.
LAST_DRAIN = """
UPDATE numbers_state SET drained_at = TIMESTAMPTZ '2026-11-16 06:30+00'
FROM teams_workspace WHERE workspace_id = id AND slug = %s
"""
LEFT_BEHIND = """
INSERT INTO dirty_marks (workspace_id, series_id, on_date, made_at)
SELECT id, 1, DATE '2026-11-09', TIMESTAMPTZ '2026-11-16 07:00+00'
FROM teams_workspace WHERE slug = %s
"""


@pytest.mark.parametrize("address", ["/w/{slug}/", "/w/{slug}/kpis/"])
def test_a_bar_says_from_when_the_numbers_are(address, tab, studio, site):
    site.execute(LAST_DRAIN, studio["slug"])
    site.execute(LEFT_BEHIND, studio["slug"])

    tab.goto(address.format(**studio))

    bar = tab.locator(".m-banner")
    expect(bar).to_contain_text("Numbers are from Mon 16 Nov, 07:30.")
    expect(bar).to_contain_text("The worker has not run since.")
    expect(tab.locator("main")).to_contain_text("Leads")
