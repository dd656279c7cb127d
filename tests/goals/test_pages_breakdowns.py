"""The page of breakdowns: segments in and out of totals, archived, added, renamed (R30)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from goals.models import Breakdown, Segment
from goals.services.breakdowns import change_segment
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.doors import text_of
from tests.factories.goals import BreakdownFactory, KpiFactory, SegmentFactory
from tests.goals.reference import stored_rollups

pytestmark = pytest.mark.usefixtures("frozen")

MONDAY = dt.date(2026, 11, 9)


@pytest.fixture
def market(workspace):
    return BreakdownFactory(workspace=workspace, name="Market")


@pytest.fixture
def poland(market):
    return SegmentFactory(breakdown=market, code="pl", name="Poland")


@pytest.fixture
def signed_in(client, lead):
    client.force_login(lead.user)
    return client


def _url(name, workspace, *args):
    return reverse(f"goals:{name}", args=[workspace.slug, *args])


@pytest.fixture
def totals(workspace, market, poland, lead, author):
    """Give the total of a week in which Poland had 5 and Italy 7."""
    SegmentFactory(breakdown=market, code="it", name="Italy")
    KpiFactory(workspace=workspace, owner=lead, code="leads", breakdown=market, segment_total="sum")
    rows = [
        NewValue("leads", MONDAY, Decimal(5), "pl"),
        NewValue("leads", MONDAY, Decimal(7), "it"),
    ]
    record(rows, by=author, at=NOW)

    def total():
        drain(workspace=workspace, at=NOW)
        return stored_rollups(workspace)["leads", None, "week", MONDAY][0]

    return total


def test_a_segment_is_taken_out_of_past_totals_and_back_R30(signed_in, workspace, poland, totals):
    assert totals() == 12

    out = signed_in.post(_url("change-segment", workspace, poland.number, "exclude"), follow=True)
    assert "“Poland” counts in no total any more." in text_of(out)
    assert "Count in totals" in text_of(out)
    assert totals() == 7

    signed_in.post(_url("change-segment", workspace, poland.number, "include"))
    assert totals() == 12


def test_an_archived_segment_keeps_its_past_in_the_totals_R30(signed_in, workspace, poland, totals):
    answer = signed_in.post(
        _url("change-segment", workspace, poland.number, "archive"), follow=True
    )

    poland.refresh_from_db()
    assert poland.archived_on == NOW.date()
    assert "archived since 16 Nov 2026" in text_of(answer)
    assert totals() == 12

    signed_in.post(_url("change-segment", workspace, poland.number, "restore"))
    poland.refresh_from_db()
    assert poland.archived_on is None


def test_segments_are_added_to_a_breakdown_in_use_R30(signed_in, workspace, market, poland):
    url = _url("add-segments", workspace, market.number)

    answer = signed_in.post(url, {"segments": "it: Italy\n\nth"}, follow=True)

    assert "The segments are added." in text_of(answer)
    assert list(market.segments.order_by("code").values_list("code", "name")) == [
        ("it", "Italy"), ("pl", "Poland"), ("th", "th"),
    ]  # fmt: skip


def test_a_code_that_is_taken_is_named_and_no_segment_is_added(
    signed_in, workspace, market, poland
):
    url = _url("add-segments", workspace, market.number)

    answer = signed_in.post(url, {"segments": "it: Italy\npl: Poland"})

    assert answer.status_code == 422
    assert "pl: This breakdown already has a segment of this code." in text_of(answer)
    assert "it: Italy" in answer.content.decode()
    assert list(Segment.objects.values_list("code", flat=True)) == ["pl"]


def test_more_segments_than_anybody_has_are_refused(signed_in, workspace, market):
    url = _url("add-segments", workspace, market.number)

    answer = signed_in.post(url, {"segments": "\n".join(f"s{n}" for n in range(1001))})

    assert answer.status_code == 422
    assert "Add at most 1000 segments at once." in text_of(answer)
    assert not Segment.objects.exists()


@pytest.mark.parametrize("thing", ["breakdown", "segment"])
def test_a_thing_is_renamed(signed_in, workspace, market, poland, thing):
    row = market if thing == "breakdown" else poland
    url = _url(f"rename-{thing}", workspace, row.number)

    answer = signed_in.post(url, {"name": "Region", "version": row.version}, follow=True)

    row.refresh_from_db()
    assert (row.name, row.version) == ("Region", 2)
    assert "Region" in text_of(answer)


def test_a_name_that_is_taken_is_refused_at_its_field(signed_in, workspace, market):
    BreakdownFactory(workspace=workspace, name="Channel")
    url = _url("rename-breakdown", workspace, market.number)

    answer = signed_in.post(url, {"name": "channel", "version": 1})

    assert answer.status_code == 422
    assert 'href="#id_name"' in answer.content.decode()
    assert "There is already a breakdown of this name." in text_of(answer)
    assert Breakdown.objects.filter(name="Market").exists()


@pytest.mark.parametrize("thing", ["breakdown", "segment"])
def test_a_rename_of_what_somebody_else_renamed_shows_both_names(
    signed_in, workspace, market, poland, thing
):
    row = market if thing == "breakdown" else poland
    type(row).objects.filter(pk=row.pk).update(name="Theirs", version=2)
    url = _url(f"rename-{thing}", workspace, row.number)

    answer = signed_in.post(url, {"name": "Mine", "version": 1})

    assert answer.status_code == 409
    assert "<td>Theirs</td><td>Mine</td>" in answer.content.decode()
    assert f"Somebody else changed this {thing} while you did. Nothing of yours" in text_of(answer)
    row.refresh_from_db()
    assert row.name == "Theirs"


def test_a_viewer_sees_segments_and_no_buttons(client, viewer, workspace, poland):
    client.force_login(viewer.user)

    answer = client.get(_url("breakdowns", workspace))

    assert "Poland" in text_of(answer)
    assert "<form" not in answer.content.decode().split("<main")[1].split("</main>")[0]
    assert "Rename" not in text_of(answer)


@pytest.mark.parametrize("kpis", [1, 5])
def test_a_change_of_totals_costs_the_same_however_many_kpis_have_the_breakdown(
    workspace, market, poland, django_assert_num_queries, kpis
):
    KpiFactory.create_batch(kpis, workspace=workspace, breakdown=market, segment_total="sum")
    segment = Segment.objects.select_related("breakdown__workspace").get(pk=poland.pk)

    # Savepoint 2, locks 2, the segment and its rules 4, KPIs and formulas 2, marks 4, version 3.
    with django_assert_num_queries(17):
        change_segment(segment=segment, version=1, counts_in_total=False)
