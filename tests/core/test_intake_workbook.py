"""XLSX workbooks: typed cells, several sheets, and archives that mean harm."""

import datetime as dt
import io
import re
import struct
import zipfile

import openpyxl
import pytest

from core.intake import Kind
from tests.core.intake_cases import (
    days,
    kinds,
    numbers,
    opened,
    refused,
    rows,
    saved,
    skips,
    stored,
)


def _workbook(*lines, formats=None, title="Sheet"):
    """Write rows as a workbook of one sheet; ``formats`` are number formats of cells."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for line in lines:
        sheet.append(line)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    return saved(workbook)


def _repacked(content, part, change):
    """Change one part of a workbook's archive, or add it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return _archive(parts | {part: change(parts.get(part, b""))})


def _with_shared_texts(texts):
    """Write a workbook of two rows whose first column holds shared texts, given as XML."""
    sheet = b"""<worksheet><sheetData>
        <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><v>Clicks</v></c></row>
        <row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>5</v></c></row>
        </sheetData></worksheet>"""
    content = _repacked(_workbook(*WEEK), SHEET, lambda _data: sheet)
    return _repacked(content, "xl/sharedStrings.xml", lambda _data: texts)


def _archive(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


WEEK = (
    ["Day", "Source", "Clicks"],
    [dt.date(2026, 11, 9), "mail", 5],
    [dt.date(2026, 11, 10), "ads", 7],
)
SHEET = "xl/worksheets/sheet1.xml"


# -- Cells ----------------------------------------------------------------------------------------


def test_a_sheet_is_read_as_a_table():
    table = opened(_workbook(*WEEK, title="Week 46"))

    assert (table.options.sheet, table.sheets) == ("Week 46", ("Week 46",))
    assert kinds(table) == ["date", "text", "number"]
    assert rows(table) == [["2026-11-09", "mail", "5"], ["2026-11-10", "ads", "7"]]


def test_cells_say_how_the_file_stores_them():
    [row, *_others] = opened(_workbook(*WEEK)).rows()

    assert [stored(cell) for cell in row.cells] == ["date", "text", "number"]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (5, "General", "5"),
        (-1234.5, "#,##0.00", "-1234.5"),
        (0.1 + 0.2, "General", "0.3"),
        (1.1 * 3, "General", "3.3"),
        (0.1234567, "0.00", "0.1234567"),
        (1e-8, "General", "0.00000001"),
        (1e15, "General", "1000000000000000"),
        (4321.09, '#,##0.00 "zł"', "4321.09"),
        (0.125, "0%", "12.5%"),
        (0.07, "0.00%", "7%"),
        (0.1 + 0.2, "0.0%", "30%"),
        (1, "0%", "100%"),
        (12, '0" %"', "12"),
        (12, "0\\%", "12"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
        ("007", "General", "007"),
        (dt.datetime.fromisoformat("2026-11-09"), "yyyy-mm-dd", "2026-11-09"),
        (dt.datetime.fromisoformat("2026-11-09T14:30"), "dd.mm.yyyy hh:mm", "2026-11-09T14:30:00"),
        (dt.date(2026, 11, 9), "[$-415]d mmmm yyyy", "2026-11-09"),
        (46335, "mmm-yy", "2026-11-09"),
        (46335, "General", "46335"),
        (dt.time(14, 30), "hh:mm", "14:30:00"),
        (dt.timedelta(hours=26), "[h]:mm", "1 day, 2:00:00"),
    ],
)
def test_a_cell_is_written_as_the_sheet_shows_it(value, number_format, text):
    table = opened(_workbook(["Name", "Cell"], ["word", value], formats={"B2": number_format}))

    assert rows(table) == [["word", text]]


def test_percentages_and_plain_numbers_are_read_exactly():
    content = _workbook(
        ["Name", "Share", "Cost"],
        ["a", 0.125, 0.1 + 0.2],
        ["b", 0.07, 1234.5],
        formats={"B2": "0%", "B3": "0.0%"},
    )
    table = opened(content)

    assert numbers(table, 1) == ["12.5", "7"]
    assert numbers(table, 2) == ["0.3", "1234.5"]


def test_dates_of_a_sheet_are_read_whatever_their_format():
    content = _workbook(
        ["Day", "Clicks"],
        [dt.date(2026, 11, 9), 5],
        [dt.date(2026, 11, 10), 7],
        formats={"A2": "mm/dd/yy", "A3": "d mmmm"},
    )

    assert days(opened(content), 0) == ["2026-11-09", "2026-11-10"]


