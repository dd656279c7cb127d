"""How values of each unit are written for people."""

from decimal import Decimal

import pytest

from core.numbers import NumberFormat
from goals.rules.status import Comparator, Goalpost
from goals.rules.units import UnitFormat


def _format(unit, *, label="", language="en"):
    return UnitFormat(unit=unit, label=label, currency="EUR", numbers=NumberFormat.of(language))


def _spaced(text):
    """Write the no-break spaces as plain ones, so that expected values can be read."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("count", "0", "0"),
        ("count", "1234", "1,234"),
        ("count", "1234567", "1,234,567"),
        ("count", "-12", "−12"),
        ("count", "2.50000000", "2.5"),
        ("percent", "5", "5.0%"),
        ("percent", "25.00000000", "25.0%"),
        ("percent", "4.25", "4.25%"),
        ("percent", "66.66666667", "66.7%"),
        ("percent", "-3", "−3.0%"),
        ("currency", "1234.5", "EUR 1,234.5"),
        ("currency", "0.33333333", "EUR 0.33"),
        ("currency", "-80", "EUR −80"),
        ("duration", "1.66666667", "1.7"),
        ("number", "3.14159265", "3.14"),
        ("number", "3.1415", "3.1415"),
    ],
)
def test_a_value_in_full(unit, value, text):
    assert _spaced(_format(unit).full(Decimal(value))) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.12500000", "0.125"),
        ("2.00005000", "2"),
        ("2.25000001", "2.3"),
        ("2.35000001", "2.4"),
    ],
)
def test_only_values_of_more_than_four_decimals_are_rounded(value, text):
    assert _format("count").full(Decimal(value)) == text


def test_a_label_follows_the_value_and_does_not_break_off():
    assert _format("duration", label="days").full(Decimal("4.5")) == "4.5\N{NO-BREAK SPACE}days"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "1,234.5"),
        ("en-gb", "1,234.5"),
        ("pl", "1 234,5"),
        ("it", "1.234,5"),
        ("th", "1,234.5"),
        ("xx", "1,234.5"),
    ],
)
def test_the_reader_s_language_sets_the_marks(language, text):
    assert _spaced(_format("count", language=language).full(Decimal("1234.5"))) == text


@pytest.mark.parametrize(("value", "text"), [("1", "Yes"), ("0", "No"), ("1.00000000", "Yes")])
@pytest.mark.parametrize("width", ["full", "cell", "exact"])
def test_yes_and_no_are_words(width, value, text):
    assert getattr(_format("yes_no"), width)(Decimal(value)) == text


@pytest.mark.parametrize("width", ["full", "cell"])
def test_an_average_of_yes_and_no_is_a_number(width):
    assert getattr(_format("yes_no"), width)(Decimal("0.66666667")) == "0.67"


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("count", "980", "980"),
        ("count", "9999", "9,999"),
        ("count", "10000", "10k"),
        ("count", "12345", "12.3k"),
        ("count", "184200", "184k"),
        ("count", "15500000", "15.5M"),
        ("count", "2000000000", "2bn"),
        ("count", "-12345", "−12.3k"),
        ("currency", "1234.56", "1,234.6"),
        ("currency", "99.995", "100"),
        ("currency", "12.345", "12.34"),
        ("currency", "0", "0"),
        ("percent", "5", "5.0"),
        ("percent", "66.66666667", "66.7"),
        ("percent", "-0.04", "0.0"),
        ("number", "-0.001", "0"),
    ],
)
def test_a_value_in_a_narrow_cell_has_no_unit(unit, value, text):
    assert _format(unit, label="x").cell(Decimal(value)) == text


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("count", "0.00000001", "0.00000001"),
        ("currency", "33.33333333", "EUR 33.33333333"),
        ("percent", "66.66666667", "66.66666667%"),
        ("percent", "95.00000000", "95.0%"),
        ("count", "1234567890123456.12345678", "1,234,567,890,123,456.12345678"),
        ("count", "5.00000000", "5"),
    ],
)
def test_the_exact_value_has_every_stored_digit(unit, value, text):
    assert _spaced(_format(unit).exact(Decimal(value))) == text


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("percent", "2.5", "2.5 pp"),
        ("percent", "-2.5", "2.5 pp"),
        ("percent", "3", "3.0 pp"),
        ("count", "-40", "40"),
        ("currency", "-12.5", "EUR 12.5"),
    ],
)
def test_percents_differ_by_percentage_points(unit, value, text):
    assert _spaced(_format(unit).difference(Decimal(value))) == text


@pytest.mark.parametrize(
    ("comparator", "text"),
    [
        ("at_least", "≥ 230"),
        ("at_most", "≤ 230"),
        ("more_than", "> 230"),
        ("less_than", "< 230"),
        ("equals", "= 230"),
    ],
)
def test_a_target_says_how_it_is_met(comparator, text):
    goalpost = Goalpost(Comparator(comparator), Decimal("230.00000000"))

    assert _spaced(_format("count").target(goalpost)) == text


@pytest.mark.parametrize(
    ("comparator", "text"),
    [("in_range", "10% to 20.5%"), ("not_in_range", "outside 10% to 20.5%")],
)
def test_a_range_says_both_bounds(comparator, text):
    goalpost = Goalpost(Comparator(comparator), Decimal(10), Decimal("20.5"))

    assert _format("percent").target(goalpost) == text


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("percent", "95", "≥ 95%"),
        ("percent", "94.96", "≥ 94.96%"),
        ("count", "2.5", "≥ 2.5"),
        ("currency", "0.00450000", "≥ EUR 0.0045"),
        ("number", "1234567.1235", "≥ 1,234,567.1235"),
        ("count", "154.99999998", "≥ 155"),
        ("count", "686.42857134", "≥ 686.4"),
        ("currency", "18.42857143", "≥ EUR 18.43"),
        ("count", "230.00000002", "≥ 230"),
        ("number", "0.00001250", "≥ 0.0000125"),
        ("number", "0", "≥ 0"),
        ("currency", "1500", "≥ EUR 1,500"),
        ("yes_no", "1", "≥ Yes"),
        ("duration", "2.5", "≥ 2.5 days"),
    ],
)
def test_a_target_is_written_as_precisely_as_it_was_set_and_no_more(unit, value, text):
    label = "days" if unit == "duration" else ""
    goalpost = Goalpost(Comparator.AT_LEAST, Decimal(value))

    assert _spaced(_format(unit, label=label).target(goalpost)) == text
