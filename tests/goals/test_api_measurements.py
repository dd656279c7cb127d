"""The endpoint that integrations send numbers to."""

import datetime as dt
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from goals.models import DirtyMark, Measurement, MeasurementRevision
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import RowsRefusedError, record
from tests.conftest import NOW
from tests.doors import api_of, program
from tests.factories.goals import BreakdownFactory, KpiFactory, SegmentFactory, kpi_by_market
from tests.factories.teams import MembershipFactory, make_token

pytestmark = pytest.mark.usefixtures("frozen")

URL = "/api/v1/measurements/"
# The Monday of ISO week 46 of 2026.
MONDAY = "2026-11-09"
NOTHING_WRITTEN = "of the rows cannot be taken; nothing was written."


def _row(value="5", **more):
    return {"kpi": "leads", "date": MONDAY, "value": value, **more}


def _send(client, *rows, query="", **headers):
    return client.post(f"{URL}{query}", {"measurements": list(rows)}, headers=headers)


def _stored():
    rows = Measurement.objects.order_by("series__kpi__code", "on_date", "series__segment__code")
    return list(rows.values_list("series__kpi__code", "on_date", "series__segment__code", "value"))


def _blamed(answer):
    """Give the rows and fields that a problem names."""
    return [(entry["index"], entry["field"]) for entry in answer.json()["errors"]]


@pytest.fixture(autouse=True)
def leads(workspace, member):
    return KpiFactory(workspace=workspace, owner=member, code="leads", name="Leads")


@pytest.fixture
def api(member):
    return api_of(member)


@pytest.fixture
def visits(workspace, member):
    """A KPI by market, with Poland and Italy."""
    return kpi_by_market("it", "pl", workspace=workspace, owner=member)


# -- Good numbers --------------------------------------------------------------------------------


def test_one_value_is_stored_with_its_author_R98(api, member, now):
    answer = _send(api, _row("4.5", note="From the fair.", source="CRM"))

    assert answer.status_code == 200, answer.json()
    assert answer.json() == {"created": 1, "updated": 0, "unchanged": 0}
    stored = Measurement.objects.get()
    assert (stored.value, stored.note, stored.source) == (Decimal("4.5"), "From the fair.", "CRM")
    assert (stored.recorded_by, stored.recorded_at) == (member, now)


def test_a_value_without_a_source_came_through_the_api(api):
    _send(api, _row())

    assert Measurement.objects.get().source == "API"


def test_a_batch_over_kpis_periods_and_segments_is_stored_R30(api, visits):
    answer = _send(
        api,
        _row("5"),
        _row("6", date="2026-11-02"),
        _row("70", kpi="visits", segment="pl"),
        _row("80", kpi="visits", segment="it"),
    )

    assert answer.json() == {"created": 4, "updated": 0, "unchanged": 0}
    assert _stored() == [
        ("leads", dt.date(2026, 11, 2), None, 6),
        ("leads", dt.date(2026, 11, 9), None, 5),
        ("visits", dt.date(2026, 11, 9), "it", 80),
        ("visits", dt.date(2026, 11, 9), "pl", 70),
    ]


def test_an_empty_batch_changes_nothing(api):
    assert _send(api).json() == {"created": 0, "updated": 0, "unchanged": 0}


@pytest.mark.parametrize(
    ("cadence", "first_day"),
    [
        ("daily", dt.date(2026, 11, 15)),
        ("weekly", dt.date(2026, 11, 9)),
        ("monthly", dt.date(2026, 11, 1)),
        ("quarterly", dt.date(2026, 10, 1)),
        ("yearly", dt.date(2026, 1, 1)),
    ],
)
def test_any_day_of_a_period_is_stored_under_its_first(api, workspace, member, cadence, first_day):
    KpiFactory(workspace=workspace, owner=member, code="paced", cadence=cadence)

    _send(api, _row(kpi="paced", date="2026-11-15"))

    assert Measurement.objects.get().on_date == first_day