def test_dates_of_old_macs_count_from_1904():
    workbook = openpyxl.Workbook()
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    workbook.active.append(["Day", "Clicks"])
    workbook.active.append([dt.date(2026, 11, 9), 5])

    assert days(opened(saved(workbook)), 0) == ["2026-11-09"]


def test_numbers_and_texts_in_one_column_are_read_with_the_mark_of_the_texts():
    table = opened(_workbook(["Name", "Cost"], ["a", 1234.5], ["b", "2.345,6"], ["c", 0.5]))

    assert table.columns[1].decimal_mark == ","
    assert numbers(table, 1) == ["1234.5", "2345.6", "0.5"]


def test_numbers_of_a_sheet_are_never_ambiguous():
    table = opened(_workbook(["Name", "Cost"], ["a", 1.234], ["b", 5.678]))

    assert table.columns[1].is_readable_number
    assert numbers(table, 1) == ["1.234", "5.678"]


def test_numbers_kept_as_text_are_ambiguous_as_in_any_file():
    table = opened(_workbook(["Name", "Cost"], ["a", "1.234"], ["b", "5.678"]))

    assert not table.columns[1].is_readable_number


def test_errors_of_a_spreadsheet_stay_visible():
    table = opened(_workbook(["Name", "Rate"], ["a", 5], ["b", "#DIV/0!"], ["c", "#N/A"]))

    assert [row[1] for row in rows(table)] == ["5", "#DIV/0!", "#N/A"]


def test_shared_texts_are_read():
    content = _with_shared_texts(b"<sst><si><t>Name</t></si><si><t>mail &amp; ads</t></si></sst>")

    assert rows(opened(content)) == [["mail & ads", "5"]]


def test_a_shared_text_in_several_fonts_is_one_text_without_its_reading_aid():
    content = _with_shared_texts(
        b"<sst><si><t>Name</t></si><si><r><t>mail</t></r><r><t>box</t></r><rPh><t>aid</t></rPh></si></sst>"
    )

    assert rows(opened(content)) == [["mailbox", "5"]]


def test_texts_in_the_cell_may_be_in_several_fonts_too():
    changed = _repacked(
        _workbook(["Name", "Clicks"], ["mail", 5]),
        SHEET,
        lambda data: data.replace(b"<t>mail</t>", b"<r><t>mail</t></r><r><t>box</t></r>"),
    )

    assert rows(opened(changed)) == [["mailbox", "5"]]


def test_dates_that_other_programs_keep_as_text_are_dates():
    cell = b'<c r="A2" t="d"><v>2026-11-09</v></c>'
    changed = _repacked(
        _workbook(["Day", "Clicks"], ["mail", 5]),
        SHEET,
        lambda data: re.sub(rb'<c r="A2".*?</c>', cell, data),
    )

    [row] = opened(changed).rows()

    assert stored(row.cells[0]) == "date"
    assert row.cells == ["2026-11-09", "5"]


def test_a_workbook_without_styles_has_plain_numbers():
    content = _workbook(["Name", "Clicks"], ["mail", 5])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    del parts["xl/styles.xml"]

    assert rows(opened(_archive(parts))) == [["mail", "5"]]


# -- Formulas -------------------------------------------------------------------------------------


def test_a_formula_without_a_saved_result_is_refused_with_its_cell():
    error = refused(_workbook(["Name", "Clicks"], ["mail", 5], ["both", "=B2*2"]))

    assert (error.code, error.line, error.column) == ("formula_without_result", 3, 1)
    assert str(error) == (
        "Cell B3 holds a formula, but the file does not hold its result. Open it in a "
        "spreadsheet program, save it, and try again."
    )


def test_a_formula_with_a_saved_result_is_its_result():
    content = _workbook(["Name", "Clicks"], ["mail", 5], ["both", "=B2*2"])

    changed = _repacked(
        content, SHEET, lambda data: re.sub(rb"</f><v ?/?>(</v>)?", b"</f><v>10</v>", data)
    )

    assert rows(opened(changed)) == [["mail", "5"], ["both", "10"]]


# -- Rows -----------------------------------------------------------------------------------------


def test_rows_that_a_sheet_leaves_out_are_blank_lines():
    nothing = [None, None]
    table = opened(
        _workbook(
            *(nothing, nothing, ["Day", "Clicks"], ["2026-11-09", 5]),
            *(nothing, nothing, nothing, nothing, ["2026-11-10", 7]),
        )
    )

    assert skips(table) == [("blank", 1, 2), ("blank", 5, 8)]
    assert [row.line for row in table.rows()] == [4, 9]


