"""What a KPI counts, at which stage, and by which rule it is credited (R37, R40)."""

import pytest
from django.urls import reverse

from goals.models import Kpi
from goals.rules.library import ENGAGEMENT_OF, LIBRARY, STAGE_OF
from goals.services.kpis import add_from_library
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import DEFINITION, KpiFactory

pytestmark = pytest.mark.usefixtures("frozen")

# What R37 asks for of each half of the hourglass.
PUBLIC = {
    "sessions", "bounce_rate", "subscribers", "email_open_rate", "email_ctr", "booked_meetings",
    "trial_users",
}  # fmt: skip
LOWER_HALF = {
    "repeat_purchases", "renewal_rate", "churn", "referrals", "referred_customers",
}  # fmt: skip


def library_of(lead, query=""):
    url = reverse("goals:library", args=[lead.workspace.slug])
    return browser_of(lead).get(url + query).content.decode()


def offered(page):
    return {ready.code for ready in LIBRARY if f'name="code" value="{ready.code}"' in page}


def test_every_ready_kpi_has_a_stage_R37():
    codes = [ready.code for ready in LIBRARY]

    assert sorted(STAGE_OF) == sorted(codes)
    assert set(STAGE_OF.values()) == set(Kpi.Stage)
    assert ENGAGEMENT_OF.keys() <= set(codes)
    assert set(ENGAGEMENT_OF.values()) == set(Kpi.Engagement)


def test_the_library_has_the_metrics_of_public_processes_R37(lead):
    assert offered(library_of(lead)) >= PUBLIC | LOWER_HALF


@pytest.mark.parametrize("stage", Kpi.Stage)
def test_the_library_is_cut_by_stage_R37(lead, stage):
    found = offered(library_of(lead, f"?stage={stage}"))

    assert found == {code for code, each in STAGE_OF.items() if each == stage}


def test_a_stage_that_is_none_leaves_nothing(lead):
    assert offered(library_of(lead, "?stage=rubbish")) == set()


@pytest.mark.parametrize(
    ("code", "stage", "engagement"),
    [("referred_customers", "refer", "conversion"), ("email_clicks", "trust", "micro"),
     ("bounce_rate", "know", "")],
)  # fmt: skip
def test_a_ready_kpi_brings_its_stage_and_mark_along_R37_R40(lead, code, stage, engagement):
    add_from_library(workspace=lead.workspace, code=code, owner=lead)

    made = Kpi.objects.get(code=code)
    assert (made.stage, made.engagement) == (stage, engagement)


@pytest.mark.parametrize("view", ["list", "scorecard"])
def test_list_and_scorecard_are_cut_by_stage_R37(lead, view):
    for stage in ("know", "buy", ""):
        KpiFactory(workspace=lead.workspace, owner=lead, stage=stage, name=f"Kpi at {stage or 0}")

    url = reverse("goals:kpis", args=[lead.workspace.slug])
    page = text_of(browser_of(lead).get(f"{url}?view={view}&stage=buy"))

    assert [name in page for name in ("Kpi at know", "Kpi at buy", "Kpi at 0")] == [
        False, True, False,
    ]  # fmt: skip


def test_mark_and_attribution_are_kept_and_shown_R40(lead):
    api = api_of(lead)
    body = {
        **DEFINITION, "code": "deals", "name": "Deals", "stage": "buy",
        "engagement": "conversion", "attribution": "last click",
    }  # fmt: skip

    made = api.post("/api/v1/kpis/", body)

    assert made.status_code == 201
    assert [made.json()[name] for name in ("stage", "engagement", "attribution")] == [
        "buy", "conversion", "last click",
    ]  # fmt: skip
    page = text_of(browser_of(lead).get(Kpi.objects.get().get_absolute_url()))
    for words in ("Stage Buy", "Engagement Conversion", "Attribution last click"):
        assert words in " ".join(page.split())


@pytest.mark.parametrize("given", [{"stage": "moon"}, {"engagement": "macro"}])
def test_other_marks_are_refused_R40(lead, given):
    answer = api_of(lead).post(
        "/api/v1/kpis/", {**DEFINITION, "code": "deals", "name": "Deals", **given}
    )

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (("last click", "linear"), True),
        (("Last click", "last click"), False),
        (("last click", ""), False),
        (("", ""), False),
    ],
)
def test_a_formula_says_when_its_inputs_are_credited_by_different_rules_R40(lead, rules, said):
    for code, rule in zip(("spend", "deals"), rules, strict=True):
        KpiFactory(
            workspace=lead.workspace, owner=lead, code=code, name=f"Our {code}", attribution=rule
        )
    cost = KpiFactory(
        workspace=lead.workspace, owner=lead, aggregation="formula", formula="spend / deals"
    )

    page = text_of(browser_of(lead).get(cost.get_absolute_url()))

    assert ("credited by different rules" in page) == said
    assert ("Our spend: last click, Our deals: linear" in page) == said
