"""The click rate from its numbers to its months, through the API and the pages (R34)."""

import datetime as dt
from html import unescape

import pytest
from django.urls import reverse

from goals.models import Kpi
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.doors import api_of, text_of
from tests.factories.goals import DEFINITION

pytestmark = pytest.mark.usefixtures("frozen")

RATE = {
    **DEFINITION,
    "unit": "percent",
    "aggregation": "formula",
    "formula": "100 * clicks / opens",
}
# The Mondays whose weeks count in October 2026.
OCTOBER = [dt.date(2026, 10, day) for day in (5, 12, 19, 26)]


@pytest.fixture
def api(lead):
    return api_of(lead)


@pytest.fixture
def rate(api):
    """The click rate, weekly and monthly, over two counts."""
    for definition in (
        {**DEFINITION, "code": "clicks", "name": "Clicks"},
        {**DEFINITION, "code": "opens", "name": "Opens"},
        {**RATE, "code": "ctr", "name": "Weekly click rate"},
        {**RATE, "code": "monthly_ctr", "name": "Click rate", "cadence": "monthly"},
    ):
        assert api.post("/api/v1/kpis/", definition).status_code == 201
    target = {"kpi": "monthly_ctr", "valid_from": "2026-01-01", "comparator": "at_least"}
    assert api.post("/api/v1/targets/", {**target, "value": "20"}).status_code == 201
    return Kpi.objects.get(code="monthly_ctr")


def _send(api, workspace, *rows):
    body = [
        {"kpi": kpi, "date": day.isoformat(), "value": value, "note": "" if value else "No mail."}
        for kpi, day, value in rows
    ]
    assert api.post("/api/v1/measurements/", {"measurements": body}).status_code == 200
    drain(workspace=workspace, at=NOW)


def _points(api, kpi, period, first="2025-01-01"):
    url = f"/api/v1/kpis/{kpi}/series/?period={period}&from={first}&to=2026-11-15"
    return {point["start"]: point for point in api.get(url).json()["points"]}


def _both(day, clicks, opens):
    return [("clicks", day, clicks), ("opens", day, opens)]


def test_two_weeks_of_10_in_100_and_90_in_300_are_100_clicks_and_a_month_of_25_percent_R34_R35(
    api, client, lead, workspace, rate
):
    _send(
        api, workspace, *_both(OCTOBER[0], "10", "100"), *_both(OCTOBER[1], "90", "300"),
        *_both(OCTOBER[2], None, None), *_both(OCTOBER[3], None, None),
    )  # fmt: skip
    client.force_login(lead.user)

    month = _points(api, "monthly_ctr", "month")["2026-10-01"]
    page = client.get(rate.get_absolute_url())
    scorecard = client.get(reverse("goals:kpis", args=[workspace.slug]))

    assert (month["value"], month["status"], month["complete"]) == ("25", "on_track", True)
    weeks = _points(api, "ctr", "week")
    assert [weeks[day.isoformat()]["value"] for day in OCTOBER] == ["10", "30", None, None]
    assert _points(api, "clicks", "month")["2026-10-01"]["value"] == "100"
    assert "25.0% On track" in text_of(page)
    assert "October 2026: 25.0%, target ≥\N{NO-BREAK SPACE}20%" in unescape(
        scorecard.content.decode()
    )


def test_a_month_without_the_opens_of_one_week_is_not_judged_and_says_so_R34(
    api, client, lead, workspace, rate
):
    _send(
        api, workspace, *_both(OCTOBER[0], "10", "100"), *_both(OCTOBER[1], "90", "300"),
        ("clicks", OCTOBER[2], "500"), *_both(OCTOBER[3], "0", "0"),
    )  # fmt: skip
    client.force_login(lead.user)

    month = _points(api, "monthly_ctr", "month")["2026-10-01"]
    page = client.get(rate.get_absolute_url())
    scorecard = client.get(reverse("goals:kpis", args=[workspace.slug]))

    # The clicks of the week without opens are left out, or the rate would be 150 %.
    assert (month["value"], month["status"], month["complete"]) == ("25", "not_judged", False)
    assert "some numbers of the period are missing, so it is not judged" in text_of(page)
    assert "incomplete, so not judged" in scorecard.content.decode()

    _send(api, workspace, ("opens", OCTOBER[2], "2000"))
    month = _points(api, "monthly_ctr", "month")["2026-10-01"]
    assert (month["value"], month["status"], month["complete"]) == ("25", "on_track", True)


def test_a_correction_changes_its_week_month_quarter_and_year_and_nothing_else_R34(
    api, client, lead, workspace, rate
):
    monday = dt.date(2025, 12, 1)
    while monday < NOW.date():
        _send(api, workspace, *_both(monday, "20", "400"))
        monday += dt.timedelta(weeks=1)
    before = _all_points(api)
    slot = f"n-{Kpi.objects.get(code='clicks').number}-0-20260907"
    client.force_login(lead.user)

    saved = client.post(
        reverse("goals:my-numbers", args=[workspace.slug]) + "?week=2026-W37", {slot: "32"}
    )
    drain(workspace=workspace, at=NOW)

    after = _all_points(api)
    assert saved.status_code == 303
    assert {key for key in after if after[key] != before[key]} == {
        (kpi, *period)
        for kpi in ("clicks", "ctr")
        for period in (
            ("week", "2026-09-07"),
            ("month", "2026-09-01"),
            ("quarter", "2026-07-01"),
            ("year", "2026-01-01"),
        )
    }
    # Four weeks begin in September, thirteen in the quarter: 12 clicks more in each.
    assert after["clicks", "month", "2026-09-01"] == "92"
    assert after["ctr", "month", "2026-09-01"] == "5.75"
    assert after["clicks", "quarter", "2026-07-01"] == "272"


def _all_points(api):
    return {
        (kpi, period, start): point["value"]
        for kpi in ("clicks", "opens", "ctr")
        for period in ("week", "month", "quarter", "year")
        for start, point in _points(api, kpi, period).items()
    }