def test_the_week_starts_when_the_workspace_says(api, workspace):
    workspace.week_start = 6
    workspace.save()

    _send(api, _row(date="2026-11-14"))

    assert Measurement.objects.get().on_date == dt.date(2026, 11, 8)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("0", "0"),
        ("-3.5", "-3.5"),
        (7, "7"),
        (0.1, "0.1"),
        ("0.00000001", "0.00000001"),
        ("9999999999999999.99999999", "9999999999999999.99999999"),
        ("2.500000000000", "2.5"),
        ("1E+3", "1000"),
    ],
)
def test_a_number_is_stored_to_the_last_digit(api, sent, stored):
    assert _send(api, _row(sent)).status_code == 200

    assert Measurement.objects.get().value == Decimal(stored)


def test_the_stored_values_of_a_kpi_are_listed(api, member):
    _send(api, _row("5.50"), _row("6", date="2026-11-02", note="Late."))

    answer = api.get(f"{URL}?kpi=leads&from=2026-11-02&to=2026-11-09")

    listed = sorted(answer.json()["results"], key=lambda row: row["date"])
    assert [(row["date"], row["value"], row["note"]) for row in listed] == [
        ("2026-11-02", "6", "Late."),
        ("2026-11-09", "5.5", ""),
    ]
    assert listed[0]["recorded_by"] == member.user.email


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("?kpi=leads", {"5", "6"}),
        ("?kpi=visits", {"70", "80"}),
        ("?kpi=visits&segment=pl", {"70"}),
        ("?from=2026-11-09", {"5", "70", "80"}),
        ("?to=2026-11-08", {"6"}),
        ("?kpi=nobody", set()),
    ],
)
@pytest.mark.usefixtures("visits")
def test_the_list_is_narrowed_by_kpi_segment_and_days_R30(api, query, values):
    _send(
        api,
        _row("5"),
        _row("6", date="2026-11-02"),
        _row("70", kpi="visits", segment="pl"),
        _row("80", kpi="visits", segment="it"),
    )

    assert {row["value"] for row in api.get(f"{URL}{query}").json()["results"]} == values


@pytest.mark.parametrize("query", ["?from=yesterday", "?colour=red"])
def test_a_parameter_that_means_nothing_is_refused(api, query):
    assert api.get(f"{URL}{query}").status_code == 400


# -- Corrections ---------------------------------------------------------------------------------


def test_another_value_replaces_the_first_and_keeps_it_as_a_revision_R98(api, lead, member, now):
    _send(api, _row("5", note="First count."))

    answer = _send(api_of(lead), _row("7"))

    assert answer.json() == {"created": 0, "updated": 1, "unchanged": 0}
    assert Measurement.objects.get().value == 7
    revision = MeasurementRevision.objects.get()
    assert (revision.value, revision.note, revision.ending) == (5, "First count.", "replaced")
    assert (revision.recorded_by, revision.ended_by, revision.ended_at) == (member, lead, now)


def test_every_correction_is_kept(api):
    for value in ("5", "7", "5"):
        _send(api, _row(value))

    assert list(MeasurementRevision.objects.order_by("pk").values_list("value", flat=True)) == [
        5,
        7,
    ]
    assert Measurement.objects.get().value == 5


def test_another_day_of_the_same_week_corrects_the_same_value(api):
    _send(api, _row("5"))

    answer = _send(api, _row("7", date="2026-11-15"))

    assert answer.json()["updated"] == 1
    assert _stored() == [("leads", dt.date(2026, 11, 9), None, 7)]


@pytest.mark.parametrize("again", ["5", "5.00000000", 5])
def test_the_same_value_again_changes_nothing(api, again):
    _send(api, _row("5", source="CRM"))
    DirtyMark.objects.all().delete()

    answer = _send(api, _row(again, source="Sheet"))

    assert answer.json() == {"created": 0, "updated": 0, "unchanged": 1}
    assert not MeasurementRevision.objects.exists()
    assert not DirtyMark.objects.exists()
    assert Measurement.objects.get().source == "CRM"


