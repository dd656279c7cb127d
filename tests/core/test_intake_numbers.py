"""Numbers as people and their tools write them, one cell at a time."""

from decimal import Decimal

import pytest

from core.intake import AmbiguousNumberError, CellError
from core.intake.numbers import guess_mark, is_number, number_reader, parse_number

NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


def _code(text, mark=".", **options):
    with pytest.raises(CellError) as caught:
        number_reader(mark, **options)(text)
    return caught.value.code


def _sentence(text, mark="."):
    with pytest.raises(CellError) as caught:
        number_reader(mark)(text)
    return str(caught.value)


# -- What is read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("007", "7"),
        ("5", "5"),
        ("-5", "-5"),
        ("+5", "5"),
        ("1234567", "1234567"),
        ("12.5", "12.5"),
        ("12.50", "12.50"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("0.00000001", "0.00000001"),
        ("1,234", "1234"),
        ("1,234.5", "1234.5"),
        ("12,345,678.90", "12345678.90"),
        ("1 234.5", "1234.5"),
        (f"1{NBSP}234{NBSP}567", "1234567"),
        (f"1{NARROW}234.5", "1234.5"),
        ("1\N{THIN SPACE}234.5", "1234.5"),
        ("1'234'567.89", "1234567.89"),
        ("1’234.5", "1234.5"),
        ("  12.5\t", "12.5"),
        (f"{NBSP}12.5{NBSP}", "12.5"),
        ("\ufeff12.5\u200b", "12.5"),
        ("\u200e12\u200f", "12"),
    ],
)
def test_a_number_with_a_decimal_point_is_read_exactly(text, value):
    assert number_reader(".")(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", "12.5"),
        ("-12,5", "-12.5"),
        (",5", "0.5"),
        ("1.234", "1234"),
        ("1.234,5", "1234.5"),
        ("12.345.678,90", "12345678.90"),
        ("1 234,5", "1234.5"),
        (f"1{NBSP}234{NBSP}567,1", "1234567.1"),
        (f"1{NARROW}234,5", "1234.5"),
        ("1'234,5", "1234.5"),
        ("1’234’567", "1234567"),
    ],
)
def test_a_number_with_a_decimal_comma_is_read_exactly(text, value):
    assert number_reader(",")(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("\N{MINUS SIGN}5", "-5"),
        ("–5", "-5"),
        ("‒5", "-5"),
        ("‐5", "-5"),
        ("‑5", "-5"),
        ("－5", "-5"),
        ("- 5", "-5"),
        ("5-", "-5"),
        ("5 -", "-5"),
        ("5\N{MINUS SIGN}", "-5"),
        ("5+", "5"),
        ("(5)", "-5"),
        ("( 1,234.5 )", "-1234.5"),
        ("($5)", "-5"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("$ -5", "-5"),
        ("5% -", "-5"),
    ],
)
def test_a_sign_may_stand_before_behind_or_around_the_number(text, value):
    assert number_reader(".")(text) == Decimal(value)


@pytest.mark.parametrize("text", ["--5", "-5-", "(-5)", "(5", "5)", "-(5)", "+-5", "(5-)", "5--"])
def test_two_signs_or_half_a_pair_are_no_number(text):
    assert _code(text) == "not_a_number"


@pytest.mark.parametrize("text", ["12%", "12 %", f"12{NBSP}%", "+12%"])
def test_a_percentage_is_the_number_that_is_written(text):
    assert number_reader(".")(text) == 12


@pytest.mark.parametrize(
    "text",
    [
        *("$12", "US$12", "R$ 12", "12 €", "€12", "£12", "¥12", "฿12", "12 บาท", "₹12"),
        *("12 zł", "12 zl", "12zł", "12 kr", "12 kr.", "12 Kč", "12 Ft", "12 lei", "12 PLN"),
        *("PLN 12", "THB12", "eur 12", f"12{NBSP}EUR"),
    ],
)
def test_a_currency_before_or_behind_is_taken_off(text):
    assert number_reader(".")(text) == 12


@pytest.mark.parametrize("text", ["12 XYZ", "12 kg", "#12", "12 px", "€", "%", "PLN", "twelve"])
def test_other_words_beside_a_number_are_not_taken_off(text):
    assert _code(text) == "not_a_number"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12,34", "other_mark"),
        ("0,123", "other_mark"),
        ("1,2345", "other_mark"),
        ("01,234", "other_mark"),
        ("1,23,456", "not_a_number"),
        ("1,234 567", "not_a_number"),
        ("1 234'567", "not_a_number"),
        ("1 23", "not_a_number"),
        ("1,,234", "not_a_number"),
        (",123,4", "not_a_number"),
    ],
)
def test_thousands_come_in_threes_with_one_separator(text, code):
    assert _code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.234.567", "other_mark"),
        ("1.2.3", "not_a_number"),
        ("1..5", "not_a_number"),
        ("5.", "not_a_number"),
        (".", "not_a_number"),
        (",", "not_a_number"),
        ("9.11.2026", "not_a_number"),
    ],
)
def test_a_decimal_mark_occurs_once_and_has_digits_behind_it(text, code):
    assert _code(text) == code


