"""Tables written as CSV that no spreadsheet runs, and that can be read back."""

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export import csv_chunks, guarded, unguarded


def _written(*rows, **options):
    return b"".join(csv_chunks(rows, **options))


@pytest.mark.parametrize(
    "text",
    [
        *("=1+2", "=cmd|'/C calc'!A0", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)"),
        *("\t=1", "\r=1", "\n=1", "\0", "\tword", " =1", "'=1", '"=1"', "  '\" +1", "＝1"),
        *("＋1", "－1", "＠x", "\u00a0=1"),
    ],
)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert guarded(text) == "'" + text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["", "word", "1-2", "a=b", "'quoted'", "user@example.com", "…=", "#1"]
)
def test_other_texts_stay_as_they_are(text):
    assert guarded(text) == text
    assert unguarded(text) == text


def test_typed_cells_are_written_exactly():
    row = [
        "Clicks",
        -5,
        Decimal("-1234.50"),
        Decimal("0.00000001"),
        dt.date(2026, 11, 9),
        dt.datetime(2026, 11, 9, 8, tzinfo=dt.UTC),
        None,
        True,
    ]

    assert _written(row) == (
        b"\xef\xbb\xbfClicks,-5,-1234.5,0.00000001,2026-11-09,2026-11-09T08:00:00+00:00,,TRUE\r\n"
    )


def test_with_a_decimal_comma_cells_are_told_apart_by_semicolons():
    assert _written(["a;b", Decimal("1.5")], decimal_mark=",") == b'\xef\xbb\xbf"a;b";1,5\r\n'


def test_a_float_is_refused_because_it_is_not_exact():
    with pytest.raises(TypeError):
        _written([0.1])


def test_rows_are_written_as_they_come():
    chunks = csv_chunks([number] for number in iter(int, 1))  # without end

    assert [next(chunks) for _chunk in range(3)] == [b"\xef\xbb\xbf", b"0\r\n", b"0\r\n"]


def test_a_spreadsheet_takes_guarded_cells_for_text():
    sheet = openpyxl.Workbook().active
    sheet.append([guarded("=1+2"), guarded("@x")])

    assert [cell.data_type for cell in sheet[1]] == ["s", "s"]


# What a person can type into a form: no surrogates, and no control characters but these.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\t\n\r"),
    max_size=30,
)


@given(TEXT)
def test_guarding_any_text_can_be_undone(text):
    assert unguarded(guarded(text)) == text
    assert unguarded(guarded(guarded(text))) == guarded(text)
