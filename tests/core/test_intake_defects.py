"""10,000 rows with each defect that files have: every row is accounted for, nothing breaks."""

import gzip
import io
import tracemalloc
from functools import cache
from itertools import cycle, islice

import pytest

from core.intake import CellError, IntakeError, open_table
from tests.core.intake_cases import assert_every_line_has_one_fate

HEADER = "Day,Source,Clicks,Cost\r\n"
GOOD = (
    "2026-11-09,mail,5,1.50\r\n"
    "2026-11-10,ads,6,2.50\r\n"
    "2026-11-11,posts,7,3.50\r\n"
    "2026-11-12,events,8,4.50\r\n"
).splitlines(keepends=True)
ROWS = 10_000

# What can be wrong with a row, and can be told row by row: the file is opened nevertheless.
ROW_DEFECTS = {
    "a long row": "2026-11-09,mail,1,234,1.50\r\n",
    "a short row": "2026-11-09,mail\r\n",
    "an empty row": "\r\n",
    "a row of separators": ",,,\r\n",
    "a row of spaces": "   \r\n",
    "another line end": "2026-11-09,mail,5,1.50\n",
    "an old line end": "2026-11-09,mail,5,1.50\r",
    "a line end inside a cell": '2026-11-09,"two\r\nlines",5,1.50\r\n',
    "a doubled quote": '2026-11-09,"""mail""",5,1.50\r\n',
    "a quote inside a cell": '2026-11-09,5" mail,5,1.50\r\n',
    "an exponent": "2026-11-09,mail,1e309,1.50\r\n",
    "not a number": "2026-11-09,mail,nan,inf\r\n",
    "Arabic digits": "2026-11-09,mail,١٢٣,1.50\r\n",
    "Thai digits": "๒๕๖๙-๑๑-๐๙,mail,๑๒๓,1.50\r\n",
    "full-width digits": "2026-11-09,mail,１２３,1.50\r\n",
    "marks that reorder": "2026-11-09,mail,\u202e321\u202c,1.50\r\n",
    "marks of direction": "\u200e2026-11-09,mail,\u200f5,1.50\r\n",
    "a byte order mark": "\ufeff2026-11-09,mail,5,1.50\r\n",
    "a formula": "2026-11-09,=HYPERLINK(A1),=1+1,@SUM(A1)\r\n",
    "an error of a spreadsheet": "#REF!,mail,#DIV/0!,#N/A\r\n",
    "a limit": "2026-11-09,mail,> 90%,< 10%\r\n",
    "another decimal mark": '2026-11-09,mail,5,"1,50"\r\n',
    "too many decimals": "2026-11-09,mail,5,0.123456789\r\n",
    "too many digits": "2026-11-09,mail,12345678901234567,1.50\r\n",
    "a long number": f"2026-11-09,mail,{'9' * 500},1.50\r\n",
    "a missing value": "-,–,n/a,NULL\r\n",
    "another word for missing": "n/d,brak,brak,n/d\r\n",
    "a day that does not exist": "2026-02-30,mail,5,1.50\r\n",
    "another form of date": "9.11.2026,mail,5,1.50\r\n",
    "a time": "2026-11-09T25:61:00,mail,5,1.50\r\n",
    "a totals row": "Total,,5,1.50\r\n",
    "the header again": HEADER,
    "a comment": "# exported by Rosemary\r\n",
    "a sep line": "sep=;\r\n",
    "semicolons": "2026-11-09;mail;5;1,50\r\n",
    "a web page": "<td>2026-11-09</td>,<script>,5,1.50\r\n",
    "a path": "2026-11-09,../../etc/passwd,5,1.50\r\n",
    "emoji": "2026-11-09,👩‍👩‍👧‍👦🎉,5,1.50\r\n",
    "a surrogate pair": "2026-11-09,\U0001f600,5,1.50\r\n",
    "other white space": "2026-11-09,mail\u2028\u2029\u3000,5\u00a0,1.50\r\n",
    "a large cell": f"2026-11-09,{'x' * 1000},5,1.50\r\n",
}

# What makes the whole file unreadable, and the line that is named for it.
FILE_DEFECTS = {
    "an unclosed quote": ('2026-11-09,"mail,5,1.50\r\n', "unclosed_quote"),
    "a stray quote": ('2026-11-09,"mail" box,5,1.50\r\n', "stray_quote"),
    "a NUL": ("2026-11-09,ma\0il,5,1.50\r\n", "control_character"),
    "a control character": ("2026-11-09,ma\x1bil,5,1.50\r\n", "control_character"),
    "a cell too long": (f"2026-11-09,{'x' * 10_001},5,1.50\r\n", "cell_too_long"),
    "a cell of 131,073 bytes": (f'2026-11-09,"{"x" * 131_073}",5,1.50\r\n', "cell_too_long"),
    "too many columns": ("5," * 200 + "5\r\n", "too_many_columns"),
}


def _file(*lines, count=ROWS):
    """Write a header and 10,000 rows, the given ones in turn."""
    return (HEADER + "".join(islice(cycle(lines), count))).encode()


@cache
def _with_some(defect):
    """Open a file each fifth row of which has a defect."""
    return open_table(io.BytesIO(_file(*GOOD, ROW_DEFECTS[defect])))


@pytest.mark.parametrize("defect", ROW_DEFECTS)
def test_every_line_is_accounted_for_when_each_fifth_row_has_a_defect(defect):
    table = _with_some(defect)

    assert_every_line_has_one_fate(table)
    assert table.row_count >= 8_000


@pytest.mark.parametrize("defect", ROW_DEFECTS)
def test_every_line_is_accounted_for_when_all_rows_have_the_defect(defect):
    table = open_table(io.BytesIO(_file(ROW_DEFECTS[defect], count=2_000)))

    assert_every_line_has_one_fate(table)


