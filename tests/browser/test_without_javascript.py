"""The same jobs with JavaScript switched off (ux.md 11: 18)."""

import re

import pytest
from playwright.sync_api import expect

from tests.beside import eventually
from tests.browser.addresses import CROWDED, PAGES
from tests.browser.hands import field, row
from tests.browser.visiting import USUAL, session_of, workspace_of

pytestmark = pytest.mark.browser
OFF = {"java_script_enabled": False}
# Pages whose tables, statuses and totals are compared with and without; make soak takes them all.
FEW = ["reviews-home", "goals-kpis", "kpi-list", "goals-kpi", "goals-my-numbers", "import-checked",
       "teams-audit", "reviews-digest"]  # fmt: skip
TOLD = "h1, h2, th, td, .m-stats li, [data-status], .m-headline, .m-list > li"


@pytest.fixture
def plain(open_as, studio):
    """A tab of the studio's owner, without JavaScript."""
    return open_as(studio["session"], **OFF)


@pytest.mark.parametrize("page", [p for p in PAGES if p.name in FEW], ids=lambda page: page.name)
def test_a_page_says_the_same_without(page, open_as, site, watch):
    _compare(page, open_as, site, watch)


@pytest.mark.soak
@pytest.mark.parametrize("page", [*PAGES, *CROWDED], ids=lambda page: page.name)
def test_every_page_says_the_same_without(page, open_as, site, watch):
    _compare(page, open_as, site, watch)


def _compare(page, open_as, site, watch):
    watch.expect(page.status)
    session = session_of(page.who, USUAL, site)
    address = page.address(workspace_of(page, USUAL, site))

    told = []
    for options in ({}, OFF):
        tab = open_as(session, **options)
        tab.goto(address)
        told.append(tab.locator(TOLD).all_inner_texts())

    assert told[0] == told[1]
    assert told[0]