def test_another_note_on_the_same_value_is_a_correction(api):
    _send(api, _row("5"))

    assert _send(api, _row("5", note="Counted twice.")).json()["updated"] == 1
    assert MeasurementRevision.objects.get().note == ""


def test_a_batch_counts_what_is_new_changed_and_unchanged(api):
    _send(api, _row("5"), _row("6", date="2026-11-02"))

    answer = _send(api, _row("5"), _row("60", date="2026-11-02"), _row("7", date="2026-10-26"))

    assert answer.json() == {"created": 1, "updated": 1, "unchanged": 1}


def test_a_change_marks_its_period_for_the_rollups(api):
    _send(api, _row("5", date="2026-11-12"))

    mark = DirtyMark.objects.get()
    assert (mark.series_id, mark.on_date) == (
        Measurement.objects.get().series_id,
        dt.date(2026, 11, 9),
    )


# -- Gaps and removal ----------------------------------------------------------------------------


def test_a_known_gap_has_a_note_and_no_value(api):
    answer = _send(api, _row(None, note="The form was broken."))

    assert answer.json()["created"] == 1
    stored = Measurement.objects.get()
    assert (stored.value, stored.note) == (None, "The form was broken.")


def test_a_gap_replaces_a_value_and_keeps_it_as_a_revision_R98(api):
    _send(api, _row("5"))

    assert _send(api, _row(None, note="It was spam.")).json()["updated"] == 1
    assert Measurement.objects.get().value is None
    assert MeasurementRevision.objects.get().value == 5


@pytest.mark.parametrize("note", ["", "  "])
def test_a_gap_without_a_reason_is_refused(api, note):
    answer = _send(api, _row(None, note=note))

    assert (answer.status_code, _blamed(answer)) == (422, [(0, "note")])
    assert _stored() == []


def test_a_missing_value_is_not_a_gap(api):
    row = _row(note="Forgotten.")
    del row["value"]

    answer = _send(api, row)

    assert (answer.status_code, _blamed(answer)) == (422, [(0, "value")])
    assert _stored() == []


def test_a_value_is_removed_by_any_day_of_its_period_and_stays_in_the_history(api, member):
    _send(api, _row("5"), _row("6", date="2026-11-02"))

    answer = api.delete(f"{URL}?kpi=leads&date=2026-11-13")

    assert answer.status_code == 204
    assert _stored() == [("leads", dt.date(2026, 11, 2), None, 6)]
    revision = MeasurementRevision.objects.get()
    assert (revision.value, revision.ending, revision.ended_by) == (5, "removed", member)


def test_removing_a_segment_s_value_leaves_the_others_R30(api, visits):
    _send(api, *(_row(kpi="visits", segment=code) for code in ("it", "pl")))

    assert api.delete(f"{URL}?kpi=visits&date={MONDAY}&segment=it").status_code == 204
    assert _stored() == [("visits", dt.date(2026, 11, 9), "pl", 5)]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"?kpi=leads&date={MONDAY}", 404),
        ("?kpi=leads", 400),
        ("?kpi=leads&date=yesterday", 400),
        (f"?kpi=nobody&date={MONDAY}", 422),
        (f"?kpi=leads&date={MONDAY}&segment=pl", 422),
    ],
)
def test_nothing_else_is_removed(api, query, status):
    _send(api, _row(date="2026-11-02"))

    assert api.delete(f"{URL}{query}").status_code == status
    assert len(_stored()) == 1
    assert not MeasurementRevision.objects.exists()


def test_a_removed_value_can_be_written_again(api):
    _send(api, _row("5"))
    api.delete(f"{URL}?kpi=leads&date={MONDAY}")

    assert _send(api, _row("6")).json() == {"created": 1, "updated": 0, "unchanged": 0}


