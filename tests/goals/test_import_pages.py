"""A file through the pages: chosen, matched, checked, written."""

import datetime as dt
import gzip
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from goals.models import Import, Measurement, Segment
from goals.services import imports
from tests.conftest import NOW
from tests.core.intake_cases import workbook
from tests.doors import browser_of, text_of
from tests.goals.bad_files import FAULTY, REFUSED, csv, make_kpis

pytestmark = pytest.mark.usefixtures("frozen")

State = Import.State
GOOD = csv("Date,Leads", "2026-11-02,5", "2026-11-09,6")


@pytest.fixture(autouse=True)
def kpis(workspace, lead):
    make_kpis(workspace, lead)


@pytest.fixture
def page(lead):
    return browser_of(lead)


def choose(page, content, name="leads.csv", **more):
    file = SimpleUploadedFile(name, content)
    return page.post(reverse("goals:new-import", args=["rosemary"]), {"file": file, **more})


def row_of(page):
    return Import.objects.latest("number")


def url(row, step="import"):
    return reverse(f"goals:{step}", args=["rosemary", row.number])


def match(page, row, **changes):
    """Send the page's form back as it was proposed, but for ``changes``."""
    form = page.get(f"{url(row)}?step=match").context["form"]
    proposed = {field.html_name: field.value() or "" for field in form}
    proposed = {name: value for name, value in proposed.items() if value is not True}
    return page.post(url(row), proposed | changes)


def check(page, content, name="leads.csv", **changes):
    assert choose(page, content, name).status_code == 303
    row = row_of(page)
    assert match(page, row, **changes).status_code == 303
    assert imports.run_next(at=NOW)
    row.refresh_from_db()
    return row


def stored():
    rows = Measurement.objects.order_by("series__kpi__code", "on_date", "series__segment__code")
    return list(rows.values_list("series__kpi__code", "series__segment__code", "on_date", "value"))


# -- The way through ------------------------------------------------------------------------------


def test_a_file_is_chosen_matched_checked_and_written(page):
    answer = choose(page, GOOD)
    row = row_of(page)
    assert (answer.status_code, answer.url) == (303, url(row))

    shown = page.get(url(row))
    assert "Check 2 rows" in shown.content.decode()
    match(page, row)
    imports.run_next(at=NOW)
    shown = page.get(url(row)).content.decode()
    assert "New values: 2. Changed: 0. There already: 0." in shown
    assert "2 of 2 rows were read. They hold values for 2–9 Nov 2026." in shown
    assert "Import 2 values" in shown
    assert stored() == []

    page.post(url(row, "apply-import"))
    imports.run_next(at=NOW)

    shown = page.get(url(row)).content.decode()
    assert "New values: 2. Changed: 0. There already: 0." in shown
    assert stored() == [
        ("leads", None, dt.date(2026, 11, 2), 5),
        ("leads", None, dt.date(2026, 11, 9), 6),
    ]


def test_a_file_of_one_day_names_that_day(page):
    row = check(page, csv("Date,Leads", "2026-11-02,5"))

    assert "They hold values for 2 Nov 2026." in page.get(url(row)).content.decode()


def test_the_same_file_again_changes_nothing_and_says_so(page):
    for _time in range(2):
        row = check(page, GOOD)
        page.post(url(row, "apply-import"))
        imports.run_next(at=NOW)

    row = check(page, GOOD)
    shown = page.get(url(row)).content.decode()

    assert "New values: 0. Changed: 0. There already: 2." in shown
    assert "All that is in the file is stored already." in shown
    assert url(row, "apply-import") not in shown
    assert len(stored()) == 2


def paste(page, text, **more):
    return page.post(reverse("goals:new-import", args=["rosemary"]), {"pasted": text, **more})


