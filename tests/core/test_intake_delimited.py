"""CSV and its relatives: delimiters, quotes, line ends, and how much of it is too much."""

import gzip
import io

import pytest
from django.utils import translation

from core.intake import open_table
from tests.core.intake_cases import headers, kinds, numbers, opened, refused, rows, skips

# -- Delimiters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    lines = ["Day,Source,Clicks", "2026-11-09,mail,5", "2026-11-10,ads,7"]

    table = opened("\n".join(lines).replace(",", delimiter).encode())

    assert table.options.delimiter == delimiter
    assert headers(table) == ["Day", "Source", "Clicks"]
    assert rows(table) == [["2026-11-09", "mail", "5"], ["2026-11-10", "ads", "7"]]


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("Day;Spend\n2026-11-09;1,5\n2026-11-10;2,5\n", ";"),
        ("Day;Spend;Cost\n2026-11-09;1,5;2,5\n2026-11-10;2,5;3,5\n", ";"),
        ("Day\tName\n2026-11-09\tone, two\n2026-11-10\tthree, four\n", "\t"),
        ("Day,Name\n2026-11-09,a;b\n2026-11-10,c;d\n", ","),
        ("Day|Name|Note\n2026-11-09|a, b|c; d\n2026-11-10|e, f|g; h\n", "|"),
        ('Day,Name\n2026-11-09,"a;b;c"\n2026-11-10,"d;e;f"\n', ","),
        ("A title; with a semicolon\nDay,Name\n2026-11-09,a\n2026-11-10,b\n", ","),
    ],
)
def test_signs_inside_cells_do_not_deceive(content, delimiter):
    assert opened(content).options.delimiter == delimiter


def test_a_list_of_decimals_is_one_column():
    table = opened("Value\n1,5\n2,5\n3,5\n")

    assert kinds(table) == ["number"]
    assert numbers(table, 0) == ["1.5", "2.5", "3.5"]


@pytest.mark.parametrize(
    "first",
    ["sep=;", "SEP=;", '"sep=;"', "sep=;\r"],
)
def test_a_sep_line_names_the_delimiter_and_is_set_aside(first):
    table = opened(f"{first}\nDay;Clicks,Views\n2026-11-09;5,6\n2026-11-10;7,8\n")

    assert table.options.delimiter == ";"
    assert headers(table) == ["Day", "Clicks,Views"]
    assert skips(table)[0] == ("separator", 1, 1)


def test_a_sep_line_may_name_a_tab():
    table = opened("\ufeffsep=\t\nDay\tClicks\n2026-11-09\t5\n".encode("utf-16-le"))

    assert table.options.delimiter == "\t"
    assert skips(table) == [("separator", 1, 1)]


def test_a_sep_line_may_name_an_unusual_sign():
    table = opened("sep=^\nDay^Clicks\n2026-11-09^5\n")

    assert rows(table) == [["2026-11-09", "5"]]


def test_a_delimiter_that_a_person_names_is_obeyed():
    table = opened("Day:Clicks,x\n2026-11-09:5,y\n", delimiter=":")

    assert headers(table) == ["Day", "Clicks,x"]


# -- Quotes ---------------------------------------------------------------------------------------


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends():
    table = opened('Name,Clicks\n"one, two",5\n"say ""hi""",6\n"two\r\nlines",7\nlast,8\n')

    assert rows(table) == [
        ["one, two", "5"],
        ['say "hi"', "6"],
        ["two\r\nlines", "7"],
        ["last", "8"],
    ]
    assert [(row.line, row.last_line) for row in table.rows()] == [(2, 2), (3, 3), (4, 5), (6, 6)]


def test_a_quote_in_the_middle_of_a_cell_is_only_a_sign():
    assert rows(opened('Name,Size\na 5" screen,7\n6\' 2",8\n')) == [
        ['a 5" screen', "7"],
        ["6' 2\"", "8"],
    ]


def test_an_unclosed_quote_is_refused_with_the_line_on_which_it_opens():
    error = refused('Name,Clicks\n"open,1\n' + "word,2\n" * 500)

    assert (error.code, error.line) == ("unclosed_quote", 2)
    assert str(error) == 'The quote (") that opens on line 2 is never closed.'


def test_an_unclosed_quote_is_found_behind_quoted_cells_of_the_same_row():
    error = refused('Name,Note,Clicks\n"a\nb","c\nd","open,1\nword,x,2\n')

    assert (error.code, error.line) == ("unclosed_quote", 4)


def test_a_quote_that_opens_in_the_last_cell_is_named():
    error = refused('Name,Clicks\nword,1\nlast,"')

    assert (error.code, error.line) == ("unclosed_quote", 3)


def test_a_stray_quote_is_refused_with_its_line():
    error = refused('Name,Clicks\nplain,1\n"said "hi" twice",2\n')

    assert (error.code, error.line) == ("stray_quote", 3)
    assert str(error) == (
        'The cell that opens with a quote (") on line 3 goes on after the closing quote. '
        "Quotes inside a quoted cell must be doubled."
    )


@pytest.mark.parametrize(
    ("language", "line"), [("en", "1,502"), ("pl", "1\N{NO-BREAK SPACE}502"), ("it", "1.502")]
)
def test_a_refusal_writes_line_numbers_in_the_manner_of_the_reader(language, line):
    with translation.override(language):
        error = refused("Name,Clicks\n" + "word,1\n" * 1500 + '"a"b,2\n')

    assert line in str(error)


# -- Line ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_kind_of_line_end_is_read(end):
    table = opened(end.join(["Day,Clicks", "2026-11-09,5", "2026-11-10,6"]).encode())

    assert rows(table) == [["2026-11-09", "5"], ["2026-11-10", "6"]]
    assert [row.line for row in table.rows()] == [2, 3]


