"""What is a table in a file, what is not, and why: no line disappears without a reason."""

import pytest

from core.intake import IntakeError, Reason
from tests.core.intake_cases import headers, names, opened, refused, rows, skips

WEEK = "Day,Source,Clicks\n2026-11-09,mail,5\n2026-11-10,mail,7\n2026-11-11,ads,9\n"


def _lines(table):
    return [row.line for row in table.rows()]


# -- Titles, comments, notes, blank lines ---------------------------------------------------------


def test_a_plain_table_skips_nothing():
    table = opened(WEEK)

    assert (table.info.header_line, table.row_count, table.line_count) == (1, 3, 4)
    assert table.skipped == ()


def test_titles_above_the_header_are_set_aside():
    table = opened("Weekly report\n9 November 2026 to 11 November 2026\n" + WEEK)

    assert table.info.title == "Weekly report"
    assert skips(table) == [("title", 1, 2)]
    assert table.skipped[0].text == "Weekly report"
    assert _lines(table) == [4, 5, 6]


def test_titles_that_a_blank_line_parts_from_the_table_belong_to_it_too():
    table = opened("Weekly report\n\n" + WEEK)

    assert table.info.title == "Weekly report"
    assert skips(table) == [("title", 1, 1), ("blank", 2, 2)]


def test_a_title_of_two_cells_over_a_wider_header_is_a_title():
    table = opened("Report,Rosemary\nDay,Source,Clicks\n2026-11-09,mail,5\n2026-11-10,ads,7\n")

    assert headers(table) == ["Day", "Source", "Clicks"]
    assert skips(table) == [("title", 1, 1)]


def test_comments_above_the_table_are_set_aside():
    table = opened("# --------\n# Daily clicks, all sources\n#\n" + WEEK)

    assert skips(table) == [("comment", 1, 3)]
    assert headers(table) == ["Day", "Source", "Clicks"]


def test_a_row_of_data_may_begin_with_a_number_sign():
    table = opened("Tag,Clicks\n#autumn,5\n#winter,7\n")

    assert rows(table) == [["#autumn", "5"], ["#winter", "7"]]


def test_notes_under_the_table_are_set_aside():
    table = opened(WEEK + "\nExported by Rosemary\nAll times are local\n")

    assert skips(table) == [("blank", 5, 5), ("note", 6, 7)]
    assert table.row_count == 3


def test_blank_lines_between_rows_do_not_end_a_table():
    table = opened(WEEK + "\n2026-11-12,ads,11\n\n\n2026-11-13,ads,13\n")

    assert _lines(table) == [2, 3, 4, 6, 9]
    assert skips(table) == [("blank", 5, 5), ("blank", 7, 8)]


def test_lines_of_spaces_or_separators_are_blank():
    table = opened(WEEK + "  , ,\n,,\n   \n")

    assert skips(table) == [("blank", 5, 7)]


def test_what_is_skipped_is_named_in_words():
    assert [reason.words for reason in Reason] == [
        "says which separator is used",
        "a comment",
        "a title above a table",
        "a note outside the tables",
        "empty",
        "a totals row",
        "belongs to another table of the file",
        "left out by choice",
    ]


# -- Headers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "2026-11-09,mail,5\n2026-11-10,mail,7\n2026-11-11,ads,9\n",
        "mail,5\nads,7\nposts,9\n",
        "5\n7\n9\n",
        "2026-11-09\n2026-11-10\n2026-11-11\n",
    ],
)
def test_a_table_of_data_alone_has_no_header(content):
    table = opened(content)

    assert table.info.header_line == 0
    assert _lines(table) == [1, 2, 3]


def test_columns_without_a_header_are_numbered():
    assert names(opened("mail,5\nads,7\nposts,9\n")) == ["Column 1", "Column 2"]


@pytest.mark.parametrize(
    "content",
    [
        "Source,2025,2026\nmail,5,6\nads,7,8\n",
        "Name,Note\nword,other\nmore,words\n",
        "Day,Clicks\n",
        "Day\n2026-11-09\n2026-11-10\n",
        "Name,Value\nword,n/a\nmore,--\n",
    ],
)
def test_names_over_the_data_are_a_header(content):
    assert opened(content).info.header_line == 1


def test_a_header_alone_is_a_table_without_rows():
    table = opened("Day,Clicks\n")

    assert headers(table) == ["Day", "Clicks"]
    assert (table.row_count, rows(table)) == (0, [])


