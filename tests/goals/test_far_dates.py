"""Days so far away that nothing can be measured on them: a sentence, never a fault."""

import pytest
from django.urls import reverse

from goals.models import Target
from tests.doors import api_of
from tests.factories.goals import KpiFactory

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def kpi(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", cadence="yearly")


@pytest.fixture
def api(lead):
    return api_of(lead)


@pytest.mark.parametrize("week", ["0001-W01", "0001-W20", "1969-W40", "9999-W52", "10000-W01"])
@pytest.mark.parametrize("week_start", [0, 6])
@pytest.mark.parametrize("page", ["goals:kpis", "goals:my-numbers", "reviews:home"])
def test_a_page_shows_a_week_that_there_is(client, lead, kpi, page, week, week_start):
    type(lead.workspace).objects.update(week_start=week_start)
    client.force_login(lead.user)

    answer = client.get(reverse(page, args=[lead.workspace.slug]), {"week": week})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?from=0001-01-01&to=0001-02-01", "to"),
        ("?from=9999-12-01&to=9999-12-31", "to"),
        ("?to=0001-01-01", "to"),
        ("?from=1969-12-31&to=1970-01-01", "from"),
        ("?from=2199-12-01&to=2200-01-01", "to"),
    ],
)
def test_a_series_of_far_days_is_refused(api, kpi, query, field):
    answer = api.get(f"/api/v1/kpis/leads/series/{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": field, "detail": "Write a date from 1970-01-01 to 2199-12-31."}
    ]


@pytest.mark.parametrize("query", ["?to=1970-01-01", "?from=2199-01-01&to=2199-12-31"])
def test_a_series_at_the_ends_is_given(api, kpi, query):
    answer = api.get(f"/api/v1/kpis/leads/series/{query}")

    assert answer.status_code == 200
    assert {point["value"] for point in answer.json()["points"]} == {None}


def test_a_series_is_thirteen_periods_long_unless_asked_otherwise(api, kpi):
    """Thirteen years are more days than a series may have periods."""
    points = api.get("/api/v1/kpis/leads/series/").json()["points"]

    assert [point["start"][:4] for point in points] == [str(year) for year in range(2014, 2027)]


def test_a_series_has_at_most_4000_periods(api, workspace, lead):
    KpiFactory(workspace=workspace, owner=lead, code="daily", cadence="daily")
    url = "/api/v1/kpis/daily/series/?from=2010-01-01&to="

    assert len(api.get(f"{url}2020-12-13").json()["points"]) == 4000
    refused = api.get(f"{url}2020-12-14")
    assert refused.json()["detail"] == "Ask for at most 4000 periods."


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
def test_a_target_cannot_begin_on_a_far_day(api, client, lead, kpi, day):
    body = {"kpi": "leads", "valid_from": day, "comparator": "at_least", "value": "5"}
    url = reverse("goals:new-target", args=[lead.workspace.slug, kpi.number])
    client.force_login(lead.user)

    answer, page = api.post("/api/v1/targets/", body), client.post(url, body)

    sentence = f"{day} is not a day from which on a target can hold."
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "valid_from", "detail": sentence}]
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Target.objects.exists()