@pytest.mark.parametrize(
    ("defect", "read", "short", "long"),
    [
        ("a long row", 8_000, 0, 2_000),
        ("a short row", 10_000, 2_000, 0),
        ("an empty row", 8_000, 0, 0),
        ("a row of separators", 8_000, 0, 0),
        ("a line end inside a cell", 10_000, 0, 0),
        ("an old line end", 10_000, 0, 0),
        ("a comment", 10_000, 2_000, 0),
        ("semicolons", 10_000, 2_000, 0),
        ("a totals row", 10_000, 0, 0),
        ("the header again", 10_000, 0, 0),
    ],
)
def test_rows_of_another_shape_are_counted(defect, read, short, long):
    table = _with_some(defect)

    assert table.row_count == read
    assert (table.short_rows.count, table.long_rows.count) == (short, long)


def _unreadable(table):
    """Count the cells that the readers of day, clicks and cost refuse."""
    day, _source, clicks, cost = table.columns
    readers = {0: day.date_reader(), 2: clicks.number_reader(), 3: cost.number_reader()}
    counts = dict.fromkeys(readers, 0)
    for row in table.rows():
        for index, read in readers.items():
            try:
                read(row.cells[index])
            except CellError:
                counts[index] += 1
    return list(counts.values())


@pytest.mark.parametrize(
    ("defect", "days", "clicks", "costs"),
    [
        ("an exponent", 0, 2_000, 0),
        ("not a number", 0, 2_000, 2_000),
        ("Arabic digits", 0, 2_000, 0),
        ("Thai digits", 0, 0, 0),
        ("full-width digits", 0, 2_000, 0),
        ("marks that reorder", 0, 2_000, 0),
        ("marks of direction", 0, 0, 0),
        ("a byte order mark", 0, 0, 0),
        ("a formula", 0, 2_000, 2_000),
        ("an error of a spreadsheet", 2_000, 2_000, 0),
        ("a limit", 0, 2_000, 2_000),
        ("another decimal mark", 0, 0, 2_000),
        ("too many decimals", 0, 0, 0),
        ("too many digits", 0, 2_000, 0),
        ("a long number", 0, 2_000, 0),
        ("a missing value", 0, 0, 0),
        ("another word for missing", 2_000, 2_000, 2_000),
        ("a day that does not exist", 2_000, 0, 0),
        ("another form of date", 0, 0, 0),
        ("a time", 2_000, 0, 0),
        ("a totals row", 2_000, 0, 0),
        ("the header again", 2_000, 2_000, 2_000),
        ("a web page", 2_000, 0, 0),
        ("other white space", 0, 0, 0),
    ],
)
def test_of_the_cells_those_with_the_defect_are_refused_and_no_others(defect, days, clicks, costs):
    assert _unreadable(_with_some(defect)) == [days, clicks, costs]


@pytest.mark.parametrize(
    ("bad", "code"), [pytest.param(*defect, id=name) for name, defect in FILE_DEFECTS.items()]
)
@pytest.mark.parametrize("line", [2, 5_000, 10_001])
def test_a_defect_that_no_reading_survives_is_refused_with_its_line(bad, code, line):
    lines = GOOD * (ROWS // 4)
    lines[line - 2] = bad

    with pytest.raises(IntakeError) as caught:
        open_table(io.BytesIO((HEADER + "".join(lines)).encode()))

    assert (caught.value.code, caught.value.line) == (code, line)


@pytest.mark.parametrize("line", [2, 5_000, 10_001])
def test_a_byte_that_is_no_letter_is_refused_with_its_line(line):
    lines = [b"2026-11-09,\xc5\x82\xc4\x85cze,5,1.50\r\n"] * ROWS
    lines[line - 2] = b"2026-11-09,\xff\xfe,5,1.50\r\n"

    with pytest.raises(IntakeError) as caught:
        open_table(io.BytesIO(HEADER.encode() + b"".join(lines)))

    assert (caught.value.code, caught.value.line) == ("undecodable", line)


def test_duplicate_headers_over_10_000_rows_keep_every_cell():
    content = "Day,Clicks,Clicks,Clicks\n" + "2026-11-09,1,2,3\n" * ROWS

    table = open_table(io.BytesIO(content.encode()))

    assert_every_line_has_one_fate(table)
    assert {tuple(row.cells) for row in table.rows()} == {("2026-11-09", "1", "2", "3")}


# -- Memory ---------------------------------------------------------------------------------------


def _peak(content):
    """Measure how many bytes opening and reading a file takes at most."""
    file = io.BytesIO(content)
    tracemalloc.start()
    try:
        for _row in open_table(file).rows(lambda _problem: None):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("", id="no defect"),
        pytest.param(ROW_DEFECTS["a long row"], id="long rows"),
        pytest.param(ROW_DEFECTS["a totals row"], id="totals rows"),
        pytest.param(ROW_DEFECTS["a large cell"], id="large cells"),
    ],
)
def test_memory_stays_flat_while_the_rows_go_by(bad):
    assert _peak(_file(*GOOD, bad)) < 8 * 1024**2


def test_memory_does_not_grow_with_the_number_of_rows():
    many = HEADER + "".join(
        f"2026-11-{n % 30 + 1:02},source {n},{n},{n}.5\r\n" for n in range(40_000)
    )

    assert _peak(many.encode()) < 8 * 1024**2


def test_a_small_file_that_unpacks_to_much_takes_no_memory_for_it():
    bomb = gzip.compress(GOOD[0].encode() * 1_500_000, compresslevel=1)

    tracemalloc.start()
    with pytest.raises(IntakeError):
        open_table(io.BytesIO(bomb))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8 * 1024**2
