"""A form with mistakes says so on top and at each field, and keeps what was typed (ux.md 11.22)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Address, what is typed into which field, and how many mistakes that makes.
FORMS = {
    "kpi": ("/w/{slug}/kpis/new/", {"name": "", "code": "Not a code", "band": "ten"}, 3),
    "target": ("/w/{slug}/kpis/K-1/targets/new/", {"value": "many", "valid_from": ""}, 2),
    "profile": ("/me/", {"name": ""}, 1),
    "settings": ("/w/{slug}/settings/workspace/", {"name": "", "currency": ""}, 2),
    "token": ("/w/{slug}/settings/tokens/new/", {"name": "", "expires_on": ""}, 2),
    "team": ("/w/{slug}/settings/teams/new/", {"name": ""}, 1),
    "invitation": ("/w/{slug}/settings/invitations/new/", {"addresses": ""}, 1),
    "scorecard": ("/w/{slug}/kpis/scorecards/new/", {"name": "", "place": "0"}, 2),
    "note": ("/w/{slug}/kpis/K-1/notes/new/", {"text": "", "on_date": ""}, 2),
    "why": ("/w/{slug}/kpis/K-1/why/", {"why": "", "next_step": "Mend the form."}, 1),
    "breakdown": ("/w/{slug}/breakdowns/new/", {"name": ""}, 1),
}


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without"])
@pytest.mark.parametrize("form", FORMS)
def test_every_mistake_is_in_the_summary_and_at_its_field(form, javascript, open_as, studio, watch):
    address, typed, mistakes = FORMS[form]
    watch.expect(422)
    tab = open_as(studio["session"], java_script_enabled=javascript)
    tab.goto(address.format(**studio))
    for fold in tab.locator("details.m-fold > summary").all():
        fold.click()
    for name, value in typed.items():
        tab.locator(f"[name={name}]").fill(value)

    tab.locator(".m-save button.btn-primary").click()

    summary = tab.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert tab.title().startswith("Error: ")
    links = summary.get_by_role("link")
    expect(links).to_have_count(mistakes)
    for link in links.all():
        said = link.inner_text()
        link.click()
        field = tab.locator(":focus")
        notes = field.get_attribute("aria-describedby") or ""
        assert field.get_attribute("aria-invalid") == "true"
        assert any(said in tab.locator(f"#{note}").inner_text() for note in notes.split())
    for name, value in typed.items():
        expect(tab.locator(f"[name={name}]")).to_have_value(value)


def test_a_wrong_password_is_said_on_top(open_as, studio, watch):
    tab = open_as("")
    tab.goto("/accounts/login/")

    tab.get_by_label("E-mail address").fill(studio["email"])
    tab.get_by_label("Password").fill("guessed, and wrongly")
    tab.get_by_role("button", name="Sign in").click()

    expect(tab.locator("[data-error-summary]")).to_be_focused()
    assert tab.title().startswith("Error: ")
    expect(tab.get_by_label("E-mail address")).to_have_value(studio["email"])


def test_numbers_that_cannot_be_read_are_summed_up_on_top(open_as, studio, watch):
    watch.expect(422)
    tab = open_as(studio["session"], java_script_enabled=False)
    tab.goto(f"/w/{studio['slug']}/kpis/enter/?week=2026-W46")
    tab.get_by_label("Leads", exact=True).fill("many")
    tab.get_by_label("Visits", exact=True).fill("few")

    tab.get_by_role("button", name="Save all").click()

    summary = tab.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert tab.title().startswith("Error: ")
    expect(summary.get_by_role("link")).to_have_count(2)
    summary.get_by_role("link").first.click()
    expect(tab.get_by_label("Leads", exact=True)).to_be_focused()
