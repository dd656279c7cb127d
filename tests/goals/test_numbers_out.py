"""A scorecard's numbers under an address for spreadsheets and dashboards, until it is revoked."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import DomainError
from goals.models import ScorecardLink
from goals.services import scorecard_links
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import (
    KpiFactory,
    ScorecardFactory,
    ScorecardLinkFactory,
    TargetFactory,
)

pytestmark = pytest.mark.usefixtures("frozen")

WEEK_46 = dt.date(2026, 11, 9)


@pytest.fixture
def card(workspace, lead):
    """Two KPIs under a heading; the first is off track in week 46 and on track in week 45."""
    leads = KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")
    sales = KpiFactory(workspace=workspace, owner=lead, code="sales", name="=SUM(1)",
                       unit="currency")  # fmt: skip
    TargetFactory(kpi=leads, value=100)
    values = [(WEEK_46, "40.5"), (WEEK_46 - dt.timedelta(weeks=1), "120")]
    rows = [NewValue("leads", day, Decimal(value)) for day, value in values]
    record(rows, by=Author(membership=lead, source="test"), at=NOW)
    drain(workspace=workspace, at=NOW)
    return ScorecardFactory(workspace=workspace, name="Board", lines=["Demand", leads, sales])


def make(card, lead, name="Sheets", at=NOW):
    return scorecard_links.make_link(scorecard=card, name=name, by=lead, at=at)


def read(secret, form="csv", query=""):
    return Client().get(reverse("numbers-out:scorecard", args=[secret, form]) + query)


def test_a_spreadsheet_reads_the_table(card, lead):
    _link, secret = make(card, lead)

    answer = read(secret, query="?periods=4")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "group,kpi,code,unit,target,status,2026-11-09,2026-11-02,2026-10-26,2026-10-19",
        "Demand,Leads,leads,count,100,off_track,40.5,120,,",
        "Demand,'=SUM(1),sales,EUR,,no_data,,,,",
    ]


def test_a_program_reads_the_same_with_targets_and_status(card, lead):
    _link, secret = make(card, lead)

    data = read(secret, "json", "?periods=4").json()

    assert (data["scorecard"], data["period"], data["currency"]) == ("Board", "week", "EUR")
    assert data["numbers_as_of"] == NOW.isoformat()
    assert [kpi["kpi"] for kpi in data["kpis"]] == ["leads", "sales"]
    assert data["kpis"][0]["points"][:2] == [
        {"start": "2026-11-09", "value": "40.5", "target": "100", "target_upper": None,
         "status": "off_track", "complete": True},
        {"start": "2026-11-02", "value": "120", "target": "100", "target_upper": None,
         "status": "on_track", "complete": True},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "columns"),
    [("", 13), ("?periods=26", 26), ("?period=month", 13), ("?periods=1e9&period=%00", 13)],
)
def test_the_address_says_how_far_back(card, lead, query, columns):
    _link, secret = make(card, lead)

    head = read(secret, query=query).content.decode("utf-8-sig").splitlines()[0]

    assert len(head.split(",")) == 6 + columns


def test_a_revoked_address_answers_no_more_and_says_so(card, lead):
    link, secret = make(card, lead)
    scorecard_links.revoke_link(link=link, at=NOW)

    answer = read(secret)

    assert answer.status_code == 410
    assert "This address was revoked." in answer.content.decode()
    assert "Leads" not in answer.content.decode()


def test_an_address_cannot_be_guessed(card, lead):
    link, secret = make(card, lead)
    _other, others = make(card, lead)
    mixed = f"{link.public_id}_{others.partition('_')[2]}"

    for each in [mixed, secret[:-1], secret.lower(), link.public_id, "_", "ą_ą", "a" * 5_000]:
        assert read(each).status_code == 404, each
    assert link.secret_hash not in secret


def test_whoever_made_it_may_leave(card, lead):
    """A dashboard belongs to the workspace, not to the person who set it up."""
    _link, secret = make(card, lead)
    lead.ended_at = NOW
    lead.save()

    assert read(secret).status_code == 200


def test_reading_is_noted_once_a_minute(card, lead):
    link, secret = make(card, lead)

    moments = [NOW, NOW + dt.timedelta(seconds=59), NOW + dt.timedelta(seconds=60)]
    noted = []
    for at in moments:
        scorecard_links.find_link(secret, at=at)
        link.refresh_from_db()
        noted.append(link.last_read_at)

    assert noted == [moments[0], moments[0], moments[2]]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_link_says_what_reads_it(card, lead, name):
    with pytest.raises(DomainError):
        make(card, lead, name)
    assert not ScorecardLink.objects.exists()


def test_links_do_not_grow_without_end(card, lead):
    ScorecardLinkFactory.create_batch(20, scorecard=card, made_by=lead)
    ScorecardLinkFactory(scorecard=card, made_by=lead, revoked_at=NOW)

    with pytest.raises(DomainError, match="at most 20 links"):
        make(card, lead)


def test_the_page_shows_an_address_once_and_revokes_it(card, lead):
    client = browser_of(lead)
    url = reverse("goals:scorecard-links", args=[card.workspace.slug, card.number])

    made = client.post(url, {"name": "Board report"}).content.decode()
    address = made.partition("&quot;http://testserver")[2].partition("&quot;")[0]

    assert Client().get(address).status_code == 200
    page = client.get(url)
    assert "Board report" in text_of(page)
    assert address not in page.content.decode()
    link = ScorecardLink.objects.get()
    client.post(
        reverse("goals:revoke-scorecard-link", args=[card.workspace.slug, card.number, link.pk])
    )
    assert Client().get(address).status_code == 410
    assert "revoked" in text_of(client.get(url))


def test_a_program_lists_and_revokes_links_and_makes_none(card, lead):
    link, secret = make(card, lead)
    client = api_of(lead)

    listed = client.get("/api/v1/scorecard-links/").json()["results"]
    assert [(each["id"], each["scorecard"]) for each in listed] == [(link.public_id, card.ref)]
    assert secret.partition("_")[2] not in str(listed)
    assert client.post("/api/v1/scorecard-links/", {"name": "More"}).status_code == 405

    assert client.delete(f"/api/v1/scorecard-links/{link.public_id}/").status_code == 204
    assert read(secret).status_code == 410


def test_a_link_needs_a_name_on_the_page(card, lead):
    url = reverse("goals:scorecard-links", args=[card.workspace.slug, card.number])

    answer = browser_of(lead).post(url, {"name": ""})

    assert answer.status_code == 422
    assert not ScorecardLink.objects.exists()