# -- What counts as missing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\t", NBSP, "\ufeff"),
        *("-", "--", "---", "–", "—", "−", " --", " – "),
        *("n/a", "N/A", "#n/a", "#N/A", "null", "NULL", "none", "None", " none "),
    ],
)
@pytest.mark.parametrize("mark", [".", ","])
def test_a_missing_value_is_none(text, mark):
    assert number_reader(mark)(text) is None


@pytest.mark.parametrize(
    "text", ["n/d", "brak", "na", "n.a.", "----", "?", "nil", "b.d.", "tbd", "x", "unknown", "*"]
)
def test_other_words_for_missing_are_left_to_people(text):
    assert _code(text) == "not_a_number"


# -- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=1+1", "formula"),
        ("@SUM(A1)", "formula"),
        ("=", "formula"),
        ("> 90%", "bound"),
        ("< 10%", "bound"),
        ("≥5", "bound"),
        ("~5", "bound"),
        ("≈ 5", "bound"),
        ("1e309", "exponent"),
        ("1E5", "exponent"),
        ("-1.5e-3", "exponent"),
        ("1,5e+3", "exponent"),
        ("nan", "not_finite"),
        ("NaN", "not_finite"),
        ("inf", "not_finite"),
        ("-inf", "not_finite"),
        ("Infinity", "not_finite"),
        ("∞", "not_finite"),
        ("1.2k", "shortened"),
        ("1.2 M", "shortened"),
        ("3bn", "shortened"),
        ("5 tys.", "shortened"),
        ("1,2 mln", "shortened"),
        ("#REF!", "spreadsheet_error"),
        ("#DIV/0!", "spreadsheet_error"),
        ("#NAME?", "spreadsheet_error"),
        ("١٢٣", "other_digits"),
        ("๑٢๓", "other_digits"),
        ("１２３", "other_digits"),
        ("12٣", "other_digits"),
        ("\u202e321", "hidden_marks"),
        ("1\u206623\u2069", "hidden_marks"),
        ("0x1F", "not_a_number"),
        ("1_000", "not_a_number"),
        ("½", "not_a_number"),
        ("12²", "not_a_number"),
        ("1:30", "not_a_number"),
        ("1/2", "not_a_number"),
        ("1-2", "not_a_number"),
        ("TRUE", "not_a_number"),
        ("1\n2", "not_a_number"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(text, code):
    assert _code(text) == code


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("text", ["=1+1", "> 90%", "1e309", "nan", "١٢٣", "brak"])
def test_the_decimal_mark_does_not_make_a_number_of_it(text, mark):
    assert not is_number(text)
    with pytest.raises(CellError):
        number_reader(mark)(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("=1+1", "“=1+1” is a formula; its result is needed."),
        ("> 90%", "“> 90%” is a limit and not a number, so it cannot be added up."),
        ("1e309", "“1e309” is shortened with an exponent; all digits are needed."),
        ("nan", "“nan” is not a number that can be stored."),
        ("2k", "“2k” is shortened; all digits are needed."),
        ("#REF!", "“#REF!” is an error message of a spreadsheet and not a number."),
        ("١٢", "“١٢” is not written with the digits 0 to 9."),
        ("1\u202e2", "“12” holds hidden marks that change the order of its digits."),
        ("12,5", "“12,5” is written with a decimal comma, its column with a decimal point."),
        ("0.123456789", "“0.123456789” has more than 8 decimals."),
        ("12345678901234567", "“12345678901234567” has more than 16 digits."),
        ("brak", "“brak” is not a number."),
        ("x" * 99, "“" + "x" * 39 + "…” is not a number."),
        ("two\nlines", "“two lines” is not a number."),
    ],
)
def test_a_refusal_is_a_sentence_that_quotes_the_cell(text, sentence):
    assert _sentence(text) == sentence


def test_a_decimal_point_in_a_column_of_commas_is_named():
    assert _code("12.5", ",") == "other_mark"
    assert _sentence("12.5", ",") == (
        "“12.5” is written with a decimal point, its column with a decimal comma."
    )