# -- Rows that cannot be taken -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"value": "five"}, "value"),
        ({"value": ""}, "value"),
        ({"value": "1,5"}, "value"),
        ({"value": "0x10"}, "value"),
        ({"value": True}, "value"),
        ({"value": [5]}, "value"),
        ({"value": "Infinity"}, "value"),
        ({"value": {}}, "value"),
        ({"value": "0.000000001"}, "value"),
        ({"value": "10000000000000000"}, "value"),
        ({"value": "1e999999999"}, "value"),
        ({"kpi": "le\0ads"}, "kpi"),
        ({"note": "a\0b"}, "note"),
        ({"source": "a\0b"}, "source"),
        ({"value": "-1E16"}, "value"),
        ({"date": "9.11.2026"}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "2026-11-09T00:00:00Z"}, "date"),
        ({"date": "2026-W46"}, "date"),
        ({"date": ""}, "date"),
        ({"date": None}, "date"),
        ({"kpi": "nobody"}, "kpi"),
        ({"kpi": "Leads"}, "kpi"),
        ({"kpi": 5}, "kpi"),
        ({"segment": "pl"}, "segment"),
        ({"note": "x" * 501}, "note"),
        ({"note": 5}, "note"),
        ({"source": "x" * 81}, "source"),
    ],
)
def test_a_bad_row_is_refused_with_its_field_and_nothing_is_written(api, row, field):
    answer = _send(api, _row(date="2026-11-02"), {**_row(), **row})

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert _blamed(answer) == [(1, field)]
    assert answer.json()["detail"] == f"1 {NOTHING_WRITTEN}"
    assert _stored() == []


@pytest.mark.parametrize("value", ["1_000", " 5 ", "٥", "NaN", "-Infinity"])
def test_what_is_no_number_is_told_so_in_a_sentence(api, value):
    answer = _send(api, _row(value))

    assert answer.json()["errors"] == [
        {
            "index": 0,
            "field": "value",
            "detail": f"“{value}” is not a number."
            " Write digits, with a point before decimals: 1234.5.",
        }
    ]
    assert _stored() == []


@pytest.mark.parametrize(
    "written",
    [
        '"valu\\u0065": "1_000"',
        '"\\u0076alue": " 5 "',
        '"v\\u0061l\\u0075e": "٥"',
        '"value": "1\\u005f000"',
        '"value": "5", "val\\u0075e": "1_000"',
    ],
)
def test_an_escaped_name_or_value_is_read_as_strictly(api, written):
    row = f'{{"kpi": "leads", "date": "{MONDAY}", {written}}}'

    answer = api.post(URL, f'{{"measurements": [{row}]}}', content_type="application/json")

    assert answer.status_code == 422, answer.json()
    assert "is not a number" in answer.json()["errors"][0]["detail"]
    assert _stored() == []


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", "5"),
        ("-4.5", "-4.5"),
        ("0.1", "0.1"),
        ("123456789012345.12345678", "123456789012345.12345678"),
        ("2e3", "2000"),
    ],
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_number_arrives_to_the_last_digit_with_or_without_quotes(api, quote, written, value):
    row = f'{{"kpi": "leads", "date": "{MONDAY}", "value": {quote}{written}{quote}}}'

    answer = api.post(URL, f'{{"measurements": [{row}]}}', content_type="application/json")

    assert answer.status_code == 200, answer.json()
    assert Measurement.objects.get().value == Decimal(value)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_does_not_say_that_it_is_json_is_refused(api, kind):
    body = f'{{"measurements": [{{"kpi": "leads", "date": "{MONDAY}", "value": "5"}}]}}'

    answer = api.generic("POST", URL, body, content_type=kind)

    assert answer.status_code == 415
    assert answer["Content-Type"] == "application/problem+json"
    assert _stored() == []


def test_an_unknown_field_of_a_row_is_refused_by_name(api):
    answer = _send(api, _row(colour="red"))

    assert answer.status_code == 422
    assert "`colour`" in answer.json()["errors"][0]["detail"]
    assert _stored() == []


@pytest.mark.parametrize(
    ("day", "stored"),
    [
        # The clock stands at 16 November 2026: 366 days ahead is 17 November 2027.
        ("2027-11-17", True),
        ("2027-11-18", False),
        ("9999-12-31", False),
        ("1970-01-01", True),
        ("1969-12-31", False),
        ("0001-01-01", False),
    ],
)
def test_a_date_out_of_reach_is_refused(api, day, stored):
    answer = _send(api, _row(date=day))

    assert (answer.status_code == 200) is stored
    assert (answer.status_code == 422) is not stored
    assert Measurement.objects.exists() is stored


