"""The KPI endpoints."""

import json

import pytest

from goals.models import Kpi
from tests.doors import api_of
from tests.factories.goals import DEFINITION, BreakdownFactory, KpiFactory
from tests.factories.teams import TeamFactory

BODY = {
    "code": "email_clicks",
    "name": "Email clicks",
    **DEFINITION,
}


@pytest.fixture
def api(lead):
    return api_of(lead)


def test_a_kpi_is_created_with_the_caller_as_owner_R25(api, lead):
    answer = api.post("/api/v1/kpis/", BODY)

    assert answer.status_code == 201, answer.json()
    assert answer.json()["owner"] == lead.user.email
    assert answer.json()["id"] == "K-1"
    assert answer["ETag"] == '"1"'


def test_a_kpi_without_a_cadence_is_weekly_and_a_formula_as_coarse_as_what_it_reads_R34(
    api, workspace, lead
):
    body = {name: value for name, value in BODY.items() if name != "cadence"}
    KpiFactory(workspace=workspace, owner=lead, code="spend", cadence="monthly")
    formula = {"code": "cost", "aggregation": "formula", "formula": "spend / email_clicks"}

    clicks, cost = api.post("/api/v1/kpis/", body), api.post("/api/v1/kpis/", {**body, **formula})

    assert clicks.json()["cadence"] == "weekly"
    assert cost.json()["cadence"] == "monthly"


def test_an_unknown_field_is_refused_and_nothing_is_written(api):
    answer = api.post("/api/v1/kpis/", {**BODY, "colour": "red"})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == [
        {"field": "colour", "detail": "This field is not known here."}
    ]
    assert not Kpi.objects.exists()


@pytest.mark.parametrize("field", ["owner", "team", "breakdown"])
def test_what_belongs_to_another_workspace_is_not_known(api, stranger, field):
    theirs = {
        "owner": stranger.user.email,
        "team": TeamFactory(workspace=stranger.workspace, name="Their team").name,
        "breakdown": f"B-{BreakdownFactory(workspace=stranger.workspace, number=7).number}",
    }

    answer = api.post("/api/v1/kpis/", {**BODY, field: theirs[field]})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Kpi.objects.exists()


@pytest.mark.parametrize("field", ["owner", "team", "breakdown"])
@pytest.mark.parametrize("written", ['"a\\u0000"', '"\\ud800"', '"nobody@example.com"', "[1]", "7"])
def test_a_name_of_nothing_is_refused_at_its_field(api, field, written):
    body = json.dumps({**BODY, field: "?"}).replace('"?"', written)

    answer = api.generic("POST", "/api/v1/kpis/", body, "application/json")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Kpi.objects.exists()


def test_a_code_that_is_taken_is_refused(api):
    api.post("/api/v1/kpis/", BODY)

    answer = api.post("/api/v1/kpis/", {**BODY, "name": "Another"})

    assert answer.status_code == 422
    sentence = "Another KPI already has this code."
    assert answer.json()["detail"] == sentence
    assert answer.json()["errors"] == [{"field": "code", "detail": sentence}]
    assert Kpi.objects.count() == 1


def test_a_breakdown_s_name_and_a_segment_s_code_that_are_taken_are_named_by_field(api):
    body = {"name": "Market", "segments": [{"code": "pl"}]}
    ref = api.post("/api/v1/breakdowns/", body).json()["id"]

    name = api.post("/api/v1/breakdowns/", {"name": "MARKET"})
    code = api.post("/api/v1/segments/", {"breakdown": ref, "code": "pl"})

    assert (name.status_code, code.status_code) == (422, 422)
    assert [error["field"] for error in name.json()["errors"]] == ["name"]
    assert [error["field"] for error in code.json()["errors"]] == ["code"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"formula": "email_clicks * 2"}, "formula"),
        ({"aggregation": "formula"}, "formula"),
        ({"segment_total": "sum"}, "segment_total"),
        ({"plausible_min": "5", "plausible_max": "4"}, "plausible_max"),
        ({"gaps": "zero", "aggregation": "last"}, "gaps"),
    ],
)
@pytest.mark.parametrize("exists", [False, True])
def test_a_rule_over_several_fields_names_the_one_to_blame_R25(api, given, field, exists):
    if exists:
        api.post("/api/v1/kpis/", BODY)
        url = "/api/v1/kpis/email_clicks/"
        answer = api.patch(url, given, headers={"If-Match": '"1"'})
    else:
        answer = api.post("/api/v1/kpis/", {**BODY, **given})

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "detail": answer.json()["detail"]}]


@pytest.mark.parametrize("number", ["1_000", " 5 ", "٥", "NaN", "1,5"])
def test_a_number_of_a_definition_is_plain_digits(api, number):
    answer = api.post("/api/v1/kpis/", {**BODY, "band": number})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["band"]
    assert f"“{number}” is not a number." in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("post", "/api/v1/kpis/?dry_run=true"),
        ("patch", "/api/v1/kpis/visits/?dry_run=true"),
        ("post", "/api/v1/kpis/visits/archive/?dry_run=true"),
        ("get", "/api/v1/kpis/visits/?kind=value"),
        ("post", "/api/v1/measurements/?kpi=visits"),
        ("delete", "/api/v1/measurements/?kpi=visits&date=2026-11-09&partial=true"),
        ("delete", "/api/v1/targets/T-1/?kpi=visits"),
    ],
)
def test_a_parameter_that_an_operation_does_not_know_is_refused(api, workspace, method, url):
    kpi = KpiFactory(workspace=workspace, code="visits")

    answer = getattr(api, method)(url)

    assert answer.status_code == 400
    assert [error["detail"] for error in answer.json()["errors"]] == ["Unknown parameter."]
    kpi.refresh_from_db()
    assert not kpi.is_archived


def test_a_formula_that_comes_back_to_itself_is_refused_R34(api, workspace, lead):
    KpiFactory(workspace=workspace, owner=lead, code="a")
    KpiFactory(workspace=workspace, owner=lead, code="b", aggregation="formula", formula="a + 1")

    body = {"aggregation": "formula", "formula": "b * 2"}
    answer = api.patch("/api/v1/kpis/a/", body, headers={"If-Match": '"1"'})

    assert answer.status_code == 422
    assert "a → b → a" in answer.json()["detail"]


def test_a_stale_version_is_refused(api, workspace, lead):
    KpiFactory(workspace=workspace, owner=lead, code="a", version=3)

    assert api.patch("/api/v1/kpis/a/", {"name": "B"}).status_code == 428
    old = {"If-Match": '"2"'}
    assert api.patch("/api/v1/kpis/a/", {"name": "B"}, headers=old).status_code == 412
    answer = api.patch("/api/v1/kpis/a/", {"name": "B"}, headers={"If-Match": '"3"'})
    assert answer.json()["name"] == "B"
    assert answer["ETag"] == '"4"'


def test_a_list_gives_of_a_kpi_what_its_own_address_gives(api, workspace, lead):
    KpiFactory(workspace=workspace, owner=lead, code="bare")
    KpiFactory(
        workspace=workspace, owner=lead, code="full", plausible_min="0.50", plausible_max=9,
        breakdown=BreakdownFactory(workspace=workspace), segment_total="sum",
        team=TeamFactory(workspace=workspace), definition="All of it", on_home=True,
    )  # fmt: skip

    listed = {kpi["code"]: kpi for kpi in api.get("/api/v1/kpis/").json()["results"]}

    assert listed == {code: api.get(f"/api/v1/kpis/{code}/").json() for code in ("bare", "full")}
