"""Dates as people and their tools write them: single cells, and whole columns of them."""

import datetime as dt

import pytest

from core.intake import CellError, Certainty, DateFormat, IntakeError, Kind
from core.intake.dates import CODES
from core.periods import Grain
from tests.core.intake_cases import days, opened


def _read(code, text, **format_options):
    return str(DateFormat(code, **format_options).read(text))


def _code(code, text):
    with pytest.raises(CellError) as caught:
        DateFormat(code).read(text)
    return caught.value.code


def _column(*texts, beside=None, **options):
    """Open texts as the first of two columns."""
    others = beside or [f"word {letter}" for letter in "abcdefghijklmnop"]
    lines = [f"{text};{other}" for text, other in zip(texts, others, strict=False)]
    return opened("\n".join(["When;What", *lines]), delimiter=";", **options)


# -- Every form -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text", "day"),
    [
        ("iso", "2026-11-09", "2026-11-09"),
        ("iso", "2026/11/9", "2026-11-09"),
        ("iso", "2026.11.09", "2026-11-09"),
        ("iso", "2026-11-09T23:59:59", "2026-11-09"),
        ("iso", "2026-11-09 23:59:59.123456Z", "2026-11-09"),
        ("iso", "2026-11-09T23:30:00+05:30", "2026-11-09"),
        ("iso", "  2026-11-09\u200b ", "2026-11-09"),
        ("yyyymmdd", "20261109", "2026-11-09"),
        ("dmy", "9.11.2026", "2026-11-09"),
        ("dmy", "09/11/2026", "2026-11-09"),
        ("dmy", "9-11-26", "2026-11-09"),
        ("dmy", "9. 11. 2026", "2026-11-09"),
        ("dmy", "9.11.2026 r.", "2026-11-09"),
        ("dmy", "9.11.2026 14:30", "2026-11-09"),
        ("dmy", "9/11/2569", "2026-11-09"),
        ("mdy", "11/9/2026", "2026-11-09"),
        ("mdy", "11-09-26", "2026-11-09"),
        ("mdy", "11/9/2026, 2:30 PM", "2026-11-09"),
        ("named", "9 Nov 2026", "2026-11-09"),
        ("named", "9-Nov-26", "2026-11-09"),
        ("named", "9th November 2026", "2026-11-09"),
        ("named", "Nov 9, 2026", "2026-11-09"),
        ("named", "November 09, 2026 at 06:15 pm", "2026-11-09"),
        ("named", "9 NOVEMBER 2026", "2026-11-09"),
        ("named", "9 listopada 2026 r.", "2026-11-09"),
        ("named", "9 paź 2026", "2026-10-09"),
        ("named", "9 pazdziernika 2026", "2026-10-09"),
        ("named", "9 gennaio 2026", "2026-01-09"),
        ("named", "1º settembre 2026", "2026-09-01"),
        ("named", "9 พฤศจิกายน 2569", "2026-11-09"),
        ("named", "9 พ.ย. 69", "2026-11-09"),
        ("named", "9 พ.ย. พ.ศ. 2569", "2026-11-09"),
        ("named", "9 พ.ย. 2026", "2026-11-09"),
        ("month_named", "Nov 2026", "2026-11-01"),
        ("month_named", "Nov-26", "2026-11-01"),
        ("month_named", "Nov '26", "2026-11-01"),
        ("month_named", "2026 November", "2026-11-01"),
        ("month_named", "listopad 2026", "2026-11-01"),
        ("month_named", "dicembre 2026", "2026-12-01"),
        ("month_named", "ธ.ค. 2569", "2026-12-01"),
        ("month", "2026-11", "2026-11-01"),
        ("month", "11/2026", "2026-11-01"),
        ("month", "11/2569", "2026-11-01"),
        ("yyyymm", "202611", "2026-11-01"),
        ("week", "2026-W46", "2026-11-09"),
        ("week", "2026W46", "2026-11-09"),
        ("week", "W46 2026", "2026-11-09"),
        ("week", "week 46, 2026", "2026-11-09"),
        ("week", "tydzień 46/2026", "2026-11-09"),
        ("week", "settimana 46 2026", "2026-11-09"),
        ("week", "สัปดาห์ที่ 46/2569", "2026-11-09"),
        ("week", "2026-W01", "2025-12-29"),
        ("week", "2026-W53", "2026-12-28"),
        ("quarter", "2026-Q3", "2026-07-01"),
        ("quarter", "2026Q1", "2026-01-01"),
        ("quarter", "Q4 2026", "2026-10-01"),
        ("quarter", "T2 2026", "2026-04-01"),
        ("quarter", "3 kw. 2026", "2026-07-01"),
        ("year", "2026", "2026-01-01"),
        ("year", "2569", "2026-01-01"),
        ("iso", "๒๕๖๙-๑๑-๐๙", "2026-11-09"),
        ("named", "๙ พ.ย. ๒๕๖๙", "2026-11-09"),
        ("range", "9–15 Nov 2026", "2026-11-09"),
        ("range", "9 - 15 Nov 2026", "2026-11-09"),
        ("range", "28 Dec – 3 Jan 2027", "2026-12-28"),
        ("range", "9.11–15.11.2026", "2026-11-09"),
        ("range", "9/11/2026 - 15/11/2026", "2026-11-09"),
        ("range", "2026-11-09 – 2026-11-15", "2026-11-09"),
        ("range", "Nov 9 – 15, 2026", "2026-11-09"),
        ("range", "9 Nov to 15 Nov 2026", "2026-11-09"),
        ("range", "9 listopada do 15 listopada 2026", "2026-11-09"),
        ("range", "9 al 15 gennaio 2026", "2026-01-09"),
        ("range", "9 ถึง 15 พ.ย. 2569", "2026-11-09"),
        ("range_mdy", "11/9/2026–11/15/2026", "2026-11-09"),
        ("range_mdy", "11/9 - 11/15/2026", "2026-11-09"),
        ("range_mdy", "12/28–1/3/2027", "2026-12-28"),
    ],
)
def test_a_date_is_read_in_the_form_of_its_column(code, text, day):
    assert _read(code, text) == day


