"""What people correct: how a file is read, and what its check found wrong with it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from goals.models import Import, Kpi, Measurement
from goals.services import imports
from teams.models import OutgoingMail
from tests.conftest import NOW
from tests.core.intake_cases import workbook
from tests.doors import browser_of, text_of
from tests.factories.goals import KpiFactory
from tests.goals.bad_files import csv

pytestmark = pytest.mark.usefixtures("frozen")

State = Import.State


@pytest.fixture
def page(lead):
    return browser_of(lead)


def choose(page, content, name="file.csv"):
    file = SimpleUploadedFile(name, content)
    answer = page.post(reverse("goals:new-import", args=["rosemary"]), {"file": file})
    assert answer.status_code == 303, text_of(answer)
    return Import.objects.latest("number")


def form_of(page, address):
    form = page.get(address).context["form"]
    fields = {field.html_name: field.value() or "" for field in form}
    return {name: value for name, value in fields.items() if value is not False}


def read_as(page, row, **changes):
    address = f"{row.get_absolute_url()}reading/"
    answer = page.post(address, form_of(page, address) | changes)
    row.refresh_from_db()
    return answer


def check(page, row, **changes):
    address = row.get_absolute_url()
    answer = page.post(address, form_of(page, f"{address}?step=match") | changes)
    assert answer.status_code == 303, text_of(answer)
    return work(row)


def mend(page, row, code, column, remedy):
    data = {"code": code, "column": column, "remedy": remedy}
    answer = page.post(f"{row.get_absolute_url()}mend/", data, follow=True)
    work(row)
    return answer


def work(row):
    imports.run_next(at=NOW, only=row)
    row.refresh_from_db()
    return row


def write(page, row):
    page.post(f"{row.get_absolute_url()}apply/")
    assert work(row).state == State.DONE, row.last_error
    return row


def values():
    return list(Measurement.objects.order_by("on_date").values_list("value", flat=True))


# -- How a file is read ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "changes", "columns"),
    [
        ("Dzień;Łódź;Leady\n2026-11-02;a;5\n".encode("cp1250"), {"encoding": "cp1252"},
         ["Dzieñ", "£ódŸ", "Leady"]),
        (b"Day,Leads;x\n2026-11-02,5;1\n2026-11-03,6;2\n", {"delimiter": ","}, ["Day", "Leads;x"]),
        (b"Day,Leads;x\n2026-11-02,5;1\n2026-11-03,6;2\n", {"delimiter": ";"}, ["Day,Leads", "x"]),
        (csv("Day,Leads", "Tag,Anfragen", "2026-11-02,5"), {"header_row": "2"},
         ["Tag", "Anfragen"]),
    ],
    ids=["encoding", "comma", "semicolon", "headings"],
)  # fmt: skip
def test_where_a_table_is_can_be_corrected(page, content, changes, columns):
    row = choose(page, content)
    read_as(page, row, **changes)
    assert [column["name"] for column in row.columns] == columns


def test_another_sheet_and_another_table_can_be_read(page):
    row = choose(page, workbook(["Day", "Leads"], ["2026-11-02", 5]), "file.xlsx")
    assert "sheet" not in form_of(page, f"{row.get_absolute_url()}reading/"), "there is one"

    row = choose(page, csv("First", "Day,Leads", "2026-11-02,5", "", "Second", "Day,Visits",
                           "2026-11-02,7"))  # fmt: skip
    read_as(page, row, table="1")
    assert [column["name"] for column in row.columns] == ["Day", "Visits"]
    assert row.mapping["create"]["columns"] == ["Visits"]
    assert "table 2 of 2 Second" in text_of(page.get(row.get_absolute_url()))


def test_how_a_column_is_written_can_be_corrected(page):
    row = choose(page, csv("Day,Leads", "05/11/2026,5", "13/11/2026,6"))
    read_as(page, row, **{"column-0": "mdy"})
    assert row.columns[0]["date_format"]["code"] == "mdy"
    assert row.mapping["date"] == "Day"

    check(page, row)
    assert "“13/11/2026” is not a day of the calendar" in text_of(page.get(row.get_absolute_url()))


def test_a_row_taken_for_totals_can_be_data_and_other_lines_be_left_out(page):
    row = choose(page, csv("Market,Leads", "pl,5", "it,6", "Total,11"))
    assert row.rows_total == 2
    read_as(page, row, keep_lines=["4"])
    assert row.rows_total == 3
    read_as(page, row, skip_lines="2, 3-3")
    assert row.rows_total == 1


def test_lines_that_are_left_out_are_shown_as_ranges(page):
    row = choose(page, csv("Day,Leads", *(f"2026-11-{day:02},5" for day in range(1, 10))))
    read_as(page, row, skip_lines="3,4,5, 7 , 9-10")
    assert form_of(page, f"{row.get_absolute_url()}reading/")["skip_lines"] == "3-5, 7, 9-10"


def test_an_import_of_an_earlier_release_can_still_be_read_in_another_way(page):
    row = choose(page, csv("Day,Leads", "2026-11-02,5", "2026-11-03,6"))
    Import.objects.update(layout={})
    read_as(page, row, skip_lines="2")
    assert row.rows_total == 1


@pytest.mark.parametrize("lines", ["x", "3-2", "0", "1-99999", "1,,2;3"])
def test_what_are_no_lines_is_said(page, lines):
    row = choose(page, csv("Day,Leads", "2026-11-02,5"))
    answer = read_as(page, row, skip_lines=lines)
    assert answer.status_code == 422
    assert "is not a line or a range of lines such as 9-12." in text_of(answer)


def test_a_reading_that_leaves_nothing_is_refused_and_the_old_one_stays(page):
    row = choose(page, csv("Day,Leads", "2026-11-02,5"))
    answer = read_as(page, row, skip_lines="2")
    assert answer.status_code == 422
    assert "The file has headings and no rows below them." in text_of(answer)
    assert row.rows_total == 1


def test_a_file_that_was_written_is_not_read_anew(page):
    row = write(page, check(page, choose(page, csv("Day,Leads", "2026-11-02,5"))))
    answer = read_as(page, row, header_row="0")
    assert answer.status_code == 422
    assert "This import is “Done”." in text_of(answer)


# -- What helps against problems -------------------------------------------------------------------


@pytest.mark.parametrize(("remedy", "expected"), [("empty", [6]), ("zero", [0, 6])])
def test_cells_that_are_no_numbers_are_taken_as_somebody_says(page, remedy, expected):
    row = check(page, choose(page, csv("Day,Leads", "2026-11-02,n/d", "2026-11-03,6")))
    shown = text_of(page.get(row.get_absolute_url()))
    assert "“n/d” is not a number. Leads line 2 Take as empty Take as 0" in shown

    mend(page, row, "not_a_number", "Leads", remedy)
    shown = text_of(page.get(row.get_absolute_url()))
    assert "1 cell that is no number is taken as you said." in shown
    write(page, row)
    assert values() == expected


@pytest.mark.parametrize(("remedy", "value"), [("add", 11), ("last", 6)])
def test_several_rows_of_a_day_are_taken_as_somebody_says(page, remedy, value):
    row = check(
        page, choose(page, csv("Day,Leads", "2026-11-02,5", "2026-11-02,6", "2026-11-03,1"))
    )
    assert "gets two values for" in text_of(page.get(row.get_absolute_url()))

    mend(page, row, "contradiction", "Leads", remedy)
    write(page, row)
    assert values() == [value, 1]


def test_rows_without_a_day_are_left_out(page):
    row = check(page, choose(page, csv("Day,Leads", "2026-11-02,5", "soon,9", "2026-11-03,6")))
    mend(page, row, "not_a_date", "Day", "skip")
    assert (row.rows_total, row.summary["problems"]) == (2, 0)
    assert "left out by choice" in text_of(page.get(row.get_absolute_url()))
    write(page, row)
    assert values() == [5, 6]


def test_names_that_no_kpi_has_become_kpis(page, workspace, lead):
    KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")
    file = csv("Day,Measure,Value", "2026-11-02,Leads,5", "2026-11-02,Visits,9")
    row = check(page, choose(page, file), new_kpis="")
    assert "There is no KPI called “Visits”." in text_of(page.get(row.get_absolute_url()))

    mend(page, row, "unknown_kpi", "Measure", "create")
    write(page, row)
    assert set(Kpi.objects.values_list("name", flat=True)) == {"Leads", "Visits"}


@pytest.mark.parametrize(
    ("code", "column", "remedy"),
    [("not_a_number", "Leads", "add"), ("not_a_number", "Day", "zero"), ("", "", ""),
     ("not_a_number", "Leads", "everything")],
)  # fmt: skip
def test_what_does_not_help_changes_nothing(page, code, column, remedy):
    row = check(page, choose(page, csv("Day,Leads", "2026-11-02,n/d", "2026-11-03,6")))
    before = row.mapping
    answer = mend(page, row, code, column, remedy)
    assert "There is no such problem any more. Look at the list again." in text_of(answer)
    assert (row.state, row.mapping) == (State.CHECKED, before)


# -- Which rows, which day, which name -------------------------------------------------------------


@pytest.mark.parametrize(("choice", "value"), [("=pl", 5), ("-pl", 6)])
def test_rows_are_kept_or_dropped_by_a_text(page, choice, value):
    file = csv("Day,Market,Leads", "2026-11-02,pl,5", "2026-11-02,it,6")
    row = check(page, choose(page, file), **{"column-1": "", "filter-1": choice})
    assert row.summary["filtered_rows"] == 1
    form = page.get(f"{row.get_absolute_url()}?step=match").context["form"]
    assert form["filter-1"].value() == choice, "it is there when somebody comes back"
    write(page, row)
    assert values() == [value]


def test_all_rows_may_be_of_one_day_although_there_is_a_date(page):
    row = choose(page, csv("Made on,Leads", "2026-10-02,5"))
    check(page, row, **{"column-0": "", "day": "2026-11-09"})
    write(page, row)
    assert list(Measurement.objects.values_list("on_date", flat=True)) == [dt.date(2026, 11, 9)]


def test_a_new_kpi_is_called_as_somebody_says(page):
    file = csv("Date,Clicks,Impressions,CTR,Position", "2026-11-02,5,100,5%,9.5")
    row = choose(page, file)
    check(page, row, **{"called-1": "Clicks in search", "column-2": "", "column-4": ""})
    write(page, row)
    kpi = Kpi.objects.get()
    assert (kpi.name, kpi.code) == ("Clicks in search", "clicks_in_search")

    # The next export knows it by its column.
    again = choose(page, file)
    assert again.mapping["values"] == {"Clicks": "clicks_in_search"}


# -- Other columns than the last time --------------------------------------------------------------


def test_a_file_whose_columns_changed_is_matched_as_far_as_they_are_the_same(page):
    file = csv("Day,Market,Anfragen,Besuche", "2026-11-02,pl,5,70")
    write(page, check(page, choose(page, file)))

    row = choose(page, csv("Day,Market,Anfragen,Kosten", "2026-11-09,pl,6,80"))
    shown = text_of(page.get(row.get_absolute_url()))
    assert "but its columns have changed. No longer there: Besuche." in shown
    assert "New, and not imported unless you say where they go: Kosten." in shown
    check(page, row)
    write(page, row)
    assert set(Measurement.objects.values_list("value", flat=True)) == {
        Decimal(5), Decimal(70), Decimal(6),
    }  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    ["When,Market,Anfragen,Besuche", "Day,Land,Requests,Kosten", "Day,Market,A,B,C,D"],
    ids=["the day is elsewhere", "hardly alike", "most of it is new"],
)
def test_a_file_with_mostly_other_columns_is_guessed(page, headers):
    write(page, check(page, choose(page, csv("Day,Market,Anfragen,Besuche", "2026-11-02,pl,5,70"))))
    width = headers.count(",") - 1
    row = choose(page, csv(headers, f"2026-11-03,pl{',6' * width}"))
    assert "gone" not in row.proposed_by
    assert not row.is_remembered


def test_the_export_of_a_tool_is_not_matched_as_another_file_was(page):
    file = csv("Date,Clicks,Impressions,CTR,Position", "2026-11-02,5,100,5%,9.5")
    write(page, check(page, choose(page, file)))
    row = choose(page, csv("Date,Clicks,Impressions,CTR", "2026-11-02,5,100,5%"))
    assert "gone" not in row.proposed_by
    assert row.mapping["values"] == {}


# -- Elsewhere -------------------------------------------------------------------------------------


def test_the_link_is_mailed_to_whoever_asks_and_to_nobody_else(page, lead):
    row = choose(page, csv("Day,Leads", "2026-11-02,5"))
    answer = page.post(f"{row.get_absolute_url()}send/", follow=True)
    assert f"The link is on its way to {lead.user.email}." in text_of(answer)
    mail = OutgoingMail.objects.get()
    assert mail.recipient == lead.user.email
    assert row.get_absolute_url() in bytes(mail.body).decode()


@pytest.mark.parametrize("table", ["", "x", "-1", "7", "99999", "²"])
def test_there_is_no_such_table(page, table):
    row = choose(page, csv("Day,Leads", "2026-11-02,5"))
    page.post(f"{row.get_absolute_url()}tables/", {"table": table}, follow=True)
    assert Import.objects.count() == 1
