"""My numbers, row by row: what htmx sends and gets."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from goals.models import Measurement
from tests.doors import browser_of
from tests.factories.goals import KpiFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(frozen, workspace, member):
    """Open the page of somebody with two numbers to enter; give a way to send one of them."""
    for n, code in enumerate(("trials", "leads")):
        KpiFactory(workspace=workspace, owner=member, code=code, number=700 + n)
    client = browser_of(member)
    url = reverse("goals:my-numbers", args=[workspace.slug]) + "?week=2026-W46"
    return lambda **typed: client.post(url, typed, headers=HTMX).content.decode()


def slot(number):
    return f"n-{number}-0-20261109"


def missing(html):
    """Give the words that htmx puts in place of the count on the page."""
    found = re.search(r'id="missing" hx-swap-oob="true">\s*<b>(.*?)</b>', html, re.DOTALL)
    return found[1]


def test_a_saved_row_comes_back_with_the_count_of_all_that_is_missing(page):
    html = page(**{slot(700): "12"})

    assert f'id="row-{slot(700)}"' in html
    assert f'id="row-{slot(701)}"' not in html
    assert "<html" not in html
    assert missing(html) == "1 of 2 missing"
    assert Measurement.objects.get().on_date == dt.date(2026, 11, 9)


def test_the_last_row_says_that_all_are_in(page):
    page(**{slot(700): "12"})

    assert missing(page(**{slot(701): "3"})) == "All 2 are in. Thank you."


def test_a_row_that_cannot_be_read_is_still_missing(page):
    html = page(**{slot(700): "a dozen"})

    assert 'data-state="error"' in html
    assert missing(html) == "2 of 2 missing"
    assert not Measurement.objects.exists()


def test_a_row_sends_nothing_of_the_other_rows(frozen, workspace, member):
    """htmx sends the whole form from a field in it; every row would come back and be doubled."""
    kpis = KpiFactory.create_batch(2, workspace=workspace, owner=member)
    client = browser_of(member)

    html = client.get(reverse("goals:my-numbers", args=[workspace.slug])).content.decode()

    sent = [names.split(",") for names in re.findall(r'hx-params="(.*?)"', html)]
    assert sent == [
        ["csrfmiddlewaretoken", name, f"{name}-was", f"{name}-gap", "keep", "remove"]
        for name in (slot(kpi.number) for kpi in kpis)
    ]