def test_every_form_has_words_with_an_example():
    assert [DateFormat(code).words for code in CODES] == [
        "year-month-day, such as 2026-11-09",
        "year, month and day in eight digits, such as 20261109",
        "day first, such as 9.11.2026 or 9/11/2026",
        "month first, such as 11/9/2026",
        "day and month in words, such as 9 Nov 2026",
        "month in words and year, such as Nov 2026 or Nov-26",
        "month and year, such as 2026-11 or 11/2026",
        "year and month in six digits, such as 202611",
        "ISO week, such as 2026-W46",
        "quarter of the calendar year, such as 2026-Q3",
        "year, such as 2026",
        "from–to with the day first, such as 9–15 Nov 2026 or 9.11–15.11.2026",
        "from–to with the month first, such as 11/9/2026–11/15/2026",
    ]


@pytest.mark.parametrize(
    ("code", "precision"),
    [
        ("iso", Grain.DAY),
        ("mdy", Grain.DAY),
        ("week", Grain.WEEK),
        ("range", Grain.WEEK),
        ("month_named", Grain.MONTH),
        ("yyyymm", Grain.MONTH),
        ("quarter", Grain.QUARTER),
        ("year", Grain.YEAR),
    ],
)
def test_a_form_tells_how_much_time_a_cell_stands_for(code, precision):
    assert DateFormat(code).precision is precision