def test_signing_in_and_out(open_as, studio):
    plain = open_as("", **OFF)
    plain.goto("/")

    plain.get_by_label("E-mail address").fill(studio["email"])
    plain.get_by_label("Password").fill(studio["password"])
    plain.get_by_role("button", name="Sign in").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Home")
    plain.goto("/me/")
    plain.get_by_role("button", name="Sign out").click()

    expect(plain.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_numbers_are_entered_doubted_and_kept(plain, studio, watch):
    """R98: the page of numbers is a form that works by itself."""
    watch.expect(422)
    plain.goto(f"/w/{studio['slug']}/kpis/enter/?week=2026-W46")

    field(plain, "Leads").fill("183")
    field(plain, "Open rate").fill("31,8")
    field(plain, "Ad spend").fill("24800")
    field(plain, "Visits").fill("many")
    plain.get_by_role("button", name="Save all").click()

    expect(field(plain, "Visits")).to_have_value("many")
    expect(field(plain, "Visits")).to_have_attribute("aria-invalid", "true")
    expect(row(plain, "Ad spend")).to_contain_text("Keep it?")
    expect(plain.locator("#missing")).to_contain_text("2 of 4 missing")
    field(plain, "Visits").fill("")
    plain.get_by_role("button", name="Keep it").click()

    expect(field(plain, "Ad spend")).to_have_value("24,800")
    expect(field(plain, "Open rate")).to_have_value("31.8")
    expect(plain.locator("#missing")).to_contain_text("1 of 4 missing")


def test_an_emptied_number_goes_by_its_own_button_alone(plain, studio, watch):
    watch.expect(422)
    plain.goto(f"/w/{studio['slug']}/kpis/enter/?week=2026-W46")
    field(plain, "Leads").fill("183")
    field(plain, "Leads").press("Enter")
    field(plain, "Leads").fill("")
    field(plain, "Leads").press("Enter")
    expect(row(plain, "Leads")).to_contain_text("Remove the value 183?")

    field(plain, "Open rate").fill("31,8")
    field(plain, "Open rate").press("Enter")
    expect(row(plain, "Leads")).to_contain_text("Remove the value 183?")
    expect(plain.locator("#missing")).to_contain_text("2 of 4 missing")
    plain.get_by_role("button", name="Remove it").click()

    expect(field(plain, "Leads")).to_have_value("")
    expect(plain.locator("#missing")).to_contain_text("3 of 4 missing")
    expect(plain.locator("#undo")).to_contain_text("1 number removed.")


def test_a_reason_stands_in_for_a_value(plain, studio):
    plain.goto(f"/w/{studio['slug']}/kpis/enter/?week=2026-W46")

    row(plain, "Leads").get_by_text("No value?").click()
    row(plain, "Leads").get_by_label("There is no value because").fill("The form was down.")
    plain.get_by_role("button", name="Save all").click()

    expect(row(plain, "Leads")).to_contain_text("No value: The form was down.")


def test_a_kpi_is_made_changed_and_archived(plain, studio):
    plain.goto(f"/w/{studio['slug']}/kpis/new/")

    field(plain, "Name").fill("Demo calls")
    plain.get_by_role("button", name="Create KPI").click()
    plain.get_by_role("link", name="Set a target").last.click()
    plain.get_by_label("Number", exact=False).first.fill("12")
    plain.get_by_role("button", name="Set target").click()
    expect(plain.locator("section", has=plain.locator("#targets"))).to_contain_text("≥ 12")
    plain.locator("summary", has_text="More").click()
    plain.get_by_role("button", name="Archive").click()
    plain.goto(f"/w/{studio['slug']}/kpis/?view=list&archived=true")

    expect(row(plain, "Demo calls")).to_be_visible()


def test_the_list_is_filtered_and_cleared(plain, studio):
    plain.goto(f"/w/{studio['slug']}/kpis/?view=list")

    plain.locator("summary", has_text="Kind: all").click()
    plain.get_by_role("link", name="Efficiency").click()
    plain.get_by_role("link", name="Clear filters").click()

    expect(row(plain, "Leads")).to_be_visible()


def test_a_file_is_imported(plain, studio, tmp_path):
    file = tmp_path / "history.csv"
    file.write_text("Week;Leads;Ad spend\n2025-01-06;170;2.300,50\n2025-01-13;171;2.310,00\n")
    plain.goto(f"/w/{studio['slug']}/imports/new/")

    field(plain, "File").set_input_files(file)
    plain.get_by_role("button", name="Read the file").click()
    with plain.expect_navigation():
        plain.get_by_role("button", name="Check 2 rows").click()
    _reload_until(plain, "New values: 4.")
    with plain.expect_navigation():
        plain.get_by_role("button", name="Import 4 values").click()

    _reload_until(plain, "New values: 4.")


def _reload_until(tab, text):
    """Do what somebody does whose page cannot ask by itself how far the work is."""
    assert eventually(lambda: tab.reload() and text in tab.locator("main").inner_text())


def test_mail_and_profile_are_changed(plain, studio):
    plain.goto("/me/email/")
    field(plain, "Digest of the whole workspace").check()
    plain.get_by_role("button", name="Save").click()
    expect(field(plain, "Digest of the whole workspace")).to_be_checked()

    plain.goto("/me/")
    field(plain, "Appearance").select_option(label="Dark")
    field(plain, "Keyboard shortcuts").uncheck()
    plain.get_by_role("button", name="Save").click()

    expect(plain.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(plain.locator("body")).not_to_have_attribute("data-shortcuts", re.compile("."))


def test_a_scorecard_is_put_together(plain, studio):
    plain.goto(f"/w/{studio['slug']}/kpis/scorecards/new/")

    plain.get_by_label("Name").fill("By hand")
    for kpi in ("Leads", "Visits"):
        plain.get_by_label("Add a KPI").select_option(label=kpi)
        plain.get_by_role("button", name="Add the KPI").click()
    plain.get_by_role("button", name="Move Visits up").click()
    expect(plain.get_by_label("Name")).to_have_value("By hand")
    plain.get_by_role("button", name="Create scorecard").click()

    expect(plain.get_by_role("heading", level=1)).to_contain_text("By hand")
    assert plain.locator("tbody th a").all_inner_texts() == ["Visits", "Leads"]