def test_empty_cells_make_no_short_rows():
    table = opened(_workbook(["Name", "Clicks", "Note"], ["mail", 5, None], ["ads", 7, "x"]))

    assert table.short_rows.count == 0
    assert rows(table)[0] == ["mail", "5", ""]


def test_a_row_longer_than_the_header_widens_the_table():
    table = opened(_workbook(["Name", "Clicks"], ["mail", 5], ["ads", 7, "note"], ["posts", 9]))

    assert [column.name for column in table.columns] == ["Name", "Clicks", "Column 3"]
    assert table.long_rows.count == 0
    assert rows(table)[1:] == [["ads", "7", "note"], ["posts", "9", ""]]


def test_a_total_without_a_label_is_known_by_its_sums():
    table = opened(_workbook(["Campaign", "Cost"], [None, 6.6], ["a", 1.1], ["b", 2.2], ["c", 3.3]))

    assert skips(table) == [("totals", 2, 2)]


def test_tables_under_each_other_are_found_in_a_sheet_too():
    table = opened(_workbook(["Reach"], *WEEK, [], ["Visits"], *WEEK))

    assert [(one.title, one.header_line) for one in table.tables] == [("Reach", 2), ("Visits", 7)]


def test_more_than_200_columns_are_refused():
    error = refused(_workbook(["Name"] * 201, [5] * 201))

    assert (error.code, error.line) == ("too_many_columns", 1)


def test_a_cell_of_more_than_10_000_characters_is_refused():
    error = refused(_workbook(["Name", "Clicks"], ["x" * 10_001, 5]))

    assert (error.code, error.line) == ("cell_too_long", 2)


def test_a_control_character_is_refused_with_its_line():
    changed = _repacked(
        _workbook(["Name", "Clicks"], ["mail", 5]),
        SHEET,
        lambda data: data.replace(b"mail", b"ma\x7fil"),
    )

    error = refused(changed)

    assert (error.code, error.line) == ("control_character", 2)


# -- Sheets ---------------------------------------------------------------------------------------


def _two_sheets():
    workbook = openpyxl.Workbook()
    about, week = workbook.active, workbook.create_sheet("Week 46")
    about.title = "About"
    about.append(["Owner", "Team"])
    about.append(["Rosemary", "Growth"])
    for line in WEEK:
        week.append(line)
    return workbook


def test_of_several_sheets_the_first_with_numbers_or_dates_is_read():
    table = opened(saved(_two_sheets()))

    assert table.sheets == ("About", "Week 46")
    assert table.options.sheet == "Week 46"


def test_another_sheet_can_be_chosen():
    table = opened(saved(_two_sheets()), sheet="About")

    assert rows(table) == [["Rosemary", "Growth"]]


def test_a_sheet_that_is_not_there_is_refused():
    error = refused(saved(_two_sheets()), sheet="Week 47")

    assert error.code == "unknown_option"
    assert str(error) == "There is no sheet “Week 47” in the file."


def test_hidden_sheets_are_not_read():
    workbook = _two_sheets()
    workbook["About"].sheet_state = "hidden"

    assert opened(saved(workbook)).sheets == ("Week 46",)
    assert refused(saved(workbook), sheet="About").code == "unknown_option"


def test_a_workbook_that_shows_no_sheet_is_refused():
    hidden = _repacked(
        _workbook(*WEEK),
        "xl/workbook.xml",
        lambda data: data.replace(b'state="visible"', b'state="veryHidden"'),
    )

    error = refused(hidden)

    assert error.code == "empty"
    assert str(error) == "The workbook has no visible sheet."


def test_words_alone_are_read_when_no_sheet_has_more():
    table = opened(_workbook(["Owner", "Team"], ["Rosemary", "Growth"]))

    assert table.columns[0].kind is Kind.TEXT


def test_a_workbook_without_content_is_no_table():
    error = refused(saved(openpyxl.Workbook()))

    assert error.code == "empty"
    assert str(error) == "There is no table in the file."


# -- Archives that mean harm ----------------------------------------------------------------------


def test_a_part_that_is_packed_too_well_is_refused():
    bomb = _repacked(_workbook(*WEEK), SHEET, lambda _data: b" " * (20 * 1024 * 1024))
    assert len(bomb) < 100_000

    error = refused(bomb)

    assert error.code == "archive"
    assert str(error) == "The file is not packed the way workbooks are."


def test_a_part_that_is_larger_than_it_claims_is_refused():
    large = _repacked(_workbook(*WEEK), SHEET, lambda data: data + b" " * (9_000_000 - len(data)))

    error = refused(large.replace(struct.pack("<L", 9_000_000), struct.pack("<L", 9_000)))

    assert error.code == "damaged"