@pytest.mark.parametrize(
    ("month", "texts"),
    [
        (1, ["Jan", "January", "sty", "stycznia", "styczeń", "gen", "gennaio", "ม.ค.", "มกราคม"]),
        (2, ["Feb", "luty", "lutego", "febbraio", "ก.พ.", "กุมภาพันธ์"]),
        (3, ["Mar", "March", "marzec", "marca", "marzo", "มี.ค.", "มีนาคม"]),
        (4, ["Apr", "kwiecień", "kwietnia", "kwi", "aprile", "เม.ย.", "เมษายน"]),
        (5, ["May", "maj", "maja", "maggio", "mag", "พ.ค.", "พฤษภาคม"]),
        (6, ["Jun", "June", "czerwiec", "czerwca", "giugno", "มิ.ย.", "มิถุนายน"]),
        (7, ["Jul", "July", "lipiec", "lipca", "luglio", "ก.ค.", "กรกฎาคม"]),
        (8, ["Aug", "August", "sierpień", "sierpnia", "agosto", "ส.ค.", "สิงหาคม"]),
        (9, ["Sep", "Sept", "wrzesień", "wrzesnia", "settembre", "ก.ย.", "กันยายน"]),
        (10, ["Oct", "październik", "października", "ottobre", "ต.ค.", "ตุลาคม"]),
        (11, ["Nov", "listopad", "listopada", "novembre", "พ.ย.", "พฤศจิกายน"]),
        (12, ["Dec", "grudzień", "grudnia", "dicembre", "ธ.ค.", "ธันวาคม"]),
    ],
)
def test_months_are_known_in_four_languages(month, texts):
    read = {DateFormat("named").read(f"9 {name} 2026") for name in texts}

    assert read == {dt.date(2026, month, 9)}


@pytest.mark.parametrize("text", ["", " ", "-", "–", "n/a", "NULL"])
@pytest.mark.parametrize("code", CODES)
def test_a_missing_date_is_none_in_every_form(code, text):
    assert DateFormat(code).read(text) is None


@pytest.mark.parametrize("code", CODES)
def test_an_iso_day_is_read_in_every_form(code):
    assert _read(code, "2026-11-09") == "2026-11-09"


# -- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("iso", "2026-02-29"),
        ("iso", "2026-13-01"),
        ("iso", "2026-00-10"),
        ("iso", "1899-12-31"),
        ("iso", "2101-01-01"),
        ("yyyymmdd", "20260231"),
        ("dmy", "31.4.2026"),
        ("dmy", "11/13/2026"),
        ("mdy", "13/11/2026"),
        ("named", "30 Feb 2026"),
        ("named", "0 Nov 2026"),
        ("month", "2026-13"),
        ("yyyymm", "202600"),
        ("week", "2025-W53"),
        ("week", "2026-W00"),
        ("year", "1776"),
        ("range", "31–35 Nov 2026"),
        ("range", "15–9 Nov 2026"),
        ("range", "1.1.2024–15.11.2026"),
        ("range_mdy", "13/9/2026–13/15/2026"),
    ],
)
def test_a_date_that_the_calendar_does_not_have_is_refused(code, text):
    assert _code(code, text) == "no_such_date"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("iso", "9.11.2026"),
        ("iso", "yesterday"),
        ("iso", "2026-11"),
        ("iso", "46335"),
        ("iso", "2026-11-09 25:00"),
        ("iso", "2026-11/09"),
        ("yyyymmdd", "2026119"),
        ("dmy", "9 Nov 2026"),
        ("dmy", "9.11"),
        ("mdy", "11.9.2026"),
        ("named", "9 Brumaire 2026"),
        ("month_named", "9 Nov 2026"),
        ("month", "2026"),
        ("quarter", "2026-Q5"),
        ("week", "W46"),
        ("year", "26"),
        ("range", "9 Nov 2026"),
        ("iso", "2026-11-09" + " " * 200 + "x" * 200),
        ("iso", "Total"),
        ("iso", "n/d"),
    ],
)
def test_what_is_written_otherwise_is_no_date(code, text):
    assert _code(code, text) == "not_a_date"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("٢٠٢٦-١١-٠٩", "other_digits"),
        ("\u202e9.11.2026", "hidden_marks"),
    ],
)
def test_other_digits_and_hidden_marks_are_refused_in_dates_too(text, code):
    assert _code("iso", text) == code