@pytest.mark.parametrize(
    ("segment", "detail"),
    [
        ({}, "Say for which segment: the total of “Visits” is computed."),
        ({"segment": None}, "Say for which segment: the total of “Visits” is computed."),
        ({"segment": "de"}, "There is no segment “de”."),
        ({"segment": ""}, "There is no segment “”."),
    ],
)
def test_a_kpi_with_a_breakdown_wants_one_of_its_segments_R30(api, visits, segment, detail):
    visits.name = "Visits"
    visits.save()

    answer = _send(api, _row(kpi="visits", **segment))

    expected = [{"index": 0, "field": "segment", "detail": detail}]
    assert (answer.status_code, answer.json()["errors"]) == (422, expected)
    assert _stored() == []


def test_the_segment_of_another_breakdown_is_unknown_R30(api, visits):
    channels = BreakdownFactory(workspace=visits.workspace)
    SegmentFactory(breakdown=channels, code="email")

    assert _blamed(_send(api, _row(kpi="visits", segment="email"))) == [(0, "segment")]


def test_a_formula_takes_no_values_R34(api, workspace, member):
    KpiFactory(
        workspace=workspace, owner=member, code="rate", name="Rate", aggregation="formula",
        formula="leads / 2",
    )  # fmt: skip

    answer = _send(api, _row(kpi="rate"))

    assert answer.json()["errors"][0]["detail"] == "“Rate” is computed by its formula."
    assert _stored() == []


def test_an_archived_kpi_takes_no_values(api, workspace, member, now):
    KpiFactory(workspace=workspace, owner=member, code="old", name="Old", archived_at=now)

    answer = _send(api, _row(kpi="old"))

    assert answer.json()["errors"][0]["detail"] == "“Old” is archived."
    assert _stored() == []


@pytest.mark.parametrize(("value", "status"), [("0", 200), ("1", 200), ("2", 422), ("0.5", 422)])
def test_yes_or_no_is_one_or_zero(api, workspace, member, value, status):
    KpiFactory(workspace=workspace, owner=member, code="done", unit="yes_no", aggregation="last")

    assert _send(api, _row(value, kpi="done")).status_code == status


def test_two_different_values_for_one_period_are_refused(api):
    answer = _send(api, _row("5"), _row("6", date="2026-11-15"))

    assert answer.json()["errors"] == [
        {
            "index": 1,
            "field": "value",
            "detail": "Two different values for one period: 5 and 6.",
        }
    ]
    assert _stored() == []


def test_the_same_value_twice_in_one_batch_counts_once(api):
    answer = _send(api, _row("5"), _row("5.0", date="2026-11-15"))

    assert answer.json() == {"created": 1, "updated": 0, "unchanged": 1}
    assert len(_stored()) == 1


def test_every_broken_rule_is_listed_with_its_row(api):
    answer = _send(api, _row(kpi="nobody"), _row(), _row(segment="pl"), _row(date="2030-01-01"))

    assert answer.json()["detail"] == f"3 {NOTHING_WRITTEN}"
    assert _blamed(answer) == [(0, "kpi"), (2, "segment"), (3, "date")]
    assert _stored() == []


# -- Partial batches -----------------------------------------------------------------------------


def test_a_partial_batch_writes_the_good_rows_and_lists_the_bad(api):
    answer = _send(
        api,
        _row("five"),
        _row("5"),
        _row("6", kpi="nobody"),
        "no row",
        _row("7", date="2026-11-02"),
        _row("8", date="2030-01-01"),
        query="?partial=true",
    )

    assert answer.status_code == 200
    assert [answer.json()[name] for name in ("created", "updated", "unchanged")] == [2, 0, 0]
    assert [(error["index"], error["field"]) for error in answer.json()["errors"]] == [
        (0, "value"),
        (2, "kpi"),
        (3, ""),
        (5, "date"),
    ]
    assert [value for *_key, value in _stored()] == [7, 5]


