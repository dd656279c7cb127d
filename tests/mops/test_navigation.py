"""What surrounds every page: where it hangs, and which mops this is."""

import re

import pytest
from django.urls import reverse

from mops.navigation import VERSION

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def page(client, workspace, owner):
    client.force_login(owner.user)

    def get(name):
        return client.get(reverse(name, args=[workspace.slug])).content.decode()

    return get


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("teams:members", "reviews:settings"),
        ("goals:new-breakdown", "reviews:settings"),
        ("goals:library", "goals:kpis"),
        ("goals:imports", "goals:kpis"),
        ("goals:new-import", "goals:kpis"),
    ],
)
def test_a_page_says_where_it_hangs_and_the_navigation_agrees(page, workspace, name, above):
    shown = page(name)
    crumbs = shown.partition('class="m-crumbs"')[2].partition("</ol>")[0]
    link = f'href="{reverse(above, args=[workspace.slug])}"'

    assert link in crumbs
    current = re.findall(r'<a [^>]*aria-current="page"[^>]*>', shown)
    assert current
    assert all(link in each for each in current)


@pytest.mark.parametrize("name", ["reviews:home", "goals:kpis", "goals:my-numbers"])
def test_a_page_of_the_navigation_hangs_nowhere(page, name):
    assert "m-crumbs" not in page(name)


@pytest.mark.parametrize(("person", "shown"), [("lead", True), ("member", False)])
def test_settings_are_offered_to_whoever_sets_things_up(client, workspace, person, shown, request):
    client.force_login(request.getfixturevalue(person).user)
    page = client.get(reverse("reviews:home", args=[workspace.slug]))

    offered = [group["label"] for group in page.context["nav"]]
    assert ("Set up" in offered) is shown


def test_the_page_of_a_row_with_a_version_still_names_that_of_mops(page):
    assert f"mops {VERSION}</span>" in page("teams:general")


@pytest.mark.parametrize("language", ["en", "th"])
def test_languages_go_by_their_own_names(client, db, language):
    page = client.get(reverse("account_login"), headers={"Accept-Language": language})

    for name in ("English", "Polski", "Italiano", "ไทย"):
        assert f">{name}</button>" in page.content.decode()
