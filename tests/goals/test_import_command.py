"""A file through the command: the same engine as the pages, from the shell."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from goals.models import Import, Measurement
from goals.services import imports
from tests.conftest import NOW
from tests.doors import api_of
from tests.goals.bad_files import FAULTY, REFUSED, csv, make_kpis

State = Import.State
pytestmark = pytest.mark.usefixtures("frozen")

GOOD = csv("Date,Leads", "2026-11-02,5", "2026-11-09,6")


@pytest.fixture(autouse=True)
def kpis(workspace, lead):
    make_kpis(workspace, lead)


@pytest.fixture
def run(tmp_path):
    """Run the command on some content; give what it says and what it complains of."""

    def run(content, name="leads.csv", mapping=None, **options):
        (tmp_path / name).write_bytes(content)
        if mapping is not None:
            options["mapping"] = tmp_path / "mapping.json"
            text = mapping if isinstance(mapping, str) else json.dumps(mapping)
            options["mapping"].write_text(text)
        out, err = io.StringIO(), io.StringIO()
        options.setdefault("workspace", "rosemary")
        try:
            call_command("import_kpis", tmp_path / name, stdout=out, stderr=err, **options)
        except CommandError as error:
            return out.getvalue(), f"{err.getvalue()}{error}"
        return out.getvalue(), err.getvalue()

    return run


def test_a_file_is_written_with_its_rollups(run, lead):
    said, complained = run(GOOD)

    assert 'Written: {"created": 2, "updated": 0, "unchanged": 0}' in said
    assert "2 of 2 rows" in said
    assert complained == ""
    series = api_of(lead).get(
        "/api/v1/kpis/leads/series/?period=month&from=2026-11-01&to=2026-11-30"
    )
    assert [point["value"] for point in series.json()["points"]] == ["11"]


def test_a_dry_run_counts_and_writes_nothing(run):
    said, _complained = run(GOOD, dry_run=True)

    assert '"new": 2' in said
    assert "Dry run: nothing was written." in said
    assert not Measurement.objects.exists()


def test_a_mapping_names_columns_by_their_headers(run):
    file = csv("When,What,Where,How much", "2026-11-02,visitors,pl,5", "2026-11-02,fans,pl,6")
    mapping = {
        "date": "When", "kpi": "What", "segment": "Where", "value": "How much",
        "names": {"visitors": "visits", "fans": ""},
    }  # fmt: skip

    said, complained = run(file, mapping=mapping)

    assert complained == ""
    assert '"left_out": 1' in said
    assert Measurement.objects.get().series.kpi.code == "visits"


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_table_is_refused_with_a_sentence(run, case):
    assert run(case.content, case.name) == ("", case.sentence)
    assert not Import.objects.exists()


def test_an_empty_file_and_a_file_of_100_mb_are_refused_with_a_sentence(run):
    assert run(b"") == ("", "The file is empty.")
    assert run(bytes(100 * 1024**2)) == ("", "leads.csv is larger than 25 MB.")


@pytest.mark.parametrize("case", FAULTY.values(), ids=FAULTY.keys())
def test_a_fault_is_named_by_line_and_column_and_nothing_is_written(run, case):
    _said, complained = run(case.content, case.name)

    column = f", column {case.column}" if case.column else ""
    assert complained == f"line {case.line}{column}: {case.sentence}\nNothing was written."
    assert not Measurement.objects.exists()


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ([1, 2], "“The mapping” must be a JSON object."),
        ({"dates": "Date"}, "The mapping has unknown parts: dates."),
        (
            {"values": {"Leads": "leads"}},
            "Say which column holds the date, or of which day all rows are.",
        ),
        ({"date": "Day", "values": {"Leads": "leads"}}, "The file has no column “Day”."),
        (
            {"date": "9" * 5000, "values": {"Leads": "leads"}},
            f"The file has no column “{'9' * 80}”.",
        ),
        ({"date": "Date"}, "Say where the values are: a column per KPI, or one for all."),
        ({"date": "Date", "values": ["Leads"]}, "“values” must be a JSON object."),
        ({"date": "Leads", "values": {"Leads": "leads"}}, "Column “Leads” does not hold dates."),
        (
            {"date": "Date", "values": {"Leads": "canary"}},
            "There is no KPI with the code “canary” whose numbers are entered.",
        ),
        (
            {"date": "Date", "values": {"Leads": "visits"}},
            "“Visits” has a breakdown: say which column names the segment.",
        ),
        (
            {"date": "Date", "values": {"Leads": "leads", "More": "leads"}},
            "Two columns go to “leads”. Choose one of them.",
        ),
        (
            {"date": "Date", "kpi": "Leads", "value": "More", "names": ["x"]},
            "“names” must be a JSON object.",
        ),
        (
            {"date": "Date", "kpi": "Leads", "value": "More", "names": {"5": "canary"}},
            "There is no KPI with the code “canary” whose numbers are entered.",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else json.dumps(value)[:50],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused_and_nothing_is_kept(run, mapping, sentence):
    assert run(csv("Date,Leads,More", "2026-11-02,5,6"), mapping=mapping) == ("", sentence)
    assert not Import.objects.exists()


def test_a_mapping_that_is_no_json_is_refused(run):
    _said, complained = run(GOOD, mapping="{date}")

    assert "Expecting property name" in complained


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"workspace": "no-such"}, "There is no workspace no-such."),
        ({"user": "mia@example.com"}, "Nobody of that address may import into this workspace."),
        ({"user": "stan@example.com"}, "Nobody of that address may import into this workspace."),
    ],
    ids=["workspace", "user", "stranger"],
)
def test_only_members_who_may_import_do(run, member, stranger, options, sentence):
    assert run(GOOD, **options) == ("", sentence)


def test_a_worker_that_is_quicker_does_the_work(run, monkeypatch):
    """The command waits for whoever claimed the row, and tells what came of it."""
    real, calls = imports.run_next, []

    def quicker(**options):
        calls.append(real(at=NOW))
        return False

    monkeypatch.setattr("goals.management.commands.import_kpis.imports.run_next", quicker)
    monkeypatch.setattr("goals.management.commands.import_kpis.PATIENCE_SECONDS", 0)

    said, _complained = run(GOOD)

    assert 'Written: {"created": 2' in said
    assert calls == [True, True]


@pytest.mark.parametrize("state", [State.CHECKING, State.APPLYING])
def test_an_import_that_somebody_stops_meanwhile_ends_with_a_sentence(run, monkeypatch, state):
    """The step that the state stands for is stopped on a page before a worker begins it."""
    run_next = imports.run_next

    def stopped(*, only, **options):
        only.refresh_from_db()
        if only.state != state:
            return run_next(only=only, **options)
        imports.cancel(row=only)
        return True

    monkeypatch.setattr(imports, "run_next", stopped)

    _said, complained = run(GOOD)

    assert complained.endswith("Somebody stopped this import. Nothing was written.")
    assert not Measurement.objects.exists()
