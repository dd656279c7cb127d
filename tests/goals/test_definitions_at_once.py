"""Two people, or a person and a worker, who change definitions at the same moment."""

import time
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import pytest
from django.db import connection, connections, transaction

from goals.models import Segment
from goals.services.breakdowns import (
    BreakdownRuleError,
    add_segment,
    add_segments,
    create_breakdown,
    rename_breakdown,
)
from tests.factories.goals import BreakdownFactory

pytestmark = pytest.mark.django_db(transaction=True)


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
