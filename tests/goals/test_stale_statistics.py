"""Large writes stay quick although the planner saw a table while it was being filled."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.models import Series, StagedPlace, StagedValue
from goals.services import rollup_tables
from goals.services.imports.account import changes_of
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from tests.beside import meanwhile
from tests.conftest import NOW
from tests.factories.goals import ImportFactory, KpiFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = [dt.date(2000, 1, 1) + dt.timedelta(days=n) for n in range(3_000)]


@pytest.fixture
def series(workspace, author):
    """A series of years, and statistics of the tables from before anybody could see a row."""
    KpiFactory(workspace=workspace, owner=author.membership, code="visits", cadence="daily")

    def fill():
        record([NewValue("visits", day, Decimal(1)) for day in DAYS], by=author, at=NOW)

    with meanwhile(fill):
        run("ANALYZE dirty_marks")
        run("ANALYZE measurements")
    return Series.objects.get()


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def plan_of(deed):
    """Give the plan of the statement that a deed runs."""
    with CaptureQueriesContext(connection) as ran:
        deed()
    [query] = ran
    return "\n".join(line for (line,) in run(f"EXPLAIN {query['sql']}"))


def test_marks_are_taken_by_one_look_at_an_index(series, workspace):
    """What a drain costs depends on what it takes, not on what waits."""
    plan = plan_of(lambda: rollup_tables.take_marks(workspace.pk, 5))

    assert "Nested Loop" not in plan
    assert "Index Cond: ((workspace_id =" in plan


def test_stored_values_are_looked_up_one_by_one(series, lead):
    row = ImportFactory(created_by=lead)
    StagedPlace.objects.create(source=row, number=1, kpi=series.kpi, series=series)
    StagedValue.objects.bulk_create(
        StagedValue(source=row, place=1, line=n, on_date=day, value=2) for n, day in enumerate(DAYS)
    )
    run("ANALYZE import_values")

    plan = plan_of(lambda: changes_of(row))

    assert "Join Filter" not in plan
    assert "Index Cond: ((series_id = place.series_id)" in plan
