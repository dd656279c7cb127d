"""Two people, or a person and a worker, who change definitions at the same moment."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from queue import Queue

import pytest
from django.db import connection, connections, transaction
from django.urls import reverse

from core.periods import Grain
from goals.models import Kpi, Segment, Target
from goals.rules.plans import Columns
from goals.rules.status import Comparator
from goals.services import locks, rollups
from goals.services.breakdowns import (
    BreakdownRuleError,
    add_segment,
    add_segments,
    change_segment,
    create_breakdown,
    rename_breakdown,
)
from goals.services.calendars import change_calendar
from goals.services.kpis import add_from_library, change_kpi
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.services.plans import Edit, StalePlanError, save_plan
from goals.services.targets import set_target
from tests.conftest import NOW
from tests.factories.goals import BreakdownFactory, KpiFactory, SegmentFactory
from tests.goals.reference import recomputed_rollups, stored_rollups

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY, SUNDAY = dt.date(2026, 11, 9), dt.date(2026, 11, 8)


@pytest.fixture
def second():
    """Begin a call on a connection of its own; give its result once it waits for the first."""
    called = Queue()

    def call(service, **arguments):
        try:
            connection.ensure_connection()
            called.put(connection.connection.info.backend_pid)
            return service(**arguments)
        finally:
            connections.close_all()

    def begin(service, **arguments):
        result = pool.submit(call, service, **arguments)
        _until_it_waits(called.get(timeout=10), result)
        return result

    with ThreadPoolExecutor(1) as pool:
        yield begin


def _until_it_waits(backend, result):
    patience = time.monotonic() + 10
    while time.monotonic() < patience and not result.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
            if cursor.fetchone()[0]:
                return
    raise AssertionError("the second call did not wait for the first")


@pytest.fixture
def market(workspace):
    return BreakdownFactory(workspace=workspace, name="Market")


# -- The same name twice --------------------------------------------------------------------------


def test_of_two_equal_segments_the_second_is_refused_at_its_code(market, second):
    with transaction.atomic():
        add_segment(breakdown=market, code="pl")
        late = second(add_segment, breakdown=market, code="pl")

    with pytest.raises(BreakdownRuleError, match="already has a segment of this code") as refused:
        late.result()
    assert refused.value.field == "code"
    assert Segment.objects.count() == 1


def test_of_two_lists_with_an_equal_segment_the_second_is_refused_whole(market, second):
    with transaction.atomic():
        add_segments(breakdown=market, segments=[("it", ""), ("pl", "")])
        late = second(add_segments, breakdown=market, segments=[("th", ""), ("pl", "")])

    with pytest.raises(BreakdownRuleError, match="pl: This breakdown already has"):
        late.result()
    assert list(Segment.objects.order_by("code").values_list("code", flat=True)) == ["it", "pl"]


def test_of_two_equal_breakdowns_the_second_is_refused_at_its_name(workspace, second):
    with transaction.atomic():
        create_breakdown(workspace=workspace, name="Market")
        late = second(create_breakdown, workspace=workspace, name="market")

    with pytest.raises(BreakdownRuleError, match="already a breakdown of this name") as refused:
        late.result()
    assert refused.value.field == "name"


def test_of_two_breakdowns_renamed_alike_the_second_is_refused(workspace, market, second):
    channel = BreakdownFactory(workspace=workspace, name="Channel")
    with transaction.atomic():
        rename_breakdown(breakdown=market, version=1, name="Region")
        late = second(rename_breakdown, breakdown=channel, version=1, name="region")

    with pytest.raises(BreakdownRuleError, match="already a breakdown of this name"):
        late.result()
    channel.refresh_from_db()
    assert (channel.name, channel.version) == ("Channel", 1)


def test_a_library_kpi_that_somebody_else_just_added_stays_as_it_is(workspace, lead, second):
    with transaction.atomic():
        add_from_library(workspace=workspace, code="email_clicks", owner=lead)
        late = second(add_from_library, workspace=workspace, code="email_ctr", owner=lead)

    assert late.result() == ["Unique opens", "Email click rate"]
    assert Kpi.objects.count() == 3


def test_of_two_plans_saved_at_once_the_second_writes_nothing(workspace, lead, second):
    shared, other = KpiFactory.create_batch(2, workspace=workspace)
    december = dt.date(2026, 12, 1)
    columns = Columns(Grain.MONTH, [december], workspace.calendar)

    def plan(*kpis, value):
        edits = {kpi.pk: {december: Edit(Decimal(value), was="")} for kpi in kpis}
        return {"edits": edits, "columns": columns, "by": lead, "at": NOW}

    with transaction.atomic():
        save_plan(**plan(shared, value=5))
        late = second(save_plan, **plan(other, shared, value=7))

    with pytest.raises(StalePlanError) as refused:
        late.result()
    assert refused.value.cells == {(shared.pk, december)}
    [target] = Target.objects.all()
    assert (target.kpi, target.value) == (shared, 5)


# -- A definition that changes under a worker -----------------------------------------------------


@pytest.fixture
def leads(workspace, lead, market):
    SegmentFactory(breakdown=market, code="pl")
    return KpiFactory(
        workspace=workspace, owner=lead, code="leads", breakdown=market, segment_total="sum"
    )


def _aggregation(kpi):
    return change_kpi, {"kpi": kpi, "version": 1, "aggregation": "max"}


def _segment(kpi):
    segment = kpi.breakdown.segments.get()
    return change_segment, {"segment": segment, "version": 1, "counts_in_total": False}


@pytest.mark.parametrize("change", [_aggregation, _segment])
@pytest.mark.parametrize("place", ["drain.after_take", "drain.before_commit"])
def test_a_change_of_definition_waits_for_a_drain_and_the_drain_not_for_it(
    workspace, author, leads, second, monkeypatch, change, place
):
    record([NewValue("leads", MONDAY, Decimal(5), "pl")], by=author, at=NOW)
    service, arguments = change(leads)
    begun = []

    def at_place(here):
        if here == place and not begun:
            begun.append(second(service, **arguments))

    monkeypatch.setattr(rollups, "crash_point", at_place)

    rollups.drain(workspace=workspace, at=NOW)
    begun[0].result()
    rollups.drain(workspace=workspace, at=NOW)

    assert stored_rollups(workspace) == recomputed_rollups(workspace)


def test_a_target_set_while_the_calendar_changes_begins_with_a_period_of_the_new_one(
    workspace, lead, second
):
    kpi = KpiFactory(workspace=workspace, owner=lead)
    with transaction.atomic():
        change_calendar(
            workspace=workspace, version=workspace.version, week_start=6, fiscal_start=1
        )
        late = second(
            set_target, kpi=kpi, comparator=Comparator.AT_LEAST, value=Decimal(5),
            valid_from=MONDAY, by=lead, at=NOW,
        )  # fmt: skip
    late.result()

    assert Target.objects.get().valid_from == SUNDAY


# -- While something long is at work --------------------------------------------------------------


@pytest.fixture
def importing(workspace):
    """Hold on another connection what an import holds while it writes; nobody waits for long."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", [locks._DEFINITIONS, workspace.pk])
        yield
    other.close()
    connection.close()


@pytest.mark.usefixtures("importing")
def test_while_numbers_are_imported_an_endpoint_says_when_to_try_again(client, lead, leads):
    client.force_login(lead.user)

    answer = client.post("/api/v1/kpis/leads/archive/", headers={"If-Match": '"1"'})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Numbers are being written" in answer.json()["detail"]
    leads.refresh_from_db()
    assert not leads.is_archived


@pytest.mark.usefixtures("importing")
def test_while_numbers_are_imported_a_page_says_to_try_again(client, lead, leads):
    client.force_login(lead.user)
    url = reverse("goals:archive-kpi", args=[leads.workspace.slug, leads.number])

    answer = client.post(url, follow=True)

    assert "Numbers are being written or recomputed." in answer.content.decode()
    leads.refresh_from_db()
    assert not leads.is_archived


@pytest.mark.usefixtures("importing")
def test_a_segment_changes_while_numbers_are_imported(leads):
    segment = leads.breakdown.segments.get()

    change_segment(segment=segment, version=1, name="Poland", counts_in_total=False)

    segment.refresh_from_db()
    assert (segment.name, segment.counts_in_total) == ("Poland", False)