def test_a_partial_batch_keeps_the_first_of_two_different_values(api):
    answer = _send(api, _row("5"), _row("6"), query="?partial=true")

    assert (answer.json()["created"], answer.json()["unchanged"]) == (1, 0)
    assert [error["index"] for error in answer.json()["errors"]] == [1]
    assert Measurement.objects.get().value == 5


def test_a_partial_batch_without_fault_has_an_empty_list_of_errors(api):
    answer = _send(api, _row(), query="?partial=true")

    assert answer.json() == {"created": 1, "updated": 0, "unchanged": 0, "errors": []}


def test_partial_is_true_or_false(api):
    answer = _send(api, _row(), query="?partial=yes")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "partial")
    assert _stored() == []


# -- Bodies that cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", "{}", '{"measurements": {}}', '{"measurements": [', '"measurements"',
     '{"measurements": [], "dry_run": true}', '{"kpi": "leads", "date": "2026-11-09", "value": 5}'],
)  # fmt: skip
def test_a_body_of_another_form_is_refused(api, body):
    answer = api.post(URL, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert _stored() == []


@pytest.mark.parametrize("query", ["", "?partial=true"])
def test_a_batch_has_a_size_limit(api, settings, query):
    settings.MEASUREMENTS_PER_REQUEST = 2
    rows = [_row(date=day) for day in ("2026-10-05", "2026-10-12", "2026-10-19")]

    assert _send(api, *rows, query=query).status_code == 413
    assert _stored() == []
    assert _send(api, *rows[:2], query=query).json()["created"] == 2


# -- The same request twice ----------------------------------------------------------------------


def test_a_repeated_key_gets_the_first_answer_and_writes_nothing(api, lead):
    key = {"Idempotency-Key": "week-46"}
    first = _send(api, _row("5"), **key)
    _send(api_of(lead), _row("9"))

    again = _send(api, _row("5"), **key)

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.json() == {"created": 1, "updated": 0, "unchanged": 0}
    assert again["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first
    assert Measurement.objects.get().value == 9


# -- Who may -------------------------------------------------------------------------------------


@pytest.fixture
def with_token(member, now):
    """Give a client with a token of the member, and the token."""

    def make(scope, *codes):
        token, text = make_token(member, now, scope=scope, kpi_codes=codes)
        return program(text), token

    return make


@pytest.mark.parametrize(("scope", "codes"), [("write", ()), ("measurements", ("leads",))])
def test_a_token_of_enough_scope_writes(with_token, member, scope, codes):
    client, _token = with_token(scope, *codes)

    assert _send(client, _row()).json() == {"created": 1, "updated": 0, "unchanged": 0}
    assert Measurement.objects.get().recorded_by == member


def test_a_token_for_reading_does_not_write(with_token):
    client, _token = with_token("read")

    assert _send(client, _row()).status_code == 403
    assert client.get(URL).status_code == 200
    assert _stored() == []


def test_a_token_for_reading_does_not_remove(with_token, api):
    _send(api, _row())
    client, _token = with_token("read")

    assert client.delete(f"{URL}?kpi=leads&date={MONDAY}").status_code == 403
    assert len(_stored()) == 1


def test_a_token_for_some_kpis_writes_no_others(with_token, workspace, member):
    KpiFactory(workspace=workspace, owner=member, code="revenue", name="Revenue")
    client, _token = with_token("measurements", "leads")

    answer = _send(client, _row(), _row(kpi="revenue"))

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"index": 1, "field": "kpi", "detail": "You may not enter numbers of “Revenue”."}
    ]
    assert _stored() == []


def test_a_token_for_some_kpis_removes_no_values_of_others(with_token, workspace, member, api):
    KpiFactory(workspace=workspace, owner=member, code="revenue")
    _send(api, _row(kpi="revenue"))
    client, _token = with_token("measurements", "leads")

    assert client.delete(f"{URL}?kpi=revenue&date={MONDAY}").status_code == 422
    assert len(_stored()) == 1


