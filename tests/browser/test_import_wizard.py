"""
Files through the import wizard as somebody at a browser brings them in.

The real ones lie outside the repository; of their figures only counts are looked at here, the
values are compared in tests/goals/test_imports_real_wizard.py.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import field
from tests.real_data import FOLDER, path_of, reference_of

if not FOLDER.is_dir():
    pytest.skip(f"There are no real files in {FOLDER}.", allow_module_level=True)

pytestmark = pytest.mark.real_data

PHONE = {"viewport": {"width": 360, "height": 740}}


def choose(tab, studio, name):
    tab.goto(f"/w/{studio['slug']}/imports/new/")
    field(tab, "File").set_input_files(path_of(name))
    tab.get_by_role("button", name="Read the file").click()


def check(tab):
    tab.get_by_role("button", name="Check ").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Check before anything is written")


def write(tab):
    tab.get_by_role("button", name="Import ").first.click()
    expect(tab.get_by_role("link", name="Open the scorecard")).to_be_visible()


def expect_values(tab, count):
    expect(tab.locator(".m-headline")).to_contain_text(f"New values: {count:,}.")


# How many values of each KPI a file holds, by its reference.
UNCORRECTED = {
    "ga4": lambda said: 6 * said["data_rows"],
    "ab_campaign_control": lambda said: 8 * said["complete_rows"] + len(said["short_rows"]),
    "ab_campaign_test": lambda said: 8 * said["complete_rows"],
    "newsletter": lambda said: said["rows"],
    "daily_sales": lambda said: said["rows"],
    "quarterly_visitors": lambda said: 8 * said["rows"],
}


@pytest.mark.parametrize("name", UNCORRECTED)
def test_a_real_file_is_imported_without_a_correction(tab, studio, name):
    choose(tab, studio, name)
    check(tab)
    expect_values(tab, UNCORRECTED[name](reference_of(name)))
    write(tab)
    expect_values(tab, UNCORRECTED[name](reference_of(name)))


def test_the_tables_of_a_reach_export_are_imported_one_after_the_other(tab, studio):
    sections = reference_of("meta_suite_Reach")["sections"]
    choose(tab, studio, "meta_suite_Reach")
    check(tab)
    expect_values(tab, sections["Facebook reach"]["days"])
    write(tab)

    tab.get_by_role("button", name="Import this table").click()
    check(tab)
    expect(tab.get_by_role("region", name="1 KPI will be created")).to_contain_text(
        "Instagram reach"
    )
    expect_values(tab, sections["Instagram reach"]["days"])
    write(tab)


@pytest.mark.parametrize(
    ("name", "tool", "days"),
    [("google_ads", "Google Ads", "2026-11-09"), ("meta_ads", "Meta Ads", "2026-11-09"),
     ("mailchimp", "Mailchimp", None)],
)  # fmt: skip
def test_a_real_export_is_imported_after_one_question(tab, studio, name, tool, days):
    choose(tab, studio, name)
    expect(tab.get_by_text(f"Recognised: {tool}.")).to_be_visible()
    if days:
        field(tab, "Day of all rows").fill(days)
    check(tab)
    expect(tab.locator(".m-headline")).to_contain_text("rows were read")
    write(tab)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("meta_suite_Audience", "None of the 8 tables in this file has a column of dates"),
        ("site_funnel", "nothing tells its 99 rows apart"),
    ],
)
def test_a_real_file_without_values_over_time_is_refused(tab, studio, watch, name, sentence):
    watch.expect(422)
    choose(tab, studio, name)
    expect(tab.locator(".m-summary")).to_contain_text(sentence)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["avocado_long", "avocado_weekly"])
def test_a_real_panel_is_imported_without_a_correction(tab, studio, name):
    choose(tab, studio, name)
    check(tab)
    expect_values(tab, 9 * reference_of("avocado_weekly")["rows"])
    write(tab)


def test_somebody_at_a_phone_goes_on_at_a_computer(open_as, site, studio):
    tab = open_as(studio["session"], **PHONE)
    choose(tab, studio, "google_ads")
    expect(tab.get_by_text("Easier on a computer.")).to_be_visible()
    tab.get_by_role("button", name="Mail me the link").click()
    expect(tab.get_by_text("The link is on its way to ")).to_be_visible()