# -- How large and how exact ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "9999999999999999",
        "-9999999999999999",
        "9999999999999999.99999999",
        "0000000000000000000012",
        "0.12345678",
        "0.1234567800000",
    ],
)
def test_what_fits_the_database_is_kept_to_the_last_digit(text):
    assert number_reader(".")(text) == Decimal(text)


@pytest.mark.parametrize(
    "text", ["10000000000000000", "12,345,678,901,234,567", "-99999999999999999.5", "9" * 59]
)
def test_more_than_sixteen_whole_digits_are_refused(text):
    assert _code(text) == "too_many_digits"


@pytest.mark.parametrize("text", ["9" * 61, "1" * 10_000, "0" * 61, "1," + "234," * 20 + "567"])
def test_a_text_longer_than_any_number_is_none(text):
    assert _code(text) == "not_a_number"


def test_more_than_eight_decimals_are_refused():
    assert _code("0.123456789") == "too_many_decimals"
    assert _code("1234567.0000000001") == "too_many_decimals"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.123456785", "0.12345678"),
        ("0.123456775", "0.12345678"),
        ("0.1234567851", "0.12345679"),
        ("-0.999999999", "-1"),
        ("12.5", "12.5"),
    ],
)
def test_a_rounded_column_rounds_half_to_even_at_the_eighth_decimal(text, value):
    assert number_reader(".", rounded=True)(text) == Decimal(value)


def test_rounding_does_not_make_a_number_too_large_for_the_database():
    assert _code("9999999999999999.999999999", rounded=True) == "too_many_decimals"


# -- One number that a person types ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "small", "large"),
    [
        ("1,234", "1.234", "1234"),
        ("1.234", "1.234", "1234"),
        ("-1,234", "-1.234", "-1234"),
        ("999.000 zł", "999", "999000"),
        ("12,345 %", "12.345", "12345"),
    ],
)
def test_a_number_with_two_readings_is_ambiguous_and_gives_both(text, small, large):
    with pytest.raises(AmbiguousNumberError) as caught:
        parse_number(text)

    assert caught.value.code == "ambiguous_number"
    assert caught.value.readings == (Decimal(small), Decimal(large))


def test_an_ambiguous_number_is_explained_with_both_readings():
    with pytest.raises(AmbiguousNumberError) as caught:
        parse_number("1,234")

    assert str(caught.value) == "“1,234” can mean 1234 or 1.234."


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1,234", ",", "1.234"),
        ("1,234", ".", "1234"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("12,5", ".", "12.5"),
        ("12.5", ",", "12.5"),
        ("1.234,5", ".", "1234.5"),
    ],
)
def test_a_decimal_mark_settles_only_what_has_two_readings(text, mark, value):
    assert parse_number(text, mark) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("0,123", "0.123"),
        ("0.123", "0.123"),
        ("1,2345", "1.2345"),
        ("1 234", "1234"),
        ("1234", "1234"),
        ("1,000,000 zł", "1000000"),
    ],
)
def test_a_number_with_one_reading_needs_no_decimal_mark(text, value):
    assert parse_number(text) == Decimal(value)


def test_zero_is_not_ambiguous_however_it_is_written():
    assert parse_number("0,000") == 0
    assert parse_number("0.000") == 0


@pytest.mark.parametrize("text", ["", " ", "-", "n/a", "NULL"])
def test_nothing_typed_is_none(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=1+1", "formula"),
        ("brak", "not_a_number"),
        ("1,234,56", "not_a_number"),
        ("0,123456789", "too_many_decimals"),
        ("12345678901234567", "too_many_digits"),
    ],
)
@pytest.mark.parametrize("mark", [None, ".", ","])
def test_what_is_no_number_is_refused_when_typed_too(text, code, mark):
    with pytest.raises(CellError) as caught:
        parse_number(text, mark)

    assert caught.value.code == code


# -- The decimal mark of a column -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["12", "1 234"], ""),
        (["word", "n/a", ""], ""),
        (["12.5", "1,234"], "."),
        (["12,5", "1.234"], ","),
        (["1,234,567", "1,234"], "."),
        (["1.234.567", "1.234"], ","),
        (["0,500", "1,234"], ","),
        (["1,234", "5,678"], "?"),
        (["1.234", "5"], "?"),
        (["1.234", "5,678"], "?"),
        (["0,000", "12"], ","),
        (["12.5", "12.6", "1,5"], "."),
        (["12,5", "12,6", "1.5"], ","),
    ],
)
def test_a_column_shows_its_decimal_mark_or_leaves_it_undecided(texts, mark):
    assert guess_mark(texts) == mark
