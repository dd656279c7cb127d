"""Real exports, which are no part of this repository, read and added up."""

from collections import Counter
from decimal import Decimal
from functools import cache

import pytest

from core.intake import Certainty
from tests.core.intake_cases import opened, refused
from tests.real_data import FOLDER, path_of
from tests.real_data import reference_of as _reference

pytestmark = pytest.mark.real_data

if not FOLDER.is_dir():
    pytest.skip(f"There are no real files in {FOLDER}.", allow_module_level=True)


@cache
def _table(name, **options):
    """Open a file by how its name begins; no line of it may be lost."""
    return opened(path_of(name).read_bytes(), **options)


def _numbers(table, name):
    column = _column(table, name)
    read = column.number_reader()
    cells = (read(row.cells[column.index]) for row in table.rows())
    return [number for number in cells if number is not None]


def _days(table, name):
    column = _column(table, name)
    read = column.date_reader()
    return [str(read(row.cells[column.index])) for row in table.rows()]


def _column(table, name):
    return next(column for column in table.columns if column.name == name)


def _sums(table, names):
    return {name: sum(_numbers(table, name)) for name in names}


def _exactly(figures):
    return {name: Decimal(str(figure)) for name, figure in figures.items()}


def _dates(table):
    return next(column for column in table.columns if column.date_format)


# -- Every row lands once, totals never do --------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("ga4", 241),
        ("meta_suite_Reach", 242),
        ("meta_ads", 50),
        ("google_ads", 12),
        ("ab_campaign_control", 30),
        ("ab_campaign_test", 30),
        ("mailchimp", 43),
        ("avocado_weekly", 18_249),
        ("avocado_long", 164_241),
        ("newsletter", 24),
        ("daily_sales", 61),
        ("site_funnel", 99),
        ("quarterly", 56),
    ],
)
def test_every_row_of_data_is_read_once(name, count):
    assert _table(name).row_count == count
    assert _table(name).long_rows.count == 0


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("ga4", "utf-8", ","),
        ("meta_suite_Reach", "utf-16-le", "\t"),
        ("meta_suite_Audience", "utf-16-le", "\t"),
        ("google_ads", "utf-8", ","),
        ("ab_campaign_control", "utf-8", ";"),
        ("quarterly", "utf-8", ","),
    ],
)
def test_encodings_and_delimiters_are_found(name, encoding, delimiter):
    options = _table(name).options

    assert (options.encoding, options.delimiter) == (encoding, delimiter)


def test_an_export_of_analytics_begins_with_comments():
    table, reference = _table("ga4"), _reference("ga4")

    assert table.info.header_line == reference["header_line"]
    assert [(one.reason, one.first_line, one.last_line) for one in table.skipped] == [
        ("comment", 1, reference["comment_lines"])
    ]


def test_a_report_of_ads_ends_with_five_totals():
    skipped = [one for one in _table("google_ads").skipped if one.reason == "totals"]

    assert sum(one.last_line - one.first_line + 1 for one in skipped) == 5


def test_a_workbook_of_ads_begins_with_a_total_without_a_label():
    skipped = _table("meta_ads").skipped

    assert [(one.reason, one.first_line, one.last_line) for one in skipped] == [("totals", 2, 2)]


def test_a_row_that_is_too_short_is_counted():
    short = _table("ab_campaign_control").short_rows

    assert short.count == 1
    assert short.first_lines == [_reference("ab_campaign_control")["short_rows"][0]["line"]]
    assert _table("ab_campaign_test").short_rows.count == 0


def test_a_table_of_many_sections_lists_them_all():
    assert len(_table("meta_suite_Audience").tables) == 8


# -- Numbers equal those of other tools -----------------------------------------------------------


@pytest.mark.parametrize("name", ["newsletter", "daily_sales", "site_funnel", "quarterly"])
def test_small_series_add_up(name):
    sums = _exactly(_reference(name)["sums"])

    assert _sums(_table(name), sums) == sums


def test_a_campaign_adds_up():
    sums = _exactly(_reference("ab_campaign_test")["totals_complete_rows"])

    assert _sums(_table("ab_campaign_test"), sums) == sums


