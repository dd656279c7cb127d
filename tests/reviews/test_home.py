"""Home: what needs somebody this week, or that nothing does."""

import pytest
from django.urls import reverse

from tests.doors import browser_of

pytestmark = pytest.mark.usefixtures("frozen")


def home_of(person):
    url = reverse("reviews:home", args=[person.workspace.slug])
    return browser_of(person).get(url).content.decode()


def in_order(text, *parts):
    places = [text.index(part) for part in parts]
    return places == sorted(places)


def test_what_is_off_track_stands_before_what_is_missing(some_numbers, lead):
    shown = home_of(lead).partition('id="attention"')[2].partition("</ul>")[0]

    assert in_order(shown, "Trial sign-ups", "Cost per trial")
    assert "Newsletter readers" not in shown


@pytest.mark.parametrize(("person", "links"), [("lead", 1), ("partner", 0), ("viewer", 0)])
def test_who_may_enter_a_missing_number_finds_the_way(some_numbers, request, person, links):
    shown = home_of(request.getfixturevalue(person)).partition('id="attention"')[2]

    assert shown.partition("</ul>")[0].count("/kpis/enter/") == links


def test_where_everything_is_on_track_nothing_needs_anybody(numbers, lead):
    numbers.kpi("Newsletter readers", 100, 130)
    numbers.kpi("Visits", 5, target=None)

    assert "Every KPI that has a target is on it." in home_of(lead)


def test_where_nothing_has_a_target_nothing_is_said_to_be_on_it(numbers, lead):
    numbers.kpi("Visits", 5, target=None)

    shown = home_of(lead)

    assert "No KPI has a target yet" in shown
    assert "Nothing needs you" not in shown


def test_a_workspace_without_kpis_is_told_where_to_begin(lead):
    shown = home_of(lead)

    assert "No numbers yet" in shown
    assert "Choose KPIs" in shown


def test_a_partner_is_not_told_to_choose_kpis(partner):
    shown = home_of(partner)

    assert "No numbers yet" in shown
    assert "Choose KPIs" not in shown


def test_the_worst_eight_are_listed_and_all_are_counted(numbers, lead):
    for name in range(10):
        numbers.kpi(f"KPI {name}", 10)

    shown = home_of(lead)

    assert "Needs attention (10)" in shown
    assert "2 more on the scorecard" in shown
    assert shown.partition('id="attention"')[2].partition("</ul>")[0].count("m-cover") == 8
