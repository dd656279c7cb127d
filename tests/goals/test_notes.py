"""What happened on a day: a flag on charts, a mark in the cells of scorecards."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowedError
from goals.models import Note
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.notes import add_note, remove_note
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import KpiFactory, TargetFactory, WhyLineFactory

pytestmark = pytest.mark.usefixtures("frozen")

WEEK_46, WEEK_45 = dt.date(2026, 11, 9), dt.date(2026, 11, 2)


@pytest.fixture
def kpi(workspace, partner):
    """The partner's KPI with numbers of two weeks."""
    kpi = KpiFactory(workspace=workspace, owner=partner, code="leads", name="Leads")
    for week, value in ((WEEK_45, 120), (WEEK_46, 50)):
        row = NewValue("leads", week, Decimal(value))
        record([row], by=Author(membership=partner, source="test"), at=NOW)
    drain(workspace=workspace, at=NOW)
    return kpi


def note(kpi, by, text="New price list", day=WEEK_46):
    return add_note(kpi=kpi, on_date=day, text=text, by=by, at=NOW)


def page_of(kpi, who):
    return browser_of(who).get(kpi.get_absolute_url()).content.decode()


def scorecard(who):
    url = reverse("goals:kpis", args=[who.workspace.slug])
    return browser_of(who).get(url).content.decode()


# -- Where they stand ------------------------------------------------------------------------------


def test_a_note_is_a_flag_on_the_chart_of_its_kpi(kpi, partner, viewer):
    other = KpiFactory(workspace=kpi.workspace, owner=partner)
    note(kpi, partner, day=WEEK_46 + dt.timedelta(days=3))

    assert "<b>1</b>W46: New price list" in page_of(kpi, viewer)
    assert "New price list" not in page_of(other, viewer)


def test_what_concerned_the_workspace_stands_on_every_chart(kpi, lead, viewer):
    note(None, lead, "Independence Day")

    page = page_of(kpi, viewer)

    assert "<b>1</b>W46: Independence Day" in page
    assert "(the whole workspace)" in page


def test_a_cell_of_the_scorecard_says_what_happened_in_its_period(kpi, partner, viewer):
    note(kpi, partner, "Trade fair", day=WEEK_46 + dt.timedelta(days=6))
    note(kpi, partner, "Later", day=WEEK_46 + dt.timedelta(days=7))

    page = scorecard(viewer)

    assert "50; Trade fair" in page
    assert f"{kpi.get_absolute_url()}#notes" in page
    assert "Later" not in page


def test_beside_a_why_line_it_comes_second(kpi, partner, viewer):
    TargetFactory(kpi=kpi, value=100)
    WhyLineFactory(kpi=kpi, start=WEEK_46, why="Sold out.")
    note(kpi, partner, "Trade fair")

    page = scorecard(viewer)

    assert "Sold out.; Trade fair" in page
    assert f"{kpi.get_absolute_url()}#why" in page


def test_a_new_note_is_on_the_scorecard_at_once(kpi, partner, viewer):
    scorecard(viewer)
    row = note(kpi, partner, "Trade fair")
    assert "Trade fair" in scorecard(viewer)

    remove_note(note=row, by=partner)
    assert "Trade fair" not in scorecard(viewer)


# -- Who writes them -------------------------------------------------------------------------------


def test_one_notes_beside_the_numbers_that_one_may_enter(kpi, partner, member, viewer, lead):
    theirs = KpiFactory(workspace=kpi.workspace, owner=lead)
    note(kpi, partner)
    note(kpi, member)
    note(theirs, member)

    for about, by in ((theirs, partner), (kpi, viewer), (None, partner), (None, member)):
        with pytest.raises(NotAllowedError):
            note(about, by)
    assert Note.objects.count() == 3


@pytest.mark.parametrize(
    ("text", "day"),
    [("", WEEK_46), ("  ", WEEK_46), ("x" * 201, WEEK_46), ("Late", dt.date(2200, 1, 1)),
     ("Early", dt.date(1969, 12, 31))],
)  # fmt: skip
def test_a_note_has_words_and_a_day(kpi, partner, text, day):
    with pytest.raises(DomainError):
        note(kpi, partner, text, day)
    assert not Note.objects.exists()


def test_whoever_may_add_a_note_may_remove_it(kpi, partner, member, viewer, lead):
    mine, everybodys = note(kpi, partner), note(None, lead)

    for row, by in ((mine, viewer), (everybodys, member)):
        with pytest.raises(NotAllowedError):
            remove_note(note=row, by=by)
    for row, by in ((mine, partner), (mine, partner), (everybodys, lead)):
        remove_note(note=row, by=by)

    assert not Note.objects.exists()


# -- Doors -----------------------------------------------------------------------------------------


def test_a_note_is_added_and_removed_on_the_page(kpi, partner):
    client = browser_of(partner)
    url = reverse("goals:new-note", args=[kpi.workspace.slug, kpi.number])

    form = text_of(client.get(url))
    client.post(url, {"on_date": "2026-11-10", "text": " Trade fair "})

    assert "every KPI" not in form
    row = Note.objects.get()
    assert (row.kpi, row.on_date, row.text) == (kpi, dt.date(2026, 11, 10), "Trade fair")
    client.post(reverse("goals:remove-note", args=[kpi.workspace.slug, kpi.number, row.number]))
    assert not Note.objects.exists()


def test_a_lead_may_note_for_all_on_the_page(kpi, lead):
    url = reverse("goals:new-note", args=[kpi.workspace.slug, kpi.number])

    browser_of(lead).post(url, {"on_date": "2026-11-10", "text": "Fair", "everywhere": "on"})

    assert Note.objects.get().kpi is None


def test_mistakes_are_said_at_their_field(kpi, partner):
    url = reverse("goals:new-note", args=[kpi.workspace.slug, kpi.number])

    answer = browser_of(partner).post(url, {"on_date": "2026-02-30", "text": "x" * 201})

    assert answer.status_code == 422
    assert "x" * 201 in answer.content.decode()
    assert not Note.objects.exists()


def test_programs_write_and_read_notes(kpi, partner, lead):
    client = api_of(partner)
    made = client.post("/api/v1/notes/", {"kpi": "leads", "on_date": "2026-11-10", "text": "Fair"})
    all_over = api_of(lead).post("/api/v1/notes/", {"on_date": "2026-11-11", "text": "Holiday"})

    assert (made.status_code, all_over.status_code) == (201, 201)
    assert all_over.json()["kpi"] is None
    listed = client.get("/api/v1/notes/?kpi=leads").json()["results"]
    assert [each["text"] for each in listed] == ["Fair"]
    assert client.delete(f"/api/v1/notes/{made.json()['id']}/").status_code == 204
    assert client.delete(f"/api/v1/notes/{made.json()['id']}/").status_code == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kpi": "nobody", "on_date": "2026-11-10", "text": "Fair"}, "kpi"),
        ({"kpi": "leads", "on_date": "2300-01-01", "text": "Fair"}, "on_date"),
        ({"kpi": "leads", "on_date": "2026-11-10", "text": " "}, "text"),
    ],
)
def test_programs_are_told_what_is_wrong(kpi, partner, given, field):
    answer = api_of(partner).post("/api/v1/notes/", given)

    assert answer.status_code in (400, 422)
    assert field in str(answer.json()["errors"])
