"""Text in columns of a fixed width, in every script."""

import pytest

from core.columns import padded, width, wrapped


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("żółw", 4), ("ที่นี่", 2), ("週間", 4), ("e\u0301", 1), ("a\u200bb", 2), ("", 0)],
)
def test_marks_take_no_column_and_wide_signs_two(text, columns):
    assert width(text) == columns


def test_a_text_is_filled_up_on_either_side():
    assert padded("週", 5) == "週   "
    assert padded("12", 5, right=True) == "   12"


def test_a_text_is_broken_at_its_spaces():
    assert wrapped("one two three", 7, indent="  ") == ["  one", "  two", "  three"]
    assert wrapped("one two three", 9, indent=" ") == [" one two", " three"]


def test_a_space_that_groups_digits_is_no_break():
    assert wrapped("1\u00a0234 567", 5) == ["1\u00a0234", "567"]


def test_a_word_that_is_too_long_is_cut_and_keeps_its_marks():
    assert wrapped("ที่นี่ที่", 2) == ["ที่นี่", "ที่"]
    assert wrapped("abcdefg hi", 3) == ["abc", "def", "g", "hi"]


def test_an_empty_text_is_an_empty_line():
    assert wrapped("", 10) == [""]
