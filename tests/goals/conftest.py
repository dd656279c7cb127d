"""What tests of sources start from: an import that worked, and a server to pull from."""

import pytest

from core.intake import ReadOptions
from goals.models import Import, Source
from goals.services import imports
from tests.conftest import NOW
from tests.factories.goals import KpiFactory
from tests.goals.bad_files import csv
from tests.goals.pulling import DAY, set_up


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


@pytest.fixture
def first(lead, leads):
    """An import that worked."""
    row = imports.take(
        content=csv("Date,Leads", "2026-10-26,4"), filename="leads.csv", options=ReadOptions(),
        mapping=None, writes_when_checked=True, by=lead, at=NOW - DAY,
    )  # fmt: skip
    assert imports.run_next(at=NOW - DAY, only=row)
    assert imports.run_next(at=NOW - DAY, only=row)
    row.refresh_from_db()
    assert row.state == Import.State.DONE
    return row


@pytest.fixture
def source(lead, first, web):
    """A source that is pulled every day at 06:00 in Warsaw, and was not pulled yet."""
    return set_up(lead, web.url, like=first, state=Source.State.PAUSED)