def test_mixed_line_ends_are_read_and_counted_as_lines():
    table = opened(b"Day,Clicks\r\n2026-11-09,5\n2026-11-10,6\r2026-11-11,7\r\n\n2026-11-12,8")

    assert [row.line for row in table.rows()] == [2, 3, 4, 6]
    assert skips(table) == [("blank", 5, 5)]
    assert table.line_count == 6


def test_signs_that_only_some_programs_take_for_line_ends_are_letters():
    table = opened("Name,Clicks\none\u2028two,5\n")

    assert rows(table) == [["one\u2028two", "5"]]


# -- Packed ---------------------------------------------------------------------------------------


def test_a_packed_file_is_read_like_an_unpacked_one():
    table = opened(gzip.compress(b"Day,Clicks\n2026-11-09,5\n"))

    assert rows(table) == [["2026-11-09", "5"]]


def test_rows_can_be_walked_again_and_again():
    table = opened(gzip.compress(b"Day,Clicks\n2026-11-09,5\n"))

    assert list(table.rows()) == list(table.rows())


PACKED = gzip.compress(b"Day,Clicks\n2026-11-09,5\n" * 900, mtime=0)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PACKED[:-9], id="cut off"),
        pytest.param(PACKED[:-8] + bytes(8), id="wrong check sum"),
        pytest.param(b"\x1f\x8b\x08\x00 and no more", id="a head alone"),
        pytest.param(b"\x1f\x8bDay,Clicks\n", id="text behind the signature"),
    ],
)
def test_a_damaged_packed_file_is_refused(content):
    error = refused(content)

    assert error.code == "damaged"
    assert str(error) == "The file is damaged."


def test_what_is_packed_twice_is_refused():
    content = gzip.compress(gzip.compress(b"Day,Clicks\n2026-11-09,5\n"))

    assert str(refused(content, name="week.csv.gz")) == (
        "week.csv.gz is an archive and not a table. Choose a CSV or XLSX file."
    )


# -- How much is too much -------------------------------------------------------------------------


def test_a_file_larger_than_25_mb_is_refused():
    error = refused(b"word,1\n" * (25 * 1024 * 1024 // 7 + 1))

    assert error.code == "too_large"
    assert str(error) == "The file is larger than 25 MB unpacked."


def test_a_small_packed_file_that_unpacks_to_more_than_25_mb_is_refused():
    bomb = gzip.compress(b"word,1\n" * (30 * 1024 * 1024 // 7), compresslevel=1)
    assert len(bomb) < 1024 * 1024

    assert str(refused(bomb)) == "The file is larger than 25 MB unpacked."


def test_250_000_rows_are_read_and_one_more_is_refused():
    lines = b"word,1\n" * 250_000
    assert open_table(io.BytesIO(b"Name,Clicks\n" + lines)).row_count == 250_000

    error = refused(b"Name,Clicks\n" + lines + b"word,1\n")

    assert (error.code, error.line) == ("too_many_rows", 250_002)
    assert str(error) == "The file has more than 250,000 rows. Split it before line 250,002."


def test_500_000_lines_are_too_many_even_if_most_are_blank():
    error = refused(b"Name,Clicks\nword,1\n" + b"\n" * 500_000)

    assert (error.code, error.line) == ("too_many_rows", 500_001)


def test_200_columns_are_read_and_one_more_is_refused():
    header = ",".join(f"c{number}" for number in range(200))
    line = ",".join(["5"] * 200)
    assert len(opened(f"{header}\n{line}\n").columns) == 200

    error = refused(f"{header}\n{line}\n{line},6\n")

    assert (error.code, error.line, error.column) == ("too_many_columns", 3, 200)
    assert str(error) == "Line 3 has more than 200 columns."


def test_empty_cells_beyond_the_200th_are_nothing():
    line = ",".join(["5"] * 200) + "," * 100

    assert opened(f"{line}\n{line}\n").row_count == 2


def test_a_cell_of_10_000_characters_is_read_and_one_more_is_refused():
    assert opened(f"Name,Clicks\n{'x' * 10_000},1\n").row_count == 1

    error = refused(f"Name,Clicks\nword,1\n{'x' * 10_001},1\n")

    assert (error.code, error.line) == ("cell_too_long", 3)
    assert str(error) == (
        'Line 3 has a cell of more than 10,000 characters. Is a closing quote (") missing?'
    )


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("x" * 131_073, id="plain"),
        pytest.param('"' + "x" * 131_073 + '"', id="quoted"),
        pytest.param('"' + "x\n" * 65_537 + '"', id="many lines"),
    ],
)
def test_a_cell_longer_than_the_parser_takes_is_refused_in_the_same_words(cell):
    error = refused(f"Name,Clicks\nword,1\n{cell},1\nlast,2\n")

    assert (error.code, error.line) == ("cell_too_long", 3)
    assert str(error) == (
        'Line 3 has a cell of more than 10,000 characters. Is a closing quote (") missing?'
    )


def test_a_line_of_more_than_two_million_characters_is_no_row():
    error = refused("Name,Clicks\n" + "word," * 500_000 + "\n")

    assert (error.code, error.line) == ("line_too_long", 2)
    assert str(error) == "Line 2 is longer than 2,000,000 characters. Is this a table?"


def test_100_tables_are_read_and_one_more_is_refused():
    block = "Day,Clicks\n2026-11-09,5\n2026-11-10,6\n\n"
    assert len(opened(block * 100).tables) == 100

    error = refused(block * 101)

    assert (error.code, error.line) == ("too_many_tables", 401)
    assert str(error) == "The file has more than 100 tables; line 401 begins one too many."