def test_a_refusal_names_the_form_that_is_expected():
    with pytest.raises(CellError) as caught:
        DateFormat("iso").read("9.11.2026")

    assert str(caught.value) == (
        "“9.11.2026” is not a date of the column’s form: year-month-day, such as 2026-11-09."
    )


def test_a_day_that_does_not_exist_is_said_to_be_none():
    with pytest.raises(CellError) as caught:
        DateFormat("iso").read("2026-02-30")

    assert str(caught.value) == "“2026-02-30” is not a day of the calendar from 1900 to 2100."


# -- Years ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pivot", "day"),
    [
        ("1.1.69", 70, "2069-01-01"),
        ("1.1.70", 70, "1970-01-01"),
        ("1.1.00", 70, "2000-01-01"),
        ("1.1.99", 70, "1999-01-01"),
        ("1.1.65", 60, "1965-01-01"),
        ("1.1.26", 0, "1926-01-01"),
    ],
)
def test_years_of_two_digits_turn_at_the_pivot(text, pivot, day):
    assert _read("dmy", text, pivot=pivot) == day


def test_a_column_that_runs_through_the_usual_pivot_moves_it():
    table = _column("Jan-65", "Jan-68", "Jan-71", "Jan-75")

    assert days(table, 0) == ["1965-01-01", "1968-01-01", "1971-01-01", "1975-01-01"]


def test_a_column_that_runs_over_the_turn_of_the_century_keeps_the_usual_pivot():
    table = _column("Oct-98", "Oct-99", "Oct-00", "Oct-09")

    assert table.columns[0].date_format == DateFormat("month_named", pivot=70)
    assert days(table, 0) == ["1998-10-01", "1999-10-01", "2000-10-01", "2009-10-01"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2443-12-31", "1900-12-31"),
        ("2569-11-09", "2026-11-09"),
        ("2643-01-01", "2100-01-01"),
    ],
)
def test_buddhist_years_become_common_ones(text, day):
    assert _read("iso", text) == day


@pytest.mark.parametrize("text", ["2442-12-31", "2644-01-01", "2101-01-01", "9999-12-31"])
def test_years_that_fit_neither_era_are_refused(text):
    assert _code("iso", text) == "no_such_date"


# -- Columns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["2026-11-09", "2026-11-10"], "iso"),
        (["20261109", "20261110"], "yyyymmdd"),
        (["9.11.2026", "13.11.2026"], "dmy"),
        (["9.11.2026", "10.11.2026"], "dmy"),
        (["9/11/2026", "13/11/2026"], "dmy"),
        (["11/9/2026", "11/13/2026"], "mdy"),
        (["9 Nov 2026", "10 Nov 2026"], "named"),
        (["Nov 9, 2026", "Nov 10, 2026"], "named"),
        (["Oct 2026", "Nov 2026"], "month_named"),
        (["2026-10", "2026-11"], "month"),
        (["10/2026", "11/2026"], "month"),
        (["202609", "202610", "202611"], "yyyymm"),
        (["2026-W45", "2026-W46"], "week"),
        (["Q3 2026", "Q4 2026"], "quarter"),
        (["2–8 Nov 2026", "9–15 Nov 2026"], "range"),
        (["11/2/2026–11/8/2026", "11/9/2026–11/15/2026"], "range_mdy"),
    ],
)
def test_the_form_of_a_column_is_found_from_its_cells(texts, code):
    column = _column(*texts).columns[0]

    assert (column.kind, column.certainty) == (Kind.DATE, Certainty.SURE)
    assert column.date_format == DateFormat(code)


def test_day_and_month_that_can_be_exchanged_stay_open():
    column = _column("5/11/2026", "6/11/2026", "7/11/2026").columns[0]

    assert (column.kind, column.certainty) == (Kind.DATE, Certainty.OPEN)
    assert (column.date_format, column.alternatives) == (None, ("dmy", "mdy"))


def test_an_open_column_cannot_be_read_until_somebody_chooses():
    column = _column("5/11/2026", "6/11/2026").columns[0]

    with pytest.raises(IntakeError) as caught:
        column.date_reader()

    assert (caught.value.code, caught.value.column) == ("undecided", 0)
    assert str(caught.value) == "Column “When” can be read in more than one way; choose one."


