"""R103: a KPI carries a benchmark with its source and date; it is drawn and never judged by."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from core.charts import Benchmark, Series, line_chart
from goals.models import Kpi
from goals.services.kpis import KpiRuleError, change_kpi
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import DEFINITION, KpiFactory

pytestmark = pytest.mark.usefixtures("frozen")

WEEKS = [dt.date(2026, 11, 9) - dt.timedelta(weeks=n) for n in range(3)]
SURVEY = {
    "benchmark": Decimal(24),
    "benchmark_source": "Survey of 400 firms",
    "benchmark_on": dt.date(2026, 6, 1),
}


@pytest.fixture
def open_rate(workspace, lead, author):
    kpi = KpiFactory(
        workspace=workspace, owner=lead, name="Open rate", code="open_rate", unit="percent",
        aggregation="last",
    )  # fmt: skip
    record([NewValue("open_rate", week, Decimal(20)) for week in WEEKS], by=author, at=NOW)
    drain(workspace=workspace, at=NOW)
    return kpi


@pytest.mark.parametrize(
    ("upper", "link", "words"),
    [
        (None, "", "24.0%"),
        (Decimal(30), "https://survey.example/2026", "24.0% to 30.0%"),
    ],
)
def test_the_page_draws_a_benchmark_and_names_its_source_R103(open_rate, lead, upper, link, words):
    change_kpi(kpi=open_rate, version=1, **SURVEY, benchmark_upper=upper, benchmark_link=link)

    answer = browser_of(lead).get(open_rate.get_absolute_url())

    page, text = answer.content.decode(), text_of(answer)
    assert page.count('class="m-line-benchmark"') == (1 if upper is None else 2)
    assert page.count('class="m-label-benchmark"') >= 1
    assert f"The benchmark is {words}." in text
    assert "Survey of 400 firms" in text
    assert "1 Jun 2026" in text
    assert (f'href="{link}"' in page) == bool(link)
    assert answer.context["page"].chart.columns == ("20.0%", "Benchmark")
    assert {row.texts[1] for row in answer.context["page"].chart.rows} == {words}


def test_no_number_is_judged_by_a_benchmark_R103(open_rate, lead):
    change_kpi(kpi=open_rate, version=1, **SURVEY)

    answer = browser_of(lead).get(open_rate.get_absolute_url())

    assert answer.context["page"].status == "no_target"


def test_a_benchmark_of_a_daily_sum_counts_all_days_of_a_week_R103(workspace, lead, author):
    kpi = KpiFactory(workspace=workspace, owner=lead, code="leads", cadence="daily")
    record([NewValue("leads", week, Decimal(20)) for week in WEEKS], by=author, at=NOW)
    drain(workspace=workspace, at=NOW)
    change_kpi(kpi=kpi, version=1, **{**SURVEY, "benchmark": Decimal(3)})

    answer = browser_of(lead).get(kpi.get_absolute_url())

    assert "The benchmark is 21." in text_of(answer)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"benchmark_source": ""}, "benchmark_source"),
        ({"benchmark_on": None}, "benchmark_source"),
        ({"benchmark": None}, "benchmark_source"),
        ({"benchmark_upper": Decimal(24)}, "benchmark_upper"),
        ({"benchmark_link": "javascript:alert(1)"}, "benchmark_link"),
    ],
)
def test_a_benchmark_is_whole_or_refused_R103(open_rate, changes, field):
    with pytest.raises(KpiRuleError) as refused:
        change_kpi(kpi=open_rate, version=1, **{**SURVEY, **changes})

    assert refused.value.field == field
    open_rate.refresh_from_db()
    assert open_rate.benchmark is None


def test_a_benchmark_is_typed_in_the_form_R103(workspace, lead):
    form = {
        "name": "Open rate", "code": "", **DEFINITION, "gaps": "unknown", "band": "10",
        "owner": lead.pk, "benchmark": "24,5", "benchmark_source": "Survey",
        "benchmark_link": "survey.example", "benchmark_on": "2026-06-01",
    }  # fmt: skip

    answer = browser_of(lead).post(reverse("goals:new-kpi", args=[workspace.slug]), form)

    assert answer.status_code == 303
    made = Kpi.objects.get()
    assert (made.benchmark, made.benchmark_link) == (Decimal("24.5"), "https://survey.example")


def test_the_api_reads_and_writes_a_benchmark_R103(open_rate, lead):
    client, url = api_of(lead), reverse("goals-api:kpi-detail", args=["open_rate"])
    body = {
        "benchmark": "24", "benchmark_upper": "30.5", "benchmark_source": "Survey",
        "benchmark_link": "https://survey.example/", "benchmark_on": "2026-06-01",
    }  # fmt: skip

    changed = client.patch(url, body, format="json", headers={"If-Match": '"1"'})
    listed = client.get(reverse("goals-api:kpi-list")).json()["results"][0]

    assert changed.status_code == 200
    assert {name: changed.json()[name] for name in body} == body
    assert {name: listed[name] for name in body} == body


def test_the_lines_of_a_range_lie_level_over_the_whole_chart_R103():
    values = [Decimal(1), Decimal(2)]
    actual = Series("", values, ["1", "2"])

    chart = line_chart(
        ["a", "b"], actual, benchmark=Benchmark("Benchmark", Decimal(3), Decimal(4), "3 to 4")
    )

    lines = [line for line in chart.lines if line.kind == "benchmark"]
    assert [line.name for line in lines] == ["Benchmark", ""]
    assert all(line.path.startswith("M0 ") and line.path.endswith("H720") for line in lines)
    assert chart.rows[0].texts == ("2", "3 to 4")