def test_a_header_that_a_person_names_is_obeyed():
    table = opened(WEEK, header_row=2)

    assert headers(table) == ["2026-11-09", "mail", "5"]
    assert skips(table) == [("title", 1, 1)]


def test_a_header_in_the_middle_of_a_block_can_be_named():
    content = "".join(f"preface,{number},x\n" for number in range(30)) + WEEK

    table = opened(content, header_row=31)

    assert headers(table) == ["Day", "Source", "Clicks"]
    assert skips(table) == [("other_table", 1, 30)]
    assert _lines(table) == [32, 33, 34]


def test_a_person_can_say_that_there_is_no_header():
    table = opened("Name,Note\nword,other\n", header_row=0)

    assert rows(table) == [["Name", "Note"], ["word", "other"]]


@pytest.mark.parametrize("line", [3, 5, 99])
def test_a_header_that_is_no_row_of_a_table_is_refused(line):
    error = refused("Day,Clicks\n2026-11-09,5\n\nNote\n\n", header_row=line)

    assert error.code == "unknown_option"
    assert str(error) == f"Line {line} is no row of a table."


def test_headers_that_come_twice_are_told_apart():
    table = opened("Day,Clicks,Clicks,Clicks (2),Clicks\n2026-11-09,1,2,3,4\n")

    assert headers(table) == ["Day", "Clicks", "Clicks", "Clicks (2)", "Clicks"]
    assert names(table) == ["Day", "Clicks", "Clicks (2)", "Clicks (2) (2)", "Clicks (3)"]


def test_missing_headers_are_numbered():
    table = opened(",Clicks,,Views\n2026-11-09,1,2,3\n")

    assert headers(table) == ["", "Clicks", "", "Views"]
    assert names(table) == ["Column 1", "Clicks", "Column 3", "Views"]


def test_a_header_of_several_lines_is_one_name():
    table = opened('Day,"Clicks\n  (all)"\n2026-11-09,5\n')

    assert headers(table) == ["Day", "Clicks (all)"]
    assert _lines(table) == [3]


def test_columns_at_the_end_with_neither_name_nor_content_are_left_out():
    table = opened("Day,Clicks,,\n2026-11-09,5,,\n2026-11-10,7,,\n")

    assert headers(table) == ["Day", "Clicks"]
    assert rows(table) == [["2026-11-09", "5"], ["2026-11-10", "7"]]


def test_a_column_without_a_name_but_with_content_is_kept():
    table = opened("Day,Clicks,\n2026-11-09,5,\n2026-11-10,7,note\n")

    assert names(table) == ["Day", "Clicks", "Column 3"]


# -- Rows of another length -----------------------------------------------------------------------


def test_short_rows_are_filled_up_and_counted():
    table = opened("Day,Source,Clicks\n2026-11-09,mail,5\n2026-11-10,mail\n2026-11-11\n")

    assert rows(table)[1:] == [["2026-11-10", "mail", ""], ["2026-11-11", "", ""]]
    assert (table.short_rows.count, table.short_rows.first_lines) == (2, [3, 4])


def test_cells_without_a_name_may_be_missing():
    table = opened("Day,Clicks,\n2026-11-09,5,\n2026-11-10,7\n")

    assert table.short_rows.count == 0


def test_a_long_row_stops_the_reading_with_its_line():
    table = opened("Day,Clicks\n2026-11-09,5\n2026-11-10,1,234\n2026-11-11,7\n")

    with pytest.raises(IntakeError) as caught:
        list(table.rows())

    assert (caught.value.code, caught.value.line, caught.value.column) == ("long_row", 3, 2)
    assert str(caught.value) == "Line 3 has more cells than the table has columns: 3, not 2."


def test_a_long_row_is_handed_over_and_reading_goes_on():
    table = opened("Day,Clicks\n2026-11-09,5\n2026-11-10,1,234\n2026-11-11,7\n")
    problems = []

    read = list(table.rows(problems.append))

    assert [row.line for row in read] == [2, 4]
    assert [problem.line for problem in problems] == [3]
    assert (table.long_rows.count, table.row_count) == (1, 2)


def test_empty_cells_at_the_end_do_not_make_a_row_long():
    table = opened("Day,Clicks\n2026-11-09,5,,\n2026-11-10,7, ,\n")

    assert table.long_rows.count == 0
    assert rows(table) == [["2026-11-09", "5"], ["2026-11-10", "7"]]


