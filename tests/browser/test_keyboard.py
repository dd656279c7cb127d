"""Whole jobs by keyboard alone (ux.md 11: 10, 17)."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import (
    choose,
    field,
    keeps_focus,
    open_chooser,
    press,
    row,
    type_into,
    walk_to,
)

pytestmark = pytest.mark.browser


def open_numbers(tab, studio):
    tab.goto(f"/w/{studio['slug']}/kpis/enter/?week=2026-W46")
    expect(tab.locator("#missing")).to_contain_text("4 of 4 missing")


def test_signing_in_leads_to_the_workspace(open_as, studio):
    tab = open_as("")
    tab.goto("/")

    type_into(tab, "E-mail address", studio["email"])
    type_into(tab, "Password", studio["password"])
    tab.keyboard.press("Enter")

    expect(tab.get_by_role("heading", level=1)).to_have_text("Home")
    assert tab.url.endswith(f"/w/{studio['slug']}/")


def test_three_numbers_are_entered_and_stay(tab, studio):
    """R98: a week's numbers are typed in one go, each saved as it is left."""
    open_numbers(tab, studio)

    walk_to(tab, field(tab, "Leads"))
    for number in ("183", "2401", "31,8"):
        tab.keyboard.type(number)
        tab.keyboard.press("Enter")
        keeps_focus(tab)

    expect(row(tab, "Leads")).to_contain_text("saved")
    expect(row(tab, "Ad spend")).to_contain_text("saved")
    expect(row(tab, "Open rate")).to_contain_text("read as 31.8, saved")
    expect(tab.locator("#missing")).to_contain_text("1 of 4 missing")
    expect(field(tab, "Visits")).to_be_focused()
    tab.reload()
    expect(field(tab, "Leads")).to_have_value("183")
    expect(field(tab, "Open rate")).to_have_value("31.8")
    tab.goto(f"/w/{studio['slug']}/kpis/")
    expect(row(tab, "Leads")).to_contain_text("183")


def test_a_number_that_saved_itself_is_taken_back(tab, studio):
    open_numbers(tab, studio)
    walk_to(tab, field(tab, "Leads"))
    tab.keyboard.type("183")
    tab.keyboard.press("Enter")
    expect(tab.locator("#undo")).to_contain_text("1 number saved.")

    walk_to(tab, tab.locator("#undo").get_by_role("button", name="Undo"))
    tab.keyboard.press("Enter")

    expect(tab.locator("main")).to_contain_text("the numbers are what they were before")
    expect(tab.locator("#missing")).to_contain_text("4 of 4 missing")
    expect(field(tab, "Leads")).to_have_value("")


def test_archiving_a_kpi_is_undone_by_a_key(tab, studio):
    tab.goto(f"/w/{studio['slug']}/kpis/?view=list")
    tab.get_by_role("link", name="Leads", exact=True).click()
    tab.get_by_text("More", exact=True).click()
    tab.get_by_role("button", name="Archive").click()
    expect(tab.locator("#undo")).to_contain_text("“Leads” is archived.")

    tab.keyboard.press("Control+z")

    expect(tab.locator("main")).to_contain_text("“Leads” is in use again.")


def test_the_palette_finds_and_leads_there_from_any_field(tab, studio):
    open_numbers(tab, studio)
    walk_to(tab, field(tab, "Leads"))

    tab.keyboard.press("Control+k")
    box = tab.get_by_role("combobox", name="Search or jump")
    expect(box).to_be_focused()
    expect(tab.get_by_role("option", name="Home")).to_be_visible()
    tab.keyboard.type("open rate")
    option = tab.get_by_role("option", name="Open rate")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    tab.keyboard.press("Enter")

    expect(tab.get_by_role("heading", level=1)).to_contain_text("Open rate")


def test_arrows_choose_in_the_palette_and_escape_leaves_it(tab, studio):
    tab.goto(f"/w/{studio['slug']}/")
    tab.keyboard.press("Control+k")
    found = tab.get_by_role("option")
    expect(found.nth(0)).to_have_attribute("aria-selected", "true")

    tab.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")

    expect(found.last).to_have_attribute("aria-selected", "true")
    expect(found.nth(0)).to_have_attribute("aria-selected", "false")
    expect(tab.get_by_role("combobox")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("combobox")).to_be_hidden()