def test_pasted_cells_are_taken_like_a_file(page):
    answer = paste(page, "Date\tLeads\r\n2026-11-02\t5\r\n2026-11-09\t6\r\n")
    row = row_of(page)
    assert (answer.status_code, answer.url) == (303, url(row))
    assert (row.filename, row.rows_total) == ("Pasted cells", 2)
    assert row.mapping["values"] == {"Leads": "leads"}


@pytest.mark.parametrize(("fields", "sentence"), [
    ({}, "Choose a file, or paste cells."),
    ({"pasted": "  \n "}, "Choose a file, or paste cells."),
    ({"pasted": "Date,Leads", "file": SimpleUploadedFile("leads.csv", GOOD)},
     "Choose a file or paste cells, not both."),
    ({"pasted": "only words"}, "The file has headings and no rows below them."),
])  # fmt: skip
def test_one_of_both_is_needed(page, fields, sentence):
    answer = page.post(reverse("goals:new-import", args=["rosemary"]), fields)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Import.objects.exists()


OTHERWISE = csv("Date,Leads", "2026-11-02,7", "2026-11-09,6")


@pytest.mark.parametrize(("choice", "value"), [({}, 7), ({"stored": "keep"}, 5)])
def test_values_that_are_stored_otherwise_are_shown_and_kept_if_asked(page, choice, value):
    row = check(page, csv("Date,Leads", "2026-11-02,5"))
    page.post(url(row, "apply-import"))
    imports.run_next(at=NOW)

    row = check(page, OTHERWISE)
    shown = text_of(page.get(url(row)))
    assert "Leads week 45 5 7" in shown
    assert "Import 2 values Import only the 1 new one" in shown
    page.post(url(row, "apply-import"), choice)
    imports.run_next(at=NOW)

    assert [stored_value for *_key, stored_value in stored()] == [value, 6]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (GOOD.replace(b",", b"\t"), "leads.tsv"),
        (GOOD.replace(b",", b";"), "leads.csv"),
        (gzip.compress(GOOD), "leads.csv.gz"),
        (workbook(["Date", "Leads"], ["2026-11-02", 5], [dt.date(2026, 11, 9), 6]), "leads.xlsx"),
        (GOOD.decode().encode("utf-16"), "leads.csv"),
    ],
    ids=["tabs", "semicolons", "gzip", "workbook", "utf-16"],
)
def test_files_of_every_kind_say_the_same(page, content, name):
    row = check(page, content, name)

    assert (row.summary["new"], row.summary["problems"]) == (2, 0)


def test_a_long_file_with_segments_creates_the_new_ones_when_asked_R30(page):
    file = csv("Date,Measure,Market,Value", "2026-11-02,Visits,pl,5", "2026-11-02,Visits,it,6")

    row = check(page, file, new_segments="on")
    shown = page.get(url(row)).content.decode()
    assert "1 segment is new and will be created: it" in shown
    page.post(url(row, "apply-import"))
    imports.run_next(at=NOW)

    assert [segment for _kpi, segment, _day, _value in stored()] == ["it", "pl"]
    assert set(Segment.objects.values_list("code", flat=True)) == {"it", "pl"}


def test_computed_numbers_are_rounded_and_that_is_said_before_and_after_the_match(page):
    file = csv("Date,Leads", "2026-11-02,5.1234567850001", "2026-11-09,6")
    choose(page, file)
    row = row_of(page)
    assert "; rounded to 8 decimals" in page.get(url(row)).content.decode()

    row = check(page, file)

    shown = page.get(url(row)).content.decode()
    assert "Numbers with more than 8 decimals are rounded: Leads." in shown
    page.post(url(row, "apply-import"))
    imports.run_next(at=NOW)
    assert stored()[0] == ("leads", None, dt.date(2026, 11, 2), Decimal("5.12345679"))


