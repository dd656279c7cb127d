"""My numbers asks why about what is off track, beside the number, and takes the answer."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from goals.models import Measurement, WhyLine
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.doors import browser_of, text_of
from tests.factories.goals import KpiFactory, TargetFactory, kpi_by_market

pytestmark = pytest.mark.usefixtures("frozen")

MONDAY = dt.date(2026, 11, 9)
HTMX = {"HX-Request": "true"}
QUESTION = "Off track in week 46: why?"


@pytest.fixture
def url(workspace):
    return reverse("goals:my-numbers", args=[workspace.slug])


@pytest.fixture
def mine(member):
    return browser_of(member)


@pytest.fixture
def kpi(workspace, member):
    """A weekly KPI that wants 100."""
    kpi = KpiFactory(workspace=workspace, owner=member, name="Leads", number=700)
    TargetFactory(kpi=kpi, value=100)
    return kpi


def slot(day=MONDAY, segment=0):
    return f"n-700-{segment}-{day:%Y%m%d}"


def answer(why, next_step="", start="20261109", number=700):
    prefix = f"why-{number}-{start}"
    return {f"{prefix}-why": why, f"{prefix}-next_step": next_step}


def measure(kpi, value, day=MONDAY, **more):
    row = NewValue(kpi.code, day, Decimal(value), **more)
    record([row], by=Author(membership=kpi.owner, source="test"), at=NOW)
    drain(workspace=kpi.workspace, at=NOW)


def lines():
    return list(WhyLine.objects.values_list("kpi__number", "start", "why", "next_step"))


def test_a_value_that_lands_off_track_asks_at_once(mine, url, kpi):
    row = text_of(mine.post(url, {slot(): "40"}, headers=HTMX))

    assert QUESTION in row
    assert "Leads: 40, target ≥ 100" in row


@pytest.mark.parametrize("value", ["100", "95"])
def test_one_that_is_not_off_track_asks_nothing(mine, url, kpi, value):
    assert QUESTION not in text_of(mine.post(url, {slot(): value}, headers=HTMX))


def test_the_answer_stands_beside_the_number(mine, url, kpi, member):
    measure(kpi, 40)

    given = {slot(): "40", **answer("The form was broken.", "Mended.")}
    row = text_of(mine.post(url, given, headers=HTMX))

    assert lines() == [(700, MONDAY, "The form was broken.", "Mended.")]
    assert WhyLine.objects.get().said_by == member
    assert "Off track: The form was broken. Next: Mended." in row
    assert QUESTION not in row
    assert "Off track: The form was broken." in text_of(mine.get(url))


def test_without_javascript_number_and_answer_go_together(mine, url, kpi):
    measure(kpi, 40)

    page = text_of(mine.post(url, {slot(): "50", **answer("Sold out.")}, follow=True))

    assert lines() == [(700, MONDAY, "Sold out.", "")]
    assert Measurement.objects.get().value == 50
    assert "The why line is added." in page
    assert "1 number saved." in page


def test_an_answer_alone_is_not_said_to_be_nothing(mine, url, kpi):
    measure(kpi, 40)

    page = text_of(mine.post(url, {slot(): "40", **answer("Sold out.")}, follow=True))

    assert "The why line is added." in page
    assert "Nothing was changed." not in page


@pytest.mark.parametrize("given", [answer("x" * 301), answer("Sold out.", "x" * 301)])
@pytest.mark.parametrize(("headers", "status"), [(HTMX, 200), ({}, 422)])
def test_an_answer_that_is_too_long_stays_as_it_was_typed(mine, url, kpi, given, headers, status):
    measure(kpi, 40)

    page = mine.post(url, {slot(): "40", **given}, headers=headers)

    assert page.status_code == status
    assert "x" * 301 in page.content.decode()
    assert "(it has 301)" in text_of(page)
    assert not lines()


def test_a_number_mended_together_with_its_answer_needs_none(mine, url, kpi):
    measure(kpi, 40)

    page = mine.post(url, {slot(): "140", **answer("Sold out.")})

    assert page.status_code == 422
    assert "The number of this period is not off track." in text_of(page)
    assert Measurement.objects.get().value == 140
    assert not lines()


@pytest.mark.parametrize(
    "given",
    [
        answer("Of nobody.", number=99_999),
        answer("Of no day.", start="20261399"),
        answer("Of the far past.", start="00010101"),
        {"why-700-²0261109-why": "Of no number."},
        answer("\0"),
    ],
)
def test_rubbish_is_passed_over_or_refused(mine, url, kpi, given):
    measure(kpi, 40)

    assert mine.post(url, {slot(): "40", **given}).status_code in (303, 422)
    assert not lines()


def test_another_persons_question_cannot_be_answered(partner, url, kpi):
    measure(kpi, 40)

    browser_of(partner).post(url, {slot(): "40", **answer("Mine now.")})

    assert not lines()


def test_a_daily_kpi_asks_once_about_its_week(mine, url, workspace, member):
    kpi = KpiFactory(workspace=workspace, owner=member, cadence="daily", number=700)
    TargetFactory(kpi=kpi, value=100)
    for n in range(7):
        measure(kpi, 1, MONDAY + dt.timedelta(days=n))

    assert text_of(mine.get(url)).count(QUESTION) == 1


def test_a_kpi_with_segments_asks_about_its_total(mine, url, workspace, member):
    kpi = kpi_by_market("pl", "it", workspace=workspace, owner=member)
    TargetFactory(kpi=kpi, value=100)
    for segment in kpi.breakdown.segments.all():
        measure(kpi, 1, segment=segment.code)

    assert text_of(mine.get(url)).count(QUESTION) == 1