def test_a_token_for_numbers_does_not_read(with_token, api):
    _send(api, _row())
    client, _token = with_token("measurements", "leads")

    assert client.get(URL).status_code == 403


def test_without_a_token_or_session_nothing_is_written():
    assert _send(APIClient(), _row()).status_code == 401
    assert _stored() == []


def test_a_viewer_writes_nothing(viewer):
    assert _send(api_of(viewer), _row()).status_code == 403
    assert _stored() == []


def test_an_owner_who_only_looks_on_by_now_writes_nothing(workspace, viewer):
    """Imports write in the name of whoever began them, long after the gate let them in."""
    KpiFactory(workspace=workspace, owner=viewer, code="own")
    row = NewValue("own", dt.date.fromisoformat(MONDAY), Decimal(5))

    with pytest.raises(RowsRefusedError) as refused:
        record([row], by=Author(membership=viewer, source="test"), at=NOW)

    assert [error.field for error in refused.value.errors] == ["kpi"]


def test_a_partner_writes_the_kpis_that_they_own_and_no_others(workspace, partner):
    KpiFactory(workspace=workspace, owner=partner, code="own")
    client = api_of(partner)

    assert _blamed(_send(client, _row(kpi="own"), _row())) == [(1, "kpi")]
    assert _stored() == []
    assert _send(client, _row(kpi="own")).json()["created"] == 1


# -- Workspaces ----------------------------------------------------------------------------------


def test_a_kpi_of_another_workspace_is_unknown(api, stranger):
    """It has the same answer as one that exists nowhere."""
    KpiFactory(workspace=stranger.workspace, owner=stranger, code="foreign")

    answer = _send(api, _row(kpi="foreign"))

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"index": 0, "field": "kpi", "detail": "There is no KPI with the code “foreign”."}
    ]
    assert _stored() == []


def test_a_stranger_s_number_goes_to_their_own_kpi_of_that_code(leads, stranger):
    own = KpiFactory(workspace=stranger.workspace, owner=stranger, code="leads")

    assert _send(api_of(stranger), _row("9")).json()["created"] == 1
    assert Measurement.objects.get().series.kpi == own


def test_another_workspace_s_numbers_are_neither_listed_nor_removed(api, stranger):
    _send(api, _row())
    client = api_of(stranger)

    assert client.get(URL).json()["results"] == []
    assert client.delete(f"{URL}?kpi=leads&date={MONDAY}").status_code == 422
    assert len(_stored()) == 1


def test_a_workspace_that_one_does_not_belong_to_is_refused(stranger, workspace):
    answer = _send(api_of(stranger), _row(), **{"X-Workspace": workspace.slug})

    assert answer.status_code == 403
    assert _stored() == []


def test_a_member_of_two_workspaces_says_which(api, member, workspace):
    other = MembershipFactory(user=member.user, role=member.role).workspace

    assert _send(api, _row()).status_code == 400
    assert _blamed(_send(api, _row(), **{"X-Workspace": other.slug})) == [(0, "kpi")]
    assert _stored() == []
    assert _send(api, _row(), **{"X-Workspace": workspace.slug}).json()["created"] == 1


@pytest.mark.usefixtures("visits")
def test_a_list_is_paged_from_the_latest_day_without_losing_a_row(api):
    days = ["2026-10-19", "2026-10-26", "2026-11-02"]
    for day in days:
        by_market = [_row(kpi="visits", segment=code, date=day) for code in ("pl", "it")]
        _send(api, *by_market, _row(date=day))
    url, pages = f"{URL}?page_size=2", []
    while url:
        answer = api.get(url).json()
        pages.append([row["date"] for row in answer["results"]])
        url = answer["next"]
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    assert [day for page in pages for day in page] == [
        day for day in reversed(days) for _place in range(3)
    ]


def test_a_parameter_with_a_null_character_is_refused(api):
    answer = api.get(URL, {"kpi": "\0"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "kpi"