def test_of_many_faulty_rows_all_are_counted_and_the_first_are_named():
    table = opened("Day,Clicks\n" + "2026-11-09,1,234\n2026-11-10,5\n2026-11-11\n" * 30)

    assert table.long_rows.count == 30
    assert table.short_rows.count == 30
    assert table.long_rows.first_lines == list(range(2, 60, 3))


# -- Tables under each other ----------------------------------------------------------------------

STACKED = (
    "Reach\n"
    "Day,People\n"
    "2026-11-09,50\n"
    "2026-11-10,70\n"
    "\n"
    "Visits\n"
    "Day,People\n"
    "2026-11-09,5\n"
    "2026-11-10,7\n"
    "2026-11-11,9\n"
)


def test_tables_under_each_other_are_listed_for_a_choice():
    table = opened(STACKED)

    assert [(one.title, one.row_count) for one in table.tables] == [("Reach", 2), ("Visits", 3)]
    assert [(one.first_line, one.last_line) for one in table.tables] == [(2, 4), (7, 10)]
    assert [one.header_line for one in table.tables] == [2, 7]


def test_the_first_table_is_read_and_the_others_are_named_as_skipped():
    table = opened(STACKED)

    assert rows(table) == [["2026-11-09", "50"], ["2026-11-10", "70"]]
    assert skips(table) == [
        ("title", 1, 1),
        ("blank", 5, 5),
        ("title", 6, 6),
        ("other_table", 7, 10),
    ]
    assert table.skipped[3].text == "Visits"


def test_another_table_can_be_chosen_by_number_or_header():
    by_number = opened(STACKED, table=1)
    by_header = opened(STACKED, header_row=7)

    assert by_number.info.title == "Visits"
    assert rows(by_number) == rows(by_header)
    assert rows(by_number)[2] == ["2026-11-11", "9"]


def test_a_table_that_is_not_there_is_refused():
    error = refused(STACKED, table=2)

    assert error.code == "unknown_option"
    assert str(error) == "There is no table 3 in the file."


def test_a_table_without_rows_is_passed_over_for_one_with_rows():
    table = opened("Reach\nDay,People\n\nVisits\nDay,People\n2026-11-09,5\n2026-11-10,7\n")

    assert table.info.title == "Visits"
    assert table.row_count == 2


def test_a_block_of_words_above_is_no_part_of_the_table_below_it():
    table = opened("Account,Rosemary\nMarket,Poland\n\nDay,Clicks\n2026-11-09,5\n2026-11-10,7\n")

    assert [one.header_line for one in table.tables] == [1, 4]


def test_a_wider_block_is_another_table():
    table = opened("Source,Clicks\nmail,5\nads,7\n\nSource,Clicks,Views\nmail,5,50\nads,7,70\n")

    assert [one.header_line for one in table.tables] == [1, 5]


def test_a_block_of_data_without_a_header_goes_on_with_the_table():
    table = opened("Source,Clicks\nmail,5\nads,7\n\nposts,9\nevents,11\n")

    assert len(table.tables) == 1
    assert _lines(table) == [2, 3, 5, 6]


def test_a_row_whose_values_are_all_missing_begins_no_table():
    table = opened("Source,Clicks,Views\nmail,5,50\nads,7,70\n\nposts,-,-\nevents,9,90\n")

    assert len(table.tables) == 1


def test_a_remark_right_under_the_table_is_a_note():
    table = opened("Source,Clicks,Views\nmail,5,50\nads,7,70\n\nSigned,Rosemary\n")

    assert skips(table) == [("blank", 4, 4), ("note", 5, 5)]


def test_a_list_of_words_is_a_table_of_one_column():
    table = opened("Source\nmail\nads\n")

    assert headers(table) == ["Source"]
    assert rows(table) == [["mail"], ["ads"]]


# -- Totals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    [
        *("Total", "TOTAL", "Totals", "Grand total", "Subtotal", "Total:", "Total: Account"),
        *("Total (3 days)", "Sum", "Razem", "Suma", "Ogółem", "Łącznie", "Totale", "Somma"),
        *("รวม", "รวมทั้งหมด", "ยอดรวม", "Gesamt", "Summe", "Sous-total", "  Total  "),
    ],
)
def test_a_labelled_totals_row_at_the_end_is_set_aside(label):
    table = opened(f"Source,Clicks\nmail,5\nads,7\n{label},99\n")

    assert skips(table) == [("totals", 4, 4)]
    assert table.row_count == 2


