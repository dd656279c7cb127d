"""The operator's command that computes all rollups anew."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from goals.models import KpiRollup, Series
from goals.services import locks
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from tests.conftest import NOW
from tests.factories.goals import KpiFactory
from tests.goals.reference import recomputed_rollups, stored_rollups

pytestmark = [pytest.mark.usefixtures("frozen"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def leads(workspace, lead, author):
    KpiFactory(workspace=workspace, owner=lead, code="leads")
    record([NewValue("leads", dt.date(2026, 11, 9), Decimal(5))], by=author, at=NOW)


@pytest.mark.usefixtures("leads")
@pytest.mark.parametrize("options", [[], ["--workspace", "rosemary"]])
def test_rollups_are_made_and_progress_is_shown(workspace, options):
    said = io.StringIO()

    call_command("rebuild_rollups", *options, stdout=said)

    assert stored_rollups(workspace) == recomputed_rollups(workspace) != {}
    assert said.getvalue().splitlines()[0] == "rosemary"
    assert said.getvalue().splitlines()[-1] == f"  [{'#' * 30}] 3/3"


@pytest.mark.usefixtures("leads")
def test_the_series_of_another_workspace_are_not_looked_at(stranger):
    """What is noted wrongly there shows whether they were: it would be put right."""
    KpiFactory(workspace=stranger.workspace, owner=stranger, code="leads")
    row = NewValue("leads", dt.date(2026, 11, 9), Decimal(5))
    record([row], by=Author(membership=stranger, source="test"), at=NOW)
    theirs = Series.objects.for_workspace(stranger.workspace)
    theirs.update(first_on=None)

    call_command("rebuild_rollups", "--workspace", "rosemary", stdout=io.StringIO())

    assert theirs.get().first_on is None


@pytest.mark.usefixtures("leads")
def test_the_rollups_of_no_workspace_are_made_for_an_unknown_address():
    with pytest.raises(CommandError, match="There is no workspace rosemarry"):
        call_command("rebuild_rollups", "--workspace", "rosemarry", stdout=io.StringIO())

    assert not KpiRollup.objects.exists()


@pytest.mark.usefixtures("leads")
def test_while_others_compute_rollups_it_ends_with_a_sentence(workspace):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [locks._ROLLUPS, workspace.pk])

        with pytest.raises(CommandError, match="Numbers are being written or recomputed"):
            call_command("rebuild_rollups", stdout=io.StringIO())

    other.close()
    connection.close()
    assert not KpiRollup.objects.exists()