def test_a_campaign_with_a_short_row_adds_up_without_it():
    reference = _reference("ab_campaign_control")
    sums = _exactly(reference["totals_complete_rows"])
    short = {line["line"] for line in reference["short_rows"]}

    table = _table("ab_campaign_control", skip_lines=frozenset(short))

    assert _sums(table, sums) == sums


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Event count", "sum_event_count"),
        ("New users", "sum_new_users"),
        ("Total users", "sum_total_users_not_additive"),
    ],
)
def test_an_export_of_analytics_adds_up(name, key):
    assert sum(_numbers(_table("ga4"), name)) == _reference("ga4")[key]


def test_the_days_of_an_export_of_analytics_are_read():
    days, reference = _days(_table("ga4"), "Date"), _reference("ga4")

    assert (min(days), max(days)) == (reference["first"], reference["last"])
    assert len(set(days)) == reference["distinct_days"]


@pytest.mark.parametrize("number", [0, 1])
def test_each_of_two_stacked_tables_adds_up(number):
    table = _table("meta_suite_Reach", table=number)
    section = _reference("meta_suite_Reach")["sections"][table.info.title]

    day, value = table.columns
    days = _days(table, day.name)
    numbers = _numbers(table, value.name)

    assert (min(days), max(days), len(days)) == (section["first"], section["last"], section["days"])
    assert (sum(numbers), max(numbers)) == (section["sum"], section["max"])


def test_spend_and_impressions_of_a_workbook_add_up_to_the_published_total_and_reach_does_not():
    reference = _reference("meta_ads")
    published = _exactly(reference["published_total"])

    sums = _sums(_table("meta_ads"), published)

    assert sums == _exactly(reference["sum_of_rows"])
    assert {name for name in sums if sums[name] == published[name]} == set(sums) - {"Reach"}


def test_quarters_across_the_century_are_in_order():
    table, reference = _table("quarterly"), _reference("quarterly")
    first, *_between, last = (row.cells[0] for row in table.rows())
    days = _days(table, _dates(table).name)

    assert (first, last) == (reference["first"], reference["last"])
    assert days == sorted(days)
    assert _dates(table).certainty is Certainty.SURE


def test_a_list_of_mailings_keeps_its_dates_and_recipients():
    table, reference = _table("mailchimp"), _reference("mailchimp")

    days = _days(table, _dates(table).name)
    recipients = next(column for column in table.columns if column.is_readable_number)

    assert (min(days), max(days)) == (reference["first"][:10], reference["last"][:10])
    assert sum(_numbers(table, recipients.name)) == reference["sum_recipients"]


def test_a_panel_of_18_249_rows_has_its_weeks():
    table, reference = _table("avocado_weekly"), _reference("avocado_weekly")
    days = _days(table, _dates(table).name)

    assert (min(days), max(days)) == (reference["first"], reference["last"])
    assert len(set(days)) == reference["weeks"]


def test_a_panel_of_164_241_rows_adds_up_by_measure():
    sums = _exactly(_reference("avocado_long")["sum_value_by_metric"])
    table = _table("avocado_long")
    read = table.columns[4].number_reader()

    added = Counter()
    for row in table.rows():
        added[row.cells[3]] += read(row.cells[4])

    assert {measure: added[measure] for measure in sums} == sums


@pytest.mark.parametrize("column", ["Impr.", "Cost"])
def test_thousands_in_a_report_are_read(column):
    numbers = _numbers(_table("google_ads"), column)

    assert min(numbers) >= 0
    assert max(numbers) >= 1000


def test_limits_in_a_column_of_numbers_do_not_make_it_one_of_text():
    table = _table("google_ads")
    unreadable = [column for column in table.columns if column.readable < 1]

    assert unreadable
    assert all(column.kind in ("number", "date") for column in unreadable)


def test_figures_in_json_are_no_table():
    error = refused((FOLDER / "reference-aggregates.json").read_bytes())

    assert error.code == "not_a_table"
