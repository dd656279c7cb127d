"""
Real exports from nothing through the wizard, with as few corrections as the product promises.

No figure of theirs stands here; what is expected is read from where they lie.
"""

from collections import Counter
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count, Sum
from django.urls import reverse

from goals.models import Import, Kpi, Measurement
from goals.services import imports
from tests.conftest import NOW
from tests.doors import browser_of, text_of
from tests.real_data import FOLDER, path_of, reference_of

pytestmark = [pytest.mark.real_data, pytest.mark.usefixtures("frozen")]

if not FOLDER.is_dir():
    pytest.skip(f"There are no real files in {FOLDER}.", allow_module_level=True)

NEW = reverse("goals:new-import", args=["rosemary"])


@pytest.fixture
def page(lead):
    return browser_of(lead)


def choose(page, name):
    path = path_of(name)
    return page.post(NEW, {"file": SimpleUploadedFile(path.name, path.read_bytes())})


def work():
    while imports.run_next(at=NOW):
        pass


def match(page, here, **corrections):
    """Send the form of the second step back as it was proposed, but for ``corrections``."""
    form = page.get(f"{here}?step=match").context["form"]
    proposed = {field.html_name: field.value() or "" for field in form}
    proposed = {name: value for name, value in proposed.items() if value is not False}
    answer = page.post(here, proposed | corrections)
    assert answer.status_code == 303, text_of(answer)
    work()
    return Import.objects.latest("number")


def bring(page, name, **corrections):
    here = choose(page, name).url
    row = match(page, here, **corrections)
    assert "problem" not in text_of(page.get(here)), list(row.problems.values_list("detail"))
    page.post(f"{here}apply/")
    work()
    row.refresh_from_db()
    assert row.state == Import.State.DONE, row.last_error
    assert every_line_is_accounted_for(row)
    return row


def every_line_is_accounted_for(row):
    said = row.summary
    return said["rows"] == said["rows_with_values"] + said["filtered_rows"]


def sums(**more):
    found = Measurement.objects.filter(**more).values_list("series__kpi__name")
    return dict(found.annotate(Sum("value")))


def counts():
    found = Measurement.objects.values_list("series__kpi__name")
    return dict(found.annotate(Count("pk")))


# -- At most one correction ------------------------------------------------------------------------


def test_analytics_needs_no_correction(page):
    reference = reference_of("ga4")
    here = choose(page, "ga4").url
    assert "Recognised: Google Analytics 4." in text_of(page.get(here))

    row = bring(page, "ga4")

    assert row.summary["rows"] == reference["data_rows"]
    found = sums()
    assert found["GA4: Event count"] == reference["sum_event_count"]
    assert found["GA4: New users"] == reference["sum_new_users"]
    assert found["GA4: Total users"] == reference["sum_total_users_not_additive"]
    assert Kpi.objects.get(name="GA4: Total users").aggregation == "average"
    assert Kpi.objects.get(name="GA4: New users").aggregation == "sum"


def test_both_tables_of_a_reach_export_are_taken_each_under_its_title(page):
    sections = reference_of("meta_suite_Reach")["sections"]
    row = bring(page, "meta_suite_Reach")
    done = page.get(row.get_absolute_url())
    assert "Also in this file Instagram reach 242 rows" in text_of(done)

    here = page.post(f"{row.get_absolute_url()}tables/", {"table": 1}).url
    match(page, here)
    page.post(f"{here}apply/")
    work()

    assert sums() == {name: section["sum"] for name, section in sections.items()}
    assert counts() == {name: section["days"] for name, section in sections.items()}
    assert set(Kpi.objects.values_list("aggregation", flat=True)) == {"average"}


def test_two_groups_of_a_campaign_stay_apart_without_a_correction(page):
    for name in ("ab_campaign_control", "ab_campaign_test"):
        bring(page, name)

    for name, segment in (("control", "Control Campaign"), ("test", "Test Campaign")):
        reference = reference_of(f"ab_campaign_{name}")
        expected = reference["totals_complete_rows"] | {"Spend [USD]": reference["spend_all_rows"]}
        found = sums(series__segment__code=segment)
        assert found == expected


@pytest.mark.parametrize("name", ["newsletter", "daily_sales", "quarterly_visitors"])
def test_small_series_need_no_correction(page, name):
    reference = reference_of(name)

    row = bring(page, name)

    assert row.summary["rows"] == reference["rows"]
    assert sums() == reference["sums"]


# -- After one question ----------------------------------------------------------------------------


def test_campaigns_of_google_ads_ask_for_the_day(page):
    here = choose(page, "google_ads").url
    assert "Recognised: Google Ads." in text_of(page.get(here))

    row = bring(page, "google_ads", day="2026-11-09")

    # The file's own totals of the account are what its rows add up to.
    assert row.summary["rows"] == 12
    totals = [each for each in row.summary["skipped"] if each["reason"] == "a totals row"]
    assert sum(each["last"] - each["first"] + 1 for each in totals) == 5
    assert set(counts().values()) == {12}
    assert Kpi.objects.get(name="Google Ads: Impressions").aggregation == "sum"
    assert Kpi.objects.get(name="Google Ads: Cost").unit_label == "USD", "as its column says"


def test_ads_of_meta_ask_for_the_day(page):
    reference = reference_of("meta_ads")
    here = choose(page, "meta_ads").url
    assert "Recognised: Meta Ads." in text_of(page.get(here))

    row = bring(page, "meta_ads", day="2026-11-09")

    assert row.summary["rows"] == reference["data_rows_excluding_total"]
    found = sums()
    for measure in ("Impressions", "Amount spent (UAH)"):
        assert found[f"Meta Ads: {measure}"] == Decimal(str(reference["sum_of_rows"][measure]))


def test_newsletters_of_mailchimp_are_added_up(page):
    reference = reference_of("mailchimp")
    here = choose(page, "mailchimp").url
    assert "Recognised: Mailchimp." in text_of(page.get(here))

    row = bring(page, "mailchimp")

    assert row.summary["rows"] == reference["rows"]
    assert sums() == {"Mailchimp: Total Recipients": reference["sum_recipients"]}


# -- Refused with the reason -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("meta_suite_Audience", "None of the 8 tables in this file has a column of dates"),
        ("site_funnel", "nothing tells its 99 rows apart"),
    ],
)
def test_what_is_no_series_is_refused_with_the_reason(page, name, sentence):
    answer = choose(page, name)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Import.objects.exists()


# -- A panel ---------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize("name", ["avocado_long", "avocado_weekly"])
def test_a_panel_needs_no_correction(page, name):
    reference, long = reference_of(name), reference_of("avocado_long")

    row = bring(page, name)

    assert row.summary["rows"] == reference["rows"]
    found = sums()
    for measure, total in long["sum_value_by_metric"].items():
        assert abs(found[measure] - Decimal(str(total))) < Decimal("0.01")
    assert Counter(counts().values()) == {18_249: 9}
