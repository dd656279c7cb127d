"""Files through the API: sent, watched, written; foreign names are unknown names."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from goals.models import Import, Measurement, Segment
from goals.services import imports
from tests.conftest import NOW
from tests.doors import api_of, program
from tests.factories.goals import BreakdownFactory, KpiFactory, SegmentFactory
from tests.factories.teams import make_token
from tests.goals.bad_files import FAULTY, REFUSED, csv, make_kpis

pytestmark = pytest.mark.usefixtures("frozen")

URL = "/api/v1/imports/"
GOOD = csv("Date,Leads", "2026-11-02,5", "2026-11-09,6")


@pytest.fixture(autouse=True)
def kpis(workspace, lead, stranger):
    theirs = BreakdownFactory(workspace=stranger.workspace)
    SegmentFactory(breakdown=theirs, code="xx")
    KpiFactory(workspace=stranger.workspace, owner=stranger, code="canary", name="Canary")
    make_kpis(workspace, lead)


@pytest.fixture
def api(lead):
    return api_of(lead)


def send(client, content, name="leads.csv", headers=None, **fields):
    fields = {key: json.dumps(value) if key in {"mapping", "options"} else value
              for key, value in fields.items()}  # fmt: skip
    file = SimpleUploadedFile(name, content)
    return client.post(URL, {"file": file, **fields}, format="multipart", headers=headers or {})


def work():
    while imports.run_next(at=NOW):
        pass


def test_a_file_is_checked_and_written_on_request(api):
    answer = send(api, GOOD)
    assert answer.status_code == 202, answer.json()
    place = answer["Location"]
    assert answer.json()["progress"] == {"done": 0, "total": 2, "of": "rows"}
    work()

    checked = api.get(place).json()
    assert (checked["state"], checked["account"]["new"]) == ("checked", 2)
    assert checked["columns"] == ["Date", "Leads"]
    assert not Measurement.objects.exists()
    assert api.post(f"{place}apply/").status_code == 202
    work()

    done = api.get(place).json()
    assert done["state"] == "done"
    assert done["outcome"] == {"created": 2, "updated": 0, "unchanged": 0}
    assert done["progress"] == {"done": 2, "total": 2, "of": "values"}
    assert Measurement.objects.count() == 2


def test_without_a_dry_run_a_file_without_problems_is_written_by_itself(api):
    send(api, GOOD, dry_run="false")

    work()

    assert (Import.objects.get().state, Measurement.objects.count()) == ("done", 2)


def test_without_a_dry_run_a_file_with_problems_is_not_written(api):
    send(api, csv("Date,Leads", "2026-11-02,5", "2026-02-30,6"), dry_run="false")

    work()

    assert (Import.objects.get().state, Measurement.objects.count()) == ("checked", 0)


def test_a_mapping_and_options_come_as_json(api):
    file = csv("When;What;Where;How much", "02/11/2026;Visits;it;1,5")

    answer = send(
        api, file, dry_run="false", options={"columns": {"0": {"date_format": "dmy"}}},
        mapping={"date": "When", "kpi": "What", "segment": "Where", "value": "How much",
                 "new_segments": True},
    )  # fmt: skip
    work()

    assert answer.status_code == 202, answer.json()
    assert Segment.objects.filter(breakdown__name="Markets", code="it").exists()
    assert str(Measurement.objects.get().value) == "1.50000000"


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_table_is_refused_with_a_sentence(api, case):
    answer = send(api, case.content, case.name)

    assert (answer.status_code, answer.json()["detail"]) == (422, case.sentence)
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (25 * 1024**2 + 1, "The file is larger than 25 MB."),
        # So large that nobody looks what is in it.
        (100 * 1024**2, "Send at most 25 MB at once."),
    ],
    ids=["25 MB", "100 MB"],
)
def test_a_file_above_25_mb_is_refused_with_a_sentence(api, size, said):
    answer = send(api, bytes(size), headers={"Idempotency-Key": "large"})

    assert (answer.status_code, answer.json()["detail"]) == (413, said)


@pytest.mark.parametrize(
    ("fields", "status", "detail"),
    [
        ({}, 400, "No file was submitted."),
        ({"file": SimpleUploadedFile("a.csv", b"")}, 400, "The submitted file is empty."),
        ({"file": SimpleUploadedFile("a.csv", GOOD), "mapping": "{"}, 400,
         "Value must be valid JSON."),
        ({"file": SimpleUploadedFile("a.csv", GOOD), "surprise": "1"}, 400,
         "This field is not known here."),
    ],
    ids=["nothing", "empty", "no json", "unknown field"],
)  # fmt: skip
def test_a_body_of_another_form_is_refused(api, fields, status, detail):
    answer = api.post(URL, fields, format="multipart")

    assert answer.status_code == status
    assert answer.json()["errors"][0]["detail"] == detail


@pytest.mark.parametrize("options", [[1], {"encoding": "klingon"}, {"columns": {"x": 1}}], ids=str)
def test_options_that_are_none_are_refused(api, options):
    answer = send(api, GOOD, options=options)

    assert answer.status_code == 422
    assert "has a value that is not known." in answer.json()["detail"]


@pytest.mark.parametrize("case", FAULTY.values(), ids=FAULTY.keys())
def test_a_fault_is_listed_with_its_line_and_column(api, case):
    place = send(api, case.content, case.name)["Location"]
    work()

    [error] = api.get(f"{place}errors/").json()["results"]
    refused = api.post(f"{place}apply/")

    assert (error["line"], error["column"], error["detail"]) == (
        case.line, case.column, case.sentence,
    )  # fmt: skip
    assert refused.status_code == 422
    assert refused.json()["detail"] == "Mend the problems first; nothing is written in part."
    assert not Measurement.objects.exists()


def test_many_faults_come_in_pages(api):
    place = send(api, csv("Date,Leads", "2026-11-02,1", *["2026-02-30,5"] * 60))["Location"]
    work()

    first = api.get(f"{place}errors/").json()
    second = api.get(first["next"]).json()

    lines = [error["line"] for error in first["results"] + second["results"]]
    assert lines == list(range(3, 63))


# -- Names of others ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Canary", "Nothing"], ids=["foreign", "unknown"])
def test_a_foreign_kpi_in_a_row_is_an_unknown_one(api, name):
    place = send(api, csv("Date,Measure,Value", "2026-11-02,Leads,5", f"2026-11-02,{name},6"))
    work()

    [error] = api.get(f"{place['Location']}errors/").json()["results"]

    assert error == {
        "line": 3, "column": "Measure", "code": "unknown_kpi",
        "detail": f"There is no KPI called “{name}”.",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["canary", "nothing"], ids=["foreign", "unknown"])
def test_a_foreign_kpi_in_the_mapping_is_an_unknown_one(api, code):
    answer = send(api, GOOD, mapping={"date": "Date", "values": {"Leads": code}})

    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        f"There is no KPI with the code “{code}” whose numbers are entered."
    )


@pytest.mark.parametrize("segment", ["xx", "yy"], ids=["foreign", "unknown"])
def test_a_foreign_segment_in_a_row_is_an_unknown_one(api, segment):
    place = send(api, csv("Date,Market,Visits", "2026-11-02,pl,5", f"2026-11-02,{segment},6"))
    work()

    [error] = api.get(f"{place['Location']}errors/").json()["results"]

    assert (error["line"], error["column"], error["code"]) == (3, "Market", "unknown_segment")
    assert error["detail"] == f"There is no segment “{segment}” in “Markets”."


# -- Steps ----------------------------------------------------------------------------------------


def test_imports_are_listed_from_the_newest_and_by_state(api):
    for _time in range(2):
        send(api, GOOD)
    imports.run_next(at=NOW)

    newest, oldest = api.get(URL).json()["results"]
    checked = api.get(f"{URL}?state=checked").json()["results"]

    assert [row["id"] for row in checked] == [oldest["id"]]
    assert newest["state"] == "checking"
    assert api.get(f"{URL}?state=eaten").status_code == 400
    assert api.get(f"{URL}?filename=leads.csv").status_code == 400


def test_a_check_can_be_stopped(api):
    place = send(api, GOOD)["Location"]

    assert api.post(f"{place}cancel/").json()["state"] == "uploaded"
    assert not imports.run_next(at=NOW)
    assert api.post(f"{place}cancel/").status_code == 422


# -- Repeats --------------------------------------------------------------------------------------


def test_a_repeated_upload_is_one_import(api):
    """Each request has a boundary of its own; what the form holds is what counts."""
    key = {"Idempotency-Key": "monday"}

    first, second = send(api, GOOD, headers=key), send(api, GOOD, headers=key)
    other = send(api, GOOD + b"2026-11-16,7\n", headers=key)

    assert first.json() == second.json()
    assert second["Idempotent-Replay"] == "true"
    assert other.status_code == 422
    assert Import.objects.count() == 1


def test_a_token_sends_a_file_and_a_browser_needs_its_csrf_token(lead, now):
    _token, secret = make_token(lead, now, scope="write")
    bot = program(secret)
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(lead.user)

    assert send(bot, GOOD, headers={"Idempotency-Key": "a"}).status_code == 202
    assert send(browser, GOOD).status_code == 403
    browser.cookies["csrftoken"] = "t" * 32
    answer = send(browser, GOOD, headers={"Idempotency-Key": "b", "X-CSRFToken": "t" * 32})
    assert answer.status_code == 202


def test_stored_values_can_be_kept(api):
    for file in (csv("Date,Leads", "2026-11-02,5"), csv("Date,Leads", "2026-11-02,7")):
        place = send(api, file)["Location"]
        work()
        if api.get(place).json()["account"]["changed"]:
            [differing] = api.get(place).json()["account"]["differing"]
            assert (differing["stored"], differing["file"]) == ("5", "7")
        answer = api.post(f"{place}apply/", {"keep_stored": True}, format="json")
        assert answer.status_code == 202, answer.json()
        work()
    assert Measurement.objects.get().value == 5


def test_the_account_of_an_earlier_release_can_be_read(api):
    place = send(api, GOOD)["Location"]
    work()
    row = Import.objects.get()
    del row.summary["newcomers"]
    row.save()
    account = api.get(place).json()["account"]
    assert (account["new"], account["newcomers"]) == (2, None)