def test_somebody_says_how_days_that_can_be_read_two_ways_are_written(page):
    choose(page, csv("Date,Leads", "02/11/2026,5", "09/11/2026,6"))
    row = row_of(page)

    shown = page.get(url(row)).content.decode()
    assert "day first, such as 9.11.2026 or 9/11/2026" in shown
    refused = match(page, row)
    assert refused.status_code == 422
    assert "can be read in more than one way; choose one." in refused.content.decode()

    assert match(page, row, **{"reading-0": "dmy"}).status_code == 303
    imports.run_next(at=NOW)
    row.refresh_from_db()
    assert (row.summary["first"], row.summary["last"]) == ("2026-11-02", "2026-11-09")


def test_an_encoding_can_be_chosen(page):
    choose(page, "Date,Leads,Źródło\n2026-11-02,5,żółw\n".encode("cp1250"), encoding="cp1250")

    assert "Źródło" in page.get(url(row_of(page))).content.decode()


def test_two_columns_cannot_go_to_one_place(page):
    choose(page, csv("Date,Leads,More", "2026-11-02,5,6"))

    answer = match(page, row_of(page), **{"column-2": "kpi:leads"})

    assert answer.status_code == 422
    assert "“Leads” and “More” go to the same place. Choose one of them." in (
        answer.content.decode()
    )


def test_a_file_without_a_day_cannot_be_checked(page):
    choose(page, csv("Name,Leads", "a,5"))

    answer = match(page, row_of(page))

    assert answer.status_code == 422
    sentence = "Say which column holds the date, or of which day all rows are."
    assert sentence in answer.content.decode()


# -- Bad files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_table_is_refused_with_a_sentence(page, case):
    answer = choose(page, case.content, case.name)

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [case.sentence]
    assert not Import.objects.exists()


def test_an_empty_file_is_refused_with_a_sentence(page):
    answer = choose(page, b"")

    assert (answer.status_code, Import.objects.count()) == (422, 0)
    assert answer.context["form"].errors["file"] == ["The submitted file is empty."]


def test_a_file_just_above_25_mb_is_refused_at_its_field(page):
    answer = choose(page, bytes(25 * 1024**2 + 1))

    assert (answer.status_code, Import.objects.count()) == (422, 0)
    assert answer.context["form"].errors["file"] == ["The file is larger than 25 MB."]


def test_a_file_of_100_mb_is_refused_with_a_page(page):
    answer = choose(page, bytes(100 * 1024**2))

    assert (answer.status_code, Import.objects.count()) == (413, 0)
    assert "A file can have up to 25 MB." in answer.content.decode()


@pytest.mark.parametrize("case", FAULTY.values(), ids=FAULTY.keys())
def test_a_fault_is_named_by_line_and_column_and_nothing_is_written(page, case):
    row = check(page, case.content, case.name)

    shown = page.get(url(row)).content.decode()
    assert row.state == State.CHECKED
    problems = row.problems.values_list("line", "column", "detail")
    assert list(problems) == [(case.line, case.column, case.sentence)]
    assert f"line {case.line}" in shown
    answer = page.post(url(row, "apply-import"), follow=True)
    assert "Mend the problems first; nothing is written in part." in answer.content.decode()
    assert not imports.run_next(at=NOW)
    assert stored() == []


def test_equal_faults_are_counted_together_and_listed_in_errors_csv(page):
    lines = [f"2026-11-{day:02},no" for day in range(1, 11)]

    row = check(page, csv("Date,Leads", *lines, *(f"2026-10-{d:02},5" for d in (5, 12, 19))))
    shown = page.get(url(row)).content.decode()
    listed = page.get(url(row, "import-problems"))

    assert "10 problems" in shown
    assert "10 times, first in line 2" in shown
    assert listed.content.decode("utf-8-sig").splitlines()[:2] == [
        "Line,Column,Problem",
        "2,Leads,“no” is not a number.",
    ]


def test_thousands_of_faults_are_counted_and_2000_are_listed(page):
    row = check(page, csv("Date,Leads", "2026-11-02,5", *["2026-02-30,6"] * 2_500))

    assert (row.summary["problems"], row.problems.count()) == (2_500, 2_000)
    assert "2,500 problems, of which 2,000 are listed" in page.get(url(row)).content.decode()