def test_day_and_month_that_are_always_equal_need_no_choice():
    column = _column("11/11/2026", "12/12/2026").columns[0]

    assert column.certainty is Certainty.SURE
    assert column.date_reader()("11/11/2026") == dt.date(2026, 11, 11)


def test_another_column_can_tell_day_from_month():
    table = _column("5/11/2026", "6/11/2026", beside=["13/11/2026", "14/11/2026"])

    assert [column.certainty for column in table.columns] == [Certainty.LIKELY, Certainty.SURE]
    assert days(table, 0) == ["2026-11-05", "2026-11-06"]


def test_columns_that_disagree_tell_nothing_about_a_third():
    table = opened(
        "a;b;c\n5/11/2026;13/11/2026;11/13/2026\n6/11/2026;14/11/2026;11/14/2026\n", delimiter=";"
    )

    assert table.columns[0].certainty is Certainty.OPEN


def test_one_late_day_after_the_twelfth_decides_for_the_whole_column():
    texts = [f"{day}/11/2026" for day in range(1, 13)] * 20
    table = opened("\n".join(["When", *texts, "30/11/2026"]))

    assert table.columns[0].date_format == DateFormat("dmy")
    assert table.columns[0].certainty is Certainty.SURE


def test_an_american_column_with_a_wrong_day_keeps_its_order_and_counts_the_fault():
    column = _column("11/13/2026", "11/14/2026", "11/15/2026", "15/11/2026").columns[0]

    assert column.date_format == DateFormat("mdy")
    assert column.readable == 0.75


def test_a_month_with_a_number_may_be_a_day_and_stays_open():
    column = _column("Jan-05", "Jan-06", "Jan-07", "Jan-08").columns[0]

    assert column.certainty is Certainty.OPEN
    assert column.alternatives == ("month_named",)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("Customers;What\n2025;a\n2026;b\n", Kind.NUMBER),
        ("Year;What\n2025;a\n2026;b\n", Kind.DATE),
        ("พ.ศ.;What\n๒๕๖๘;a\n๒๕๖๙;b\n", Kind.DATE),
        ("Year;What\n2025;a\n20261;b\n", Kind.NUMBER),
        ("Year;Day\n2025;2025-11-09\n2026;2026-11-09\n", Kind.NUMBER),
    ],
    ids=["other numbers", "called so", "in Thai", "not all are", "days say more"],
)
def test_years_alone_are_numbers_unless_they_are_called_so(content, kind):
    assert opened(content, delimiter=";").columns[0].kind is kind


def test_six_digits_are_months_only_if_all_of_them_can_be():
    assert _column("202609", "202610", "202611").columns[0].kind is Kind.DATE
    assert _column("202609", "202610", "202699").columns[0].kind is Kind.NUMBER
    assert _column("202609", "202610").columns[0].kind is Kind.NUMBER


def test_a_few_cells_without_a_date_do_not_make_a_column_of_text():
    column = _column("2026-11-09", "2026-11-10", "n/a", "2026-11-11", "pending").columns[0]

    assert column.kind is Kind.DATE
    assert column.readable == 0.75


def test_text_with_a_few_dates_in_it_is_text():
    column = _column("2026-11-09", "soon", "later", "never").columns[0]

    assert column.kind is Kind.TEXT


def test_a_column_of_text_has_no_dates_to_read():
    column = _column("soon", "later").columns[0]

    with pytest.raises(IntakeError) as caught:
        column.date_reader()

    assert (caught.value.code, caught.value.column) == ("not_dates", 0)
    assert str(caught.value) == "Column “When” does not hold dates."


def test_time_of_day_is_dropped_as_it_is_written():
    table = _column("2026-11-09T00:00:00+07:00", "2026-11-09T23:59:59-11:00")

    assert days(table, 0) == ["2026-11-09", "2026-11-09"]
