"""The gallery: every component and page pattern renders, for staff, in every theme and text."""

import re

import pytest
from django.conf import settings
from django.http import Http404
from django.template.loader import render_to_string

from mops.gallery import PAGES, TEXTS, gallery

COMPONENTS = sorted((settings.BASE_DIR / "templates/components").glob("*.html"))


class Person:
    """Somebody signed in, without a database."""

    is_authenticated = True

    def __init__(self, *, is_staff):
        self.is_staff = is_staff


@pytest.fixture
def page(rf):
    def get(name, *, is_staff=True, method="get", **query):
        request = getattr(rf, method)("/_ui/", query)
        request.user = Person(is_staff=is_staff)
        return gallery(request, name)

    return get


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("text", TEXTS)
def test_every_page_renders_in_every_kind_of_text(page, name, text):
    response = page(name, text=text)

    assert response.status_code == 200
    assert response.content.decode().count("<h1>") == 1


@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_a_page_needs_a_looser_content_security_policy(page, name):
    html = page(name).content.decode()

    assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|<style|<script(?! src=)", html)


@pytest.mark.parametrize("name", PAGES)
def test_every_id_on_a_page_is_there_once(page, name):
    ids = re.findall(r'\sid="([^"]+)"', page(name).content.decode())

    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("name", PAGES)
def test_whatever_a_page_points_to_by_id_is_on_it(page, name):
    html = page(name).content.decode()
    pointed = re.findall(r'\s(?:for|aria-labelledby|aria-describedby)="([^"]+)"', html)

    missing = {i for ids in pointed for i in ids.split() if f'id="{i}"' not in html}
    assert missing == set()


def test_every_plotted_value_stands_in_the_table_below_the_chart(page):
    html = page("kpi").content.decode()
    plotted = re.findall(r'<circle[^>]* data-v="([^"]+)"', html)
    listed = re.findall(r'<tr data-v="([^"]+)"', html)

    assert len(plotted) == 24
    assert plotted == listed[::-1]


@pytest.mark.parametrize("theme", ["system", "light", "dark"])
def test_the_theme_comes_from_the_address(page, theme):
    assert f'data-bs-theme="{theme}"' in page("home", theme=theme).content.decode()


def test_a_theme_that_does_not_exist_is_the_system_s(page):
    assert 'data-bs-theme="system"' in page("home", theme='"><b>').content.decode()


def test_thai_pages_say_that_they_are_thai(page):
    assert '<html lang="th"' in page("home", text="thai").content.decode()


def test_only_staff_see_the_gallery(page):
    with pytest.raises(Http404):
        page("home", is_staff=False)


def test_a_page_that_does_not_exist_is_not_found(page):
    with pytest.raises(Http404):
        page("nothing")


def test_the_gallery_changes_nothing(page):
    assert page("home", method="post").status_code == 405


@pytest.mark.parametrize("name", ["500.html", "503.html", "404.html", "403.html"])
def test_error_pages_need_no_context(name):
    assert "<h1>" in render_to_string(name)


def test_the_forbidden_page_names_who_can_help():
    assert "Anna Lis" in render_to_string("403.html", {"admins": ["Anna Lis"]})


@pytest.mark.parametrize(
    ("undo", "seconds"), [({}, "10"), ({"seconds": 20}, "20"), ({"seconds": 0}, "0")]
)
def test_an_undo_bar_stays_ten_seconds_unless_told_otherwise(undo, seconds):
    html = render_to_string("components/_undo_bar.html", {"undo": undo})

    assert f'data-undo="{seconds}"' in html


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_says_first_what_it_needs(component):
    first = component.read_text().splitlines()[0]

    assert first.startswith(f"{{# {component.name}: ")
    assert re.search(r"Needs|Takes|needs", first)