def test_a_column_of_segments_that_never_repeat_is_no_column_of_segments(page):
    lines = [f"2026-11-02,x{n},5" for n in range(1_100)]

    row = check(page, csv("Date,Market,Visits", *lines), new_segments="on")

    assert row.state == State.FAILED
    shown = page.get(url(row)).content.decode()
    assert "The file would create more than 1000 segments. Is the right column chosen?" in shown
    assert "Check 1,100 rows" in shown


# -- Work that goes on elsewhere ------------------------------------------------------------------


def test_the_job_page_shows_how_far_the_work_came_with_and_without_javascript(page):
    choose(page, GOOD)
    row = row_of(page)
    match(page, row)
    Import.objects.filter(pk=row.pk).update(done=1)

    shown = page.get(url(row)).content.decode()
    fragment = page.get(url(row), headers={"HX-Request": "true"})

    for text in (shown, fragment.content.decode()):
        assert '<progress class="m-progress" max="2" value="1"' in text
        assert "1 of 2 rows" in text
        assert f'href="{url(row)}"' in text
    assert "<html" not in fragment.content.decode()


def test_somebody_leaves_and_finds_the_import_again(page):
    row = check(page, GOOD)

    listed = page.get(reverse("goals:imports", args=["rosemary"])).content.decode()

    assert url(row) in listed
    assert "Checked" in listed


def test_many_imports_come_in_pages_the_newest_first(page, lead):
    Import.objects.bulk_create(
        Import(
            workspace=lead.workspace, number=number, filename=f"{number}.csv", content=b"",
            created_by=lead, created_at=NOW,
        )
        for number in range(1, 102)
    )  # fmt: skip
    listed = reverse("goals:imports", args=[lead.workspace.slug])

    first, second = (page.get(f"{listed}?page={n}").content.decode() for n in (1, 2))

    assert ">101.csv<" in first
    assert ">1.csv<" not in first
    assert re.findall(r">(\d+)\.csv<", second) == ["1"]


def test_a_check_can_be_stopped_and_begun_again(page):
    choose(page, GOOD)
    row = row_of(page)
    match(page, row)

    page.post(url(row, "cancel-import"))

    row.refresh_from_db()
    assert row.state == State.UPLOADED
    assert not imports.run_next(at=NOW)
    match(page, row)
    assert imports.run_next(at=NOW)
    row.refresh_from_db()
    assert row.state == State.CHECKED


def test_a_write_that_was_stopped_wrote_nothing_and_may_be_begun_again(page):
    row = check(page, GOOD)
    page.post(url(row, "apply-import"))

    page.post(url(row, "cancel-import"))

    row.refresh_from_db()
    assert (row.state, stored()) == (State.CHECKED, [])
    page.post(url(row, "apply-import"))
    imports.run_next(at=NOW)
    assert len(stored()) == 2


def test_what_is_done_cannot_be_stopped(page):
    row = check(page, GOOD)

    answer = page.post(url(row, "cancel-import"), follow=True)

    assert "This import is “Checked”." in answer.content.decode()


def test_a_file_is_forgotten_after_30_days_and_its_page_says_so(page):
    row = check(page, GOOD)

    imports.forget_files(at=NOW + dt.timedelta(days=31))

    row.refresh_from_db()
    assert (row.state, bytes(row.content), row.staged.count()) == (State.EXPIRED, b"", 0)
    assert "This file was kept for 30 days and is gone." in page.get(url(row)).content.decode()


def test_a_written_file_stays_written_when_it_is_forgotten(page):
    row = check(page, GOOD)
    page.post(url(row, "apply-import"))
    imports.run_next(at=NOW)

    imports.forget_files(at=NOW + dt.timedelta(days=31))

    assert "New values: 2." in page.get(url(row)).content.decode()
    assert len(stored()) == 2
