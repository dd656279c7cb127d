"""Numbers in a few signs for narrow places, and decimals as programs write them."""

from decimal import Decimal

import pytest

from core.numbers import NumberFormat, read_plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("9.994", "9.99"),
        ("9.996", "10"),
        ("99.96", "100"),
        ("980", "980"),
        ("999.4", "999"),
        ("999.6", "1k"),
        ("1234", "1.2k"),
        ("99960", "100k"),
        ("184200", "184k"),
        ("999499", "999k"),
        ("999500", "1M"),
        ("999950", "1M"),
        ("15500000", "15.5M"),
        ("999999999", "1bn"),
        ("1234000000", "1.2bn"),
        ("999999999999", "1,000bn"),
    ],
)
@pytest.mark.parametrize(("sign", "written"), [("", ""), ("-", "\N{MINUS SIGN}")])
def test_a_short_number_is_rounded_into_the_unit_that_it_reaches(sign, written, value, text):
    expected = text if value == "0" else written + text

    assert NumberFormat.of("en").short(Decimal(sign + value)) == expected


@pytest.mark.parametrize("text", ["0", "5", "-5", "+5", "4.50", ".5", "5.", "1e3", "1E-8"])
def test_a_decimal_that_a_program_wrote_is_read(text):
    assert read_plain(text) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " 5 ", "5\n", "1_000", "1,5", "٥", "５", "NaN", "Infinity", "-inf", "0x10", "1e"),
        *(".", "--5"),
    ],
)
def test_anything_else_is_no_decimal(text):
    assert read_plain(text) is None