def test_what_was_opened_lately_is_offered_until_signing_out(tab, studio):
    kpis = f"/w/{studio['slug']}/kpis/?view=list"
    tab.goto(kpis)
    tab.get_by_role("link", name="Leads", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Leads")
    opened = tab.url
    tab.goto(kpis)
    tab.keyboard.press("Control+k")
    lately = tab.get_by_role("group", name="Opened lately").get_by_role("option")
    expect(lately).to_contain_text(["Leads"])
    tab.keyboard.press("Enter")
    tab.wait_for_url(opened)

    tab.goto("/me/")
    [shelf] = tab.evaluate("Object.keys(localStorage)")
    assert shelf.endswith(f"/w/{studio['slug']}/search/")
    press(tab, "button", "Sign out")
    expect(tab.get_by_label("Password")).to_be_visible()

    assert tab.evaluate("localStorage.length") == 0


def test_a_page_that_was_not_there_is_not_come_back_to(tab, studio, watch):
    watch.expect(404)
    tab.goto(f"/w/{studio['slug']}/kpis/K-999/")
    tab.goto(f"/w/{studio['slug']}/")

    tab.keyboard.press("Control+k")

    expect(tab.get_by_role("option", name="Home")).to_be_visible()
    expect(tab.get_by_role("group", name="Opened lately")).to_have_count(0)


def test_the_language_is_switched_in_the_palette(tab, studio):
    tab.goto(f"/w/{studio['slug']}/kpis/")

    tab.keyboard.press("Control+k")
    tab.keyboard.type("italian")
    expect(tab.get_by_role("option", name="Italiano")).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("Enter")

    expect(tab.locator("html")).to_have_attribute("lang", "it")
    assert tab.url.endswith("/kpis/")


def test_a_letter_chooses_what_is_made(tab, studio):
    tab.goto(f"/w/{studio['slug']}/kpis/?view=list")
    tab.keyboard.press("c")
    menu = tab.get_by_role("dialog", name="New")
    for thing in ("Scorecard", "Source"):
        tab.keyboard.press("s")
        expect(menu.get_by_role("link", name=thing)).to_be_focused()

    tab.keyboard.press("k")

    expect(tab.get_by_role("heading", level=1)).to_have_text("New KPI")


def test_a_key_edits_the_row_with_the_focus_or_what_the_page_is_about(tab, studio):
    tab.goto(f"/w/{studio['slug']}/kpis/?view=list")
    tab.keyboard.press("j")
    name = tab.evaluate("document.activeElement.textContent")
    tab.keyboard.press("e")
    expect(tab.get_by_role("heading", level=1)).to_have_text(f"Edit {name}")

    tab.goto(tab.url.removesuffix("edit/"))
    tab.keyboard.press("e")

    expect(tab.get_by_role("heading", level=1)).to_have_text(f"Edit {name}")


@pytest.mark.parametrize(
    ("path", "there", "absent"),
    [
        ("", ["g k", "c", "Ctrl k"], ["Edit the row where you are", "Next or previous number"]),
        ("kpis/?view=list", ["j", "Edit the row where you are"], ["Move the line"]),
        ("kpis/enter/?week=2026-W46", ["[", "Next or previous number"], ["Edit"]),
    ],
)
def test_the_sheet_lists_the_keys_of_the_page(tab, studio, path, there, absent):
    tab.goto(f"/w/{studio['slug']}/{path}")

    tab.keyboard.press("?")

    sheet = tab.get_by_role("dialog", name="Keys on this page")
    words = sheet.locator("dt kbd, dd").all_inner_texts()
    assert {*there} <= {*words}
    assert not {*absent} & {*words}


def test_a_page_of_text_in_the_palette_is_answered(tab, studio, watch):
    watch.expect(422)
    tab.goto(f"/w/{studio['slug']}/")
    tab.keyboard.press("Control+k")

    tab.keyboard.insert_text("long " * 2000)

    expect(tab.locator("#palette")).to_contain_text("Search for at most 200 characters.")


def test_a_number_that_looks_wrong_is_written_only_when_it_is_kept(tab, studio):
    open_numbers(tab, studio)

    walk_to(tab, field(tab, "Ad spend"))
    tab.keyboard.type("24800")
    tab.keyboard.press("Enter")
    expect(row(tab, "Ad spend")).to_contain_text("times the value before. Keep it?")
    keeps_focus(tab)
    tab.reload()
    expect(field(tab, "Ad spend")).to_have_value("")
    walk_to(tab, field(tab, "Ad spend"))
    tab.keyboard.type("24800")
    tab.keyboard.press("Enter")
    expect(row(tab, "Ad spend")).to_contain_text("Keep it?")
    walk_to(tab, tab.get_by_role("button", name="Keep it"), key="Shift+Tab")
    tab.keyboard.press("Enter")

    expect(row(tab, "Ad spend")).to_contain_text("saved")
    keeps_focus(tab)
    tab.reload()
    expect(field(tab, "Ad spend")).to_have_value("24,800")


def test_an_emptied_number_is_removed_only_when_it_is_said(tab, studio):
    open_numbers(tab, studio)
    walk_to(tab, field(tab, "Leads"))
    tab.keyboard.type("183")
    tab.keyboard.press("Enter")
    expect(row(tab, "Leads")).to_contain_text("saved")

    walk_to(tab, field(tab, "Leads"), key="Shift+Tab")
    tab.keyboard.press("Control+A")
    tab.keyboard.press("Delete")
    tab.keyboard.press("Enter")
    expect(row(tab, "Leads")).to_contain_text("Remove the value 183?")
    expect(tab.locator("#missing")).to_contain_text("3 of 4 missing")
    keeps_focus(tab)
    walk_to(tab, tab.get_by_role("button", name="Remove it"), key="Shift+Tab")
    tab.keyboard.press("Enter")

    expect(tab.locator("#missing")).to_contain_text("4 of 4 missing")
    expect(tab.locator("#undo")).to_contain_text("1 number removed.")
    keeps_focus(tab)
    tab.reload()
    expect(field(tab, "Leads")).to_have_value("")


def test_what_cannot_be_read_is_said_at_its_row_and_stays_as_typed(tab, studio):
    open_numbers(tab, studio)

    walk_to(tab, field(tab, "Leads"))
    tab.keyboard.type("many")
    tab.keyboard.press("Enter")

    expect(field(tab, "Leads")).to_have_attribute("aria-invalid", "true")
    expect(field(tab, "Leads")).to_have_value("many")
    expect(row(tab, "Leads").locator(".m-error")).not_to_be_empty()


def test_a_column_pasted_from_a_sheet_fills_the_rows_below_and_can_be_taken_back(tab, studio):
    open_numbers(tab, studio)
    walk_to(tab, field(tab, "Leads"))

    paste(tab, "181\n2402\n31,5\n901\n")

    expect(field(tab, "Visits")).to_have_value("901")
    expect(tab.locator("[data-paste-bar]")).to_contain_text("4 numbers pasted, not saved yet.")
    press(tab, "button", "Save all")
    expect(tab.locator("#missing")).to_contain_text("All 4 are in.")
    expect(field(tab, "Open rate")).to_have_value("31.5")


def test_a_paste_can_be_taken_back_before_it_is_saved(tab, studio):
    open_numbers(tab, studio)
    walk_to(tab, field(tab, "Leads"))

    paste(tab, "181\n2402")
    walk_to(tab, tab.get_by_role("button", name="Undo paste"), key="Shift+Tab")
    tab.keyboard.press("Enter")

    expect(field(tab, "Leads")).to_have_value("")
    expect(field(tab, "Ad spend")).to_have_value("")
    expect(field(tab, "Leads")).to_be_focused()


def paste(tab, text):
    """Paste as a spreadsheet would; the clipboard itself is not there without a desktop."""
    tab.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          const paste = { clipboardData, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        text,
    )


def lines(tab):
    """Give the lines of the scorecard that is put together."""
    return [row.get_attribute("data-name") for row in tab.locator("[data-sortable] > li").all()]


def test_a_scorecard_is_put_together_and_its_lines_are_moved(tab, studio):
    """R36: a board of one's own."""
    tab.goto(f"/w/{studio['slug']}/kpis/scorecards/new/")

    type_into(tab, "Name", "By keys")
    for kpi, key in (("Leads", "Tab"), ("Visits", "Shift+Tab")):
        walk_to(tab, field(tab, "Add a KPI"), key=key)
        tab.keyboard.type(kpi)
        press(tab, "button", "Add the KPI")
        expect(tab.locator("[data-sortable]")).to_contain_text(kpi)
        keeps_focus(tab)
    type_into(tab, "Add a heading", "Demand")
    press(tab, "button", "Add the heading")
    expect(tab.locator("[data-sortable] input[name=heading]")).to_have_value("Demand")
    walk_to(tab, tab.get_by_role("button", name="Take Demand out"), key="Shift+Tab")
    for place in (2, 1):
        tab.keyboard.press("Alt+ArrowUp")
        expect(tab.locator("#status")).to_have_text(f"Demand is line {place} of 3")
        keeps_focus(tab)
    assert lines(tab) == ["Demand", "Leads", "Visits"]
    press(tab, "button", "Take Leads out")
    expect(tab.locator("[data-sortable]")).not_to_contain_text("Leads")
    expect(tab.get_by_label("Heading", exact=True)).to_be_focused()
    press(tab, "button", "Create scorecard")

    expect(tab.get_by_role("heading", level=1)).to_contain_text("By keys")
    assert tab.locator("tbody th").all_inner_texts() == ["Demand", "Visits"]


def test_lines_are_dragged_and_the_buttons_still_mean_their_own(tab, studio):
    tab.goto(f"/w/{studio['slug']}/kpis/scorecards/new/")
    for kpi in ("Leads", "Visits", "Open rate"):
        tab.get_by_label("Add a KPI").select_option(label=kpi)
        tab.get_by_role("button", name="Add the KPI").click()
        expect(tab.locator("[data-sortable]")).to_contain_text(kpi)

    tab.drag_and_drop("[data-sortable] > li:nth-child(1)", "[data-sortable] > li:nth-child(3)")
    assert lines(tab) == ["Visits", "Open rate", "Leads"]
    tab.get_by_role("button", name="Take Visits out").click()

    expect(tab.locator("[data-sortable]")).not_to_contain_text("Visits")
    assert lines(tab) == ["Open rate", "Leads"]


def test_a_kpi_is_made_and_gets_a_target(tab, studio):
    """R33: a KPI of one of the four kinds."""
    tab.goto(f"/w/{studio['slug']}/kpis/new/")

    type_into(tab, "Name", "Demo calls")
    choose(tab, "Kind", "Activity")
    press(tab, "button", "Create KPI")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Demo calls")
    press(tab, "link", "Set a target")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Target of Demo calls")
    type_into(tab, "Number", "12,5")
    press(tab, "button", "Set target")

    expect(tab.locator("section", has=tab.locator("#targets"))).to_contain_text("≥ 12.5")


def test_the_list_is_filtered(tab, studio):
    tab.goto(f"/w/{studio['slug']}/kpis/?view=list")

    walk_to(tab, tab.locator("summary", has_text="Kind: all"))
    tab.keyboard.press("Enter")
    press(tab, "link", "Efficiency")

    expect(tab.locator("summary", has_text="Kind: Efficiency")).to_be_visible()
    expect(tab.locator("main")).to_contain_text("No KPI matches")
    press(tab, "link", "Clear filters")
    expect(row(tab, "Leads")).to_be_visible()


def test_a_file_is_imported_in_four_steps(tab, studio, tmp_path):
    """Nothing is written before it was shown."""
    file = tmp_path / "history.csv"
    file.write_text("Week;Leads;Ad spend\n2025-01-06;170;2.300,50\n2025-01-13;171;2.310,00\n")
    tab.goto(f"/w/{studio['slug']}/imports/")

    press(tab, "link", "Import a file")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Import a file")
    walk_to(tab, field(tab, "File"))
    open_chooser(tab).set_files(file)
    press(tab, "button", "Read the file")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Match columns")
    press(tab, "button", "Check 2 rows")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Check before anything is written")
    expect(tab.locator("main")).to_contain_text("New values: 4.")
    press(tab, "button", "Import 4 values")

    expect(tab.locator("main")).to_contain_text("New values: 4.")


def test_somebody_chooses_which_digests_they_get(tab, studio):
    tab.goto("/me/email/")
    team = field(tab, "Digest of the whole workspace")
    was = team.is_checked()

    walk_to(tab, team)
    tab.keyboard.press("Space")
    press(tab, "button", "Save")

    expect(tab.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(team).to_be_checked(checked=not was)


def test_somebody_changes_the_appearance_and_switches_single_keys_off(tab, studio):
    tab.goto("/me/")

    choose(tab, "Appearance", "Dark")
    walk_to(tab, field(tab, "Keyboard shortcuts"))
    tab.keyboard.press("Space")
    press(tab, "button", "Save")

    expect(tab.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(field(tab, "Keyboard shortcuts")).not_to_be_checked()
    for path in ("/me/", f"/w/{studio['slug']}/kpis/?view=list"):
        tab.goto(path)
        for key in ("g", "h", "g", "k", "?", "j", "e", "[", "c"):
            tab.keyboard.press(key)
        assert tab.url.endswith(path)
        expect(tab.locator("dialog[open]")).to_have_count(0)
    tab.get_by_role("button", name="Keys").click()
    assert tab.locator("#shortcuts kbd").all_inner_texts() == ["Ctrl k", "Esc"]


def test_single_keys_lead_around_but_not_while_somebody_types(tab, studio):
    tab.goto(f"/w/{studio['slug']}/")
    tab.keyboard.press("g")
    tab.keyboard.press("n")
    tab.wait_for_url("**/kpis/enter/")

    tab.keyboard.press("j")
    expect(field(tab, "Leads")).to_be_focused()
    tab.keyboard.type("gk?ec")
    assert tab.url.endswith("/kpis/enter/")
    expect(tab.locator("#shortcuts")).to_be_hidden()
    expect(field(tab, "Leads")).to_have_value("gk?ec")

    tab.locator("body").press("Escape")
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("?")
    expect(tab.locator("#shortcuts")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#shortcuts")).to_be_hidden()