def test_labelled_totals_rows_are_set_aside_first_and_last_and_several_of_them():
    table = opened("Source,Clicks\nTotal,12\nmail,5\nads,7\nSubtotal,12\nTotal,12\n")

    assert skips(table) == [("totals", 2, 2), ("totals", 5, 6)]
    assert rows(table) == [["mail", "5"], ["ads", "7"]]


@pytest.mark.parametrize(
    "name", ["Total visitors", "Totally new", "Sumatra", "Summer", "Gesamtkunst"]
)
def test_a_name_that_begins_like_a_label_is_data(name):
    table = opened(f"Source,Clicks\nmail,5\nads,7\n{name},99\n")

    assert table.skipped == ()


def test_a_total_in_the_middle_of_a_table_without_dates_is_data():
    table = opened("Source,Clicks\nmail,5\nTotal,5\nads,7\n")

    assert table.skipped == ()
    assert table.row_count == 3


def test_a_segment_called_total_with_a_date_is_data():
    table = opened(
        "Day,Segment,Clicks\n2026-11-09,Total,12\n2026-11-09,mail,5\n2026-11-10,Total,7\n"
    )

    assert table.skipped == ()


def test_a_label_where_the_date_should_be_is_a_total_wherever_it_stands():
    table = opened("Day,Clicks\n2026-11-09,5\nTotal week 46,5\n2026-11-16,7\nTotal week 47,7\n")

    assert skips(table) == [("totals", 3, 3), ("totals", 5, 5)]


def test_a_total_without_a_label_at_the_top_is_known_by_its_sums():
    table = opened(
        "Campaign,Reach,Clicks,Spend\n,80,21,6.60\nmail,50,5,1.10\nads,40,7,2.20\nposts,30,9,3.30\n"
    )

    assert skips(table) == [("totals", 2, 2)]
    assert table.row_count == 3


def test_a_total_without_a_label_at_the_end_is_known_by_its_sums():
    table = opened("Day,Clicks\n2026-11-09,5\n2026-11-10,7\n2026-11-11,9\n,21\n")

    assert skips(table) == [("totals", 5, 5)]


def test_a_row_without_a_name_that_is_no_sum_is_data():
    table = opened("Day,Clicks\n2026-11-09,5\n2026-11-10,7\n2026-11-11,9\n,20\n")

    assert table.skipped == ()


def test_numbers_that_add_up_by_chance_are_data_when_the_row_has_a_name():
    table = opened("Source,Clicks\nmail,5\nads,7\nposts,12\n")

    assert table.skipped == ()


def test_rounded_totals_are_still_sums():
    table = opened("Campaign,Cost\n,1.01\nmail,0.334\nads,0.334\nposts,0.334\n")

    assert skips(table) == [("totals", 2, 2)]


def test_numbers_as_small_as_their_rounding_are_no_sums():
    table = opened("Day,Rate,Note\n2026-11-09,0.01,\n2026-11-10,0.01,a\n2026-11-11,0.01,b\n")

    assert table.skipped == ()


def test_a_running_number_does_not_make_a_row_a_sum():
    table = opened("No,Name\n1,mail\n2,ads\n3,\n")

    assert table.skipped == ()


def test_a_person_can_keep_what_looks_like_totals():
    table = opened("Source,Clicks\nmail,5\nads,7\nTotal,12\n", keep_lines=frozenset({4}))

    assert table.skipped == ()
    assert rows(table)[2] == ["Total", "12"]


def test_a_person_can_leave_lines_out():
    table = opened(WEEK, skip_lines=frozenset({3}))

    assert skips(table) == [("chosen", 3, 3)]
    assert _lines(table) == [2, 4]


def test_of_neighbours_that_are_left_out_the_first_is_quoted():
    table = opened(WEEK, skip_lines=frozenset({2, 3}))

    assert skips(table) == [("chosen", 2, 3)]
    assert table.skipped[0].text == "2026-11-09 mail 5"


def test_what_a_totals_row_holds_does_not_decide_how_a_column_is_written():
    table = opened("Day,Clicks\n2026-11-09,5\n2026-11-10,7\nTotal,12\n")

    assert [column.readable for column in table.columns] == [1.0, 1.0]
    assert table.columns[0].samples == ("2026-11-09", "2026-11-10")
