"""Whole files, invented in the manner of the tools that write such."""

import pytest

from tests.core.intake_cases import (
    FOLDER,
    days,
    headers,
    kinds,
    numbers,
    opened,
    rows,
    skips,
)

ALL = sorted(path.name for path in FOLDER.glob("*.csv*"))
OPTIONS = ("encoding", "delimiter", "table", "header_row", "columns")


def _case(name, **options):
    return opened((FOLDER / name).read_bytes(), **options)


def test_an_export_of_analytics_has_comments_and_days_in_eight_digits():
    table = _case("analytics_comments.csv")

    assert skips(table) == [("comment", 1, 6)]
    assert kinds(table) == ["date", "number", "number", "number"]
    assert days(table, 0)[:2] == ["2026-11-12", "2026-11-09"]
    assert numbers(table, 1) == ["1840", "1523", "1312", "987", "640"]


def test_ratios_with_all_their_binary_digits_are_rounded():
    table = _case("analytics_comments.csv")

    assert [column.rounded for column in table.columns] == [False, False, True, False]
    assert numbers(table, 2) == ["0.72554348", "0.69993434", "0.70731707", "0.65045593", "0.5"]


def test_an_export_of_a_social_network_holds_two_tables():
    table = _case("social_stacked_utf16.csv")

    assert (table.options.encoding, table.options.delimiter) == ("utf-16-le", "\t")
    assert [one.title for one in table.tables] == ["Page reach", "Profile reach"]
    assert days(table, 0) == ["2026-11-09", "2026-11-10", "2026-11-11"]
    assert skips(table) == [
        ("separator", 1, 1),
        ("title", 2, 2),
        ("blank", 7, 7),
        ("title", 8, 8),
        ("other_table", 9, 11),
    ]


def test_the_second_table_of_a_social_network_can_be_chosen():
    table = _case("social_stacked_utf16.csv", table=1)

    assert headers(table) == ["Day", "People"]
    assert numbers(table, 1) == ["95", "101"]


def test_a_report_of_ads_has_titles_above_and_totals_below():
    table = _case("search_ads_totals_last.csv")

    assert skips(table) == [("title", 1, 2), ("totals", 8, 10)]
    assert (table.info.header_line, table.row_count) == (3, 4)
    assert numbers(table, 3) == ["14200", "31050", "0", "5125"]
    assert numbers(table, 5) == ["8.00", "2.00", "None", "2.40"]
    assert numbers(table, 6) == ["284.00", "1242.00", "0.00", "73.80"]


def test_limits_in_a_report_of_ads_make_a_column_of_text():
    table = _case("search_ads_totals_last.csv")

    assert table.columns[7].kind == "text"
    assert [row[7] for row in rows(table)] == ["> 90%", "37.50%", " --", "< 10%"]


def test_a_trial_with_semicolons_has_a_row_that_is_too_short():
    table = _case("trial_semicolons.csv")

    assert days(table, 1) == ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-14"]
    assert numbers(table, 3) == ["40110", "39870", "None", "41020"]
    assert (table.short_rows.count, table.short_rows.first_lines) == (1, [4])


def test_a_list_of_mailings_keeps_titles_that_come_again():
    table = _case("mailings.csv")

    assert days(table, 2) == ["2026-11-09", "2026-11-10", "2026-11-12", "2026-12-01"]
    assert numbers(table, 4) == ["1204", "3", "1198", "1210"]
    assert [row[1] for row in rows(table)] == [
        "Basil, thyme & you 🌿",
        "Basil, thyme & you 🌿",
        'Again: "Basil"',
        "",
    ]


def test_polish_costs_have_commas_spaces_and_a_currency():
    table = _case("polish_costs_cp1250.csv")

    assert table.options.encoding == "cp1250"
    assert headers(table) == ["Dzień", "Źródło", "Koszt", "Udział"]
    assert skips(table) == [("totals", 6, 6)]
    assert days(table, 0) == ["2026-11-09", "2026-11-10", "2026-11-11", "2026-11-13"]
    assert numbers(table, 2) == ["1234.50", "987.00", "None", "2000.05"]
    assert numbers(table, 3) == ["12.5", "9.9", "0", "20"]


def test_italian_costs_have_points_commas_and_months_in_words():
    table = _case("italian_costs_cp1252.csv")

    assert table.options.encoding == "cp1252"
    assert days(table, 0) == ["2026-01-09", "2026-01-10", "2026-02-11"]
    assert numbers(table, 2) == ["1234.56", "987.00", "-12.30"]
    assert skips(table) == [("totals", 5, 5)]


def test_thai_sales_have_years_of_the_buddhist_era():
    table = _case("thai_sales_cp874.csv")

    assert table.options.encoding == "cp874"
    assert headers(table) == ["วันที่", "ช่องทาง", "ยอดขาย"]
    assert days(table, 0) == ["2026-11-09", "2026-11-10", "2026-11-11"]
    assert numbers(table, 2) == ["1250.50", "2000.00", "310.25"]
    assert skips(table) == [("totals", 5, 5)]


def test_quarters_run_over_the_turn_of_the_century():
    table = _case("quarters_bom.csv")

    assert headers(table) == ["Quarter", "North", "South"]
    assert days(table, 0)[0] == "1998-10-01"
    assert days(table, 0)[-2:] == ["2000-01-01", "2000-04-01"]


def test_weeks_written_as_ranges_stand_for_their_first_day():
    table = _case("week_ranges.csv")

    assert table.options.delimiter == "|"
    assert days(table, 0) == ["2026-10-26", "2026-11-02", "2026-11-09", "2026-12-28"]


def test_american_days_and_negative_amounts_in_parentheses():
    table = _case("american_days.csv")

    assert days(table, 0) == ["2026-11-09", "2026-11-10", "2026-11-13"]
    assert numbers(table, 1) == ["-12.50", "0.00", "-3.99"]
    assert numbers(table, 2) == ["1204.00", "980.10", "-20.00"]


def test_a_packed_panel_has_a_row_for_each_month_region_and_measure():
    table = _case("panel.csv.gz")

    assert (table.row_count, table.skipped) == (48, ())
    assert kinds(table) == ["date", "text", "text", "number"]
    assert numbers(table, 3)[:4] == ["10", "1000.25", "11", "1000.25"]


@pytest.mark.parametrize("name", ALL)
def test_each_file_is_read_the_same_with_its_resolved_options(name):
    table = _case(name)

    again = _case(name, **{key: getattr(table.options, key) for key in OPTIONS})

    assert again.options == table.options
    assert rows(again) == rows(table)
