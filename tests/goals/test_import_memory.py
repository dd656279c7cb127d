"""A file with the same headers is matched as the last one was."""

import datetime as dt

import pytest

from core.intake import ReadOptions
from goals.models import Import, Kpi, Measurement, RememberedMapping
from goals.services import imports
from goals.services.kpis import archive_kpi
from tests.conftest import NOW
from tests.doors import browser_of, text_of
from tests.factories.goals import KpiFactory
from tests.goals.bad_files import csv

pytestmark = pytest.mark.usefixtures("frozen")

State = Import.State


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


def uploaded(lead, content):
    return imports.upload(
        content=content, filename="file.csv", options=ReadOptions(), by=lead, at=NOW
    )


def written(lead, content, readings=None, **changes):
    row = uploaded(lead, content)
    if readings:
        imports.choose_readings(row=row, readings=readings)
    imports.match(row=row, mapping={**row.mapping, **changes}, writes_when_checked=True)
    for _step in ("check", "write"):
        assert imports.run_next(at=NOW, only=row)
        row.refresh_from_db()
    assert row.state == State.DONE, row.last_error
    return row


def test_the_next_file_with_these_headers_is_matched_alike(lead, leads):
    written(lead, csv("Day,Who,Anfragen", "2026-11-02,a,5"), values={"Anfragen": "leads"},
            filters={"Who": ["a"]}, segment=[], create=None)  # fmt: skip
    row = uploaded(lead, csv("Day,Who,Anfragen", "2026-11-09,a,6"))
    assert row.is_remembered
    assert row.mapping["values"] == {"Anfragen": "leads"}
    assert row.mapping["filters"] == {"Who": ["a"]}
    page = browser_of(lead).get(row.get_absolute_url())
    assert "Matched as the last file with these columns was." in text_of(page)


def test_other_headers_are_guessed(lead, leads):
    written(lead, csv("Day,Leads", "2026-11-02,5"))
    row = uploaded(lead, csv("Day,Leads,More", "2026-11-09,6,7"))
    assert not row.is_remembered


def test_a_kpi_that_a_file_brought_along_is_known_the_next_time(lead, workspace):
    written(lead, csv("Day,Clicks", "2026-11-02,5", "2026-11-03,5"))
    row = written(lead, csv("Day,Clicks", "2026-11-04,6"))
    assert row.mapping["values"] == {"Clicks": "clicks"}
    assert row.mapping["create"] is None
    assert Kpi.objects.count() == 1
    assert Measurement.objects.count() == 3


def test_a_way_of_reading_is_remembered(lead, leads):
    unclear = csv("Day,Leads", "03.04.2026,5").replace(b".", b"/")
    written(lead, unclear, readings={0: {"date_format": "dmy"}}, date="Day",
            values={"Leads": "leads"})  # fmt: skip
    row = written(lead, unclear.replace(b"03/04", b"05/06"))
    assert set(Measurement.objects.values_list("on_date", flat=True)) == {
        dt.date(2026, 3, 30), dt.date(2026, 6, 1),
    }  # fmt: skip
    assert row.is_remembered


def test_the_day_of_a_whole_file_is_asked_again(lead, leads):
    written(lead, csv("Who,Leads", "a,5"), day="2026-11-09", segment=[], values={"Leads": "leads"})
    row = uploaded(lead, csv("Who,Leads", "a,6"))
    assert row.is_remembered
    assert (row.mapping["date"], row.mapping["day"]) == (None, None)


def test_what_does_not_fit_any_more_is_guessed(lead, leads):
    written(lead, csv("Day,Leads", "2026-11-02,5"))
    archive_kpi(kpi=leads, at=NOW)
    assert not uploaded(lead, csv("Day,Leads", "2026-11-09,6")).is_remembered


def test_another_workspace_remembers_nothing_of_it(lead, leads, stranger):
    written(lead, csv("Day,Leads", "2026-11-02,5"))
    assert not uploaded(stranger, csv("Day,Leads", "2026-11-09,6")).is_remembered


def test_only_a_file_that_was_written_is_remembered(lead, leads):
    row = uploaded(lead, csv("Day,Leads", "2026-11-02,5"))
    imports.match(row=row, mapping=row.mapping)
    imports.run_next(at=NOW, only=row)
    assert not RememberedMapping.objects.exists()