def test_an_archive_of_too_many_parts_is_refused():
    parts = {f"xl/part{number}.xml": b"" for number in range(1001)}

    assert refused(_archive({"xl/workbook.xml": b"", **parts})).code == "archive"


def test_a_workbook_that_unpacks_to_more_than_25_mb_is_refused():
    parts = {f"xl/part{number}.xml": b"0123456789" * 104_857 for number in range(26)}

    error = refused(_archive({"xl/workbook.xml": b"", **parts}))

    assert error.code == "too_large"
    assert str(error) == "The file is larger than 25 MB unpacked."


BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<worksheet><sheetData><row><c t="inlineStr"><is><t>&lol2;</t></is></c></row></sheetData></worksheet>
"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY outside SYSTEM "file:///etc/passwd">]>
<sst><si><t>&outside;</t></si></sst>
"""


@pytest.mark.parametrize(
    ("part", "data"),
    [
        (SHEET, BILLION_LAUGHS),
        ("xl/sharedStrings.xml", OUTSIDE),
        ("xl/styles.xml", b"<!DOCTYPE styleSheet><styleSheet/>"),
        ("xl/workbook.xml", b"<!DOCTYPE workbook><workbook/>"),
        (SHEET, b"<worksheet><sheetData><row>"),
        (SHEET, b"no XML at all"),
        (SHEET, b'<worksheet><sheetData><row r="5"/><row r="2"/></sheetData></worksheet>'),
        (SHEET, b'<worksheet><sheetData><row r="99999999"/></sheetData></worksheet>'),
        (SHEET, b'<worksheet><row r="1"><c r="A1" t="s"><v>99</v></c></row></worksheet>'),
        (SHEET, b'<worksheet><row r="1"><c r="A1" s="99"><v>1</v></c></row></worksheet>'),
        (SHEET, b'<worksheet><row r="1"><c r="A1"><v>word</v></c></row></worksheet>'),
    ],
)
def test_document_types_and_broken_parts_are_refused(part, data):
    error = refused(_repacked(_workbook(*WEEK), part, lambda _data: data))

    assert error.code == "damaged"
    assert str(error) == "The workbook is damaged."


@pytest.mark.parametrize("size", [4, 30, 500, 2000, -1, -30])
def test_a_workbook_that_is_cut_off_is_refused(size):
    assert refused(_workbook(*WEEK)[:size]).code == "damaged"


# -- What is no table, whatever its name says -----------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
        (b"GIF89a\1\0\1\0", "a picture"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a picture"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "an Excel file of the old kind (.xls) or one with a password",
        ),
        (b"Rar!\x1a\x07\1\0", "an archive"),
        (b"7z\xbc\xaf\x27\x1c", "an archive"),
        (b"<!DOCTYPE html><html><body></body></html>", "a web page"),
        (b"\n  <html><head>", "a web page"),
        (b"<table><tr><td>5</td></tr></table>", "a web page"),
        (b'<?xml version="1.0"?><rows/>', "an XML document"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an XML document"),
        (b'{"rows": [1, 2]}', "a JSON document"),
        (b'[{"clicks": 5}]', "a JSON document"),
        (b"{\\rtf1\\ansi", "a text document with formatting (RTF)"),
        (b"SQLite format 3\0", "a program or a database"),
        (b"\x7fELF\2\1\1", "a program or a database"),
        (_archive({"notes.txt": b"words"}), "an archive"),
        (_archive({"word/document.xml": b"<w/>"}), "a Word document"),
        (_archive({"ppt/presentation.xml": b"<p/>"}), "a presentation"),
        (_archive({"content.xml": b"<o/>"}), "an OpenDocument file"),
        (_archive({"xl/workbook.bin": b"x"}), "an Excel file of the binary kind (.xlsb)"),
        (_archive({"Index/Document.iwa": b"x"}), "a Numbers spreadsheet"),
    ],
)
def test_what_is_no_table_is_refused_by_what_it_is(content, kind):
    error = refused(content, name="week.csv")

    assert error.code == "not_a_table"
    assert str(error) == f"week.csv is {kind} and not a table. Choose a CSV or XLSX file."


def test_a_file_without_a_name_is_called_the_file():
    assert str(refused(b"%PDF-1.7")).startswith("The file is a PDF document")


def test_a_workbook_is_read_whatever_its_name():
    assert opened(_workbook(*WEEK)).row_count == 2
