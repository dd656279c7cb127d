"""Formulas of KPIs: what is read, what is refused, and what comes out of them."""

from decimal import Decimal
from keyword import kwlist

import pytest

from goals.rules.formulas import FormulaError, find_cycle, read, stored
from goals.services.kpis import check_formula
from tests.factories.goals import KpiFactory
from tests.factories.teams import WorkspaceFactory


def _worked_out(text, **values):
    return read(text).evaluate({code: Decimal(value) for code, value in values.items()})


@pytest.mark.parametrize(
    ("clicks", "opens", "percent"),
    [
        pytest.param("250", "5000", "5", id="250 of 5,000 are 5 %"),
        pytest.param("100", "400", "25", id="10 + 90 of 100 + 300 are 25 %"),
        pytest.param("0", "5000", "0", id="no clicks are 0 %"),
    ],
)
def test_a_click_through_rate_R34(clicks, opens, percent):
    assert _worked_out("100 * clicks / opens", clicks=clicks, opens=opens) == Decimal(percent)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        # With a = 12, b = 4, c = 2.
        ("a + b * c", "20"),
        ("(a + b) * c", "32"),
        ("a - b - c", "6"),
        ("a - (b - c)", "10"),
        ("a / b / c", "1.5"),
        ("a / (b / c)", "6"),
        ("-a + b", "-8"),
        ("a * -b", "-48"),
        ("+a", "12"),
        ("a   +   b", "16"),
        ("a/b", "3"),
        (" a ", "12"),
        ("a + a", "24"),
        ("1.5 * a", "18"),
        (".5 * a", "6"),
    ],
)
def test_precedence_signs_and_parentheses_R34(text, result):
    assert _worked_out(text, a="12", b="4", c="2") == Decimal(result)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a × b", "48"),
        ("a · b", "48"),
        ("a ÷ b", "3"),
        ("a : b", "3"),
        ("a − b", "8"),
        ("a – b", "8"),
    ],
)
def test_the_signs_of_print_are_read_like_those_of_keyboards_R34(text, result):
    assert _worked_out(text, a="12", b="4") == Decimal(result)


def test_a_formula_knows_the_codes_in_it():
    assert read("100 * email_clicks / (email_opens + email_clicks)").names == {
        "email_clicks",
        "email_opens",
    }


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("a + 0.2", {"a": "0.1"}, "0.3"),
        ("a * 3", {"a": "0.1"}, "0.3"),
        ("0.1 * a", {"a": "3"}, "0.3"),
        ("a - 1000000000000000", {"a": "1000000000000000.00000001"}, "0.00000001"),
        ("a * 1.23456789012345678901", {"a": "1"}, "1.23456789012345678901"),
        ("a + 0.1000000000000000055", {"a": "0"}, "0.1000000000000000055"),
        ("a - 123456789012345678", {"a": "123456789012345679"}, "1"),
        ("a * 2.50e2", {"a": "1"}, "250"),
    ],
)
def test_decimals_stay_exact_where_floats_would_not(text, values, result):
    assert _worked_out(text, **values) == Decimal(result)


def test_a_quotient_is_rounded_once_and_at_the_end():
    # 1 ÷ 3 × 3 is 1 once rounded; with 0.33333333 in between it would be 0.99999999.
    assert stored(_worked_out("a / b * 3", a="1", b="3")) == Decimal("1.00000000")


@pytest.mark.parametrize(
    ("result", "kept"),
    [
        ("0.000000005", "0.00000000"),
        ("0.000000015", "0.00000002"),
        ("0.000000025", "0.00000002"),
        ("-0.000000015", "-0.00000002"),
        ("66.666666666", "66.66666667"),
    ],
)
def test_a_result_is_stored_with_eight_places_half_even(result, kept):
    assert stored(Decimal(result)) == Decimal(kept)


def test_no_result_is_stored_as_no_result():
    assert stored(None) is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("100 * a / b", {"a": "7", "b": "0"}),
        ("a / b", {"a": "0", "b": "0"}),
        ("a / (b - c)", {"a": "7", "b": "2", "c": "2"}),
        ("0 * (a / b)", {"a": "7", "b": "0"}),
        ("a / b + 5", {"a": "7", "b": "0.00000000"}),
    ],
)
def test_division_by_zero_is_no_data_R34(text, values):
    assert _worked_out(text, **values) is None


def test_zero_divided_by_something_is_zero_and_not_no_data_R34():
    assert _worked_out("a / b", a="0", b="7") == 0


@pytest.mark.parametrize(
    ("value", "fits"),
    [("9999999999999999", True), ("10000000000000000", False), ("-10000000000000000", False)],
)
def test_a_result_that_cannot_be_stored_is_no_data(value, fits):
    """Sixteen digits stand before the point of numeric(24, 8)."""
    result = _worked_out("a * 1", a=value)

    assert (result is not None) is fits


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "a +", "* a", "(a", "a)", "a b", "100 a", "a; b", "a = 1", "(a := 1)"),
        *("a ** 2", "a // b", "a % b", "a @ b", "a << 2", "a & b", "a | b", "a ^ b", "~a"),
        *("a < b", "a == b", "a and b", "not a", "a if b else c", "a in b", "a is b"),
        *("a.b", "a[0]", "[a]", "(a, b)", "{a}", "{a: b}", "a, b", "*a", "a!"),
        *("abs(a)", "max(a, b)", "__import__('os')", "a.__class__", "lambda x: a"),
        *("[x for x in a]",),
        *("'x' * a", "b'x' + a", "f'{a}'", "True + a", "None", "... + a", "1j * a", "1e999 * a"),
        *("a\0b", "01 * a", "await a", "yield a"),
    ],
)
def test_anything_but_arithmetic_is_refused_R34(text):
    with pytest.raises(FormulaError):
        read(text)


@pytest.mark.parametrize("word", sorted(word for word in kwlist if word.islower()))
def test_a_word_of_python_is_a_code_like_any_other(word):
    assert _worked_out(f"2 * {word} - {word}/other", **{word: "8", "other": "2"}) == 12


@pytest.mark.parametrize("number", ["1_000", "0x10", "0b1", "1e308", "1j"])
def test_a_number_is_written_in_digits(number):
    with pytest.raises(FormulaError, match="Only numbers and codes"):
        read(f"a * {number}")


@pytest.mark.parametrize("code", ["Clicks", "CLICKS", "_clicks", "klicków", "ε"])
def test_a_name_that_no_kpi_can_have_is_refused(code):
    with pytest.raises(FormulaError, match="is no code of a KPI"):
        read(f"{code} + 1")


def test_a_formula_without_any_kpi_is_refused_R34():
    with pytest.raises(FormulaError, match="needs at least one KPI"):
        read("100 * 2 / 5")


def test_a_refusal_names_the_field():
    with pytest.raises(FormulaError) as refusal:
        read("a ** 2")

    assert refusal.value.field == "formula"


def test_a_formula_has_at_most_300_characters():
    assert read("a+" * 149 + "aa").names == {"a", "aa"}
    with pytest.raises(FormulaError, match="at most 300 characters"):
        read("a+" * 150 + "a")


def test_a_formula_of_the_full_length_is_worked_out():
    # 150 times 2 are 300.
    assert _worked_out("+".join(["a"] * 150), a="2") == 300


def test_deep_parentheses_are_read_or_refused_but_never_break():
    assert _worked_out("(" * 90 + "a" + ")" * 90, a="7") == 7
    with pytest.raises(FormulaError):
        read("(" * 250 + "a")


def test_a_formula_names_at_most_twenty_kpis():
    twenty = [f"k{number}" for number in range(20)]

    assert len(read("+".join(twenty)).names) == 20
    with pytest.raises(FormulaError, match="at most 20 KPIs"):
        read("+".join([*twenty, "one_more"]))


@pytest.mark.parametrize(
    ("formulas", "way"),
    [
        ({"a": ["a"]}, ["a", "a"]),
        ({"a": ["b"], "b": ["a"]}, ["a", "b", "a"]),
        ({"a": ["x", "b"], "b": ["c"], "c": ["y", "a"]}, ["a", "b", "c", "a"]),
    ],
)
def test_a_cycle_is_found_with_its_way_R34(formulas, way):
    assert find_cycle(formulas, "a") == way


@pytest.mark.parametrize(
    "formulas",
    [
        {"a": ["x", "y"]},
        {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["x"]},
        {"b": ["a"], "a": ["x"]},
        {"a": ["b"], "b": ["c"], "c": ["b"]},
    ],
    ids=["inputs only", "one input by two ways", "somebody reads it", "a cycle that leaves it out"],
)
def test_formulas_that_do_not_come_back_have_no_cycle_R34(formulas):
    assert find_cycle(formulas, "a") == []


@pytest.fixture
def clicks(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="clicks")


def test_a_formula_over_known_kpis_gives_them_R34(workspace, lead, clicks):
    opens = KpiFactory(workspace=workspace, owner=lead, code="opens")

    assert check_formula(workspace=workspace, formula="opens / clicks") == [clicks, opens]


def test_an_unknown_code_is_refused_by_name_R34(workspace, clicks):
    with pytest.raises(FormulaError, match="no active KPI with the code “opens”"):
        check_formula(workspace=workspace, formula=f"100 * {clicks.code} / opens")


def test_the_code_of_another_workspace_is_unknown_here_R34(workspace, clicks):
    KpiFactory(workspace=WorkspaceFactory(), code="opens")

    with pytest.raises(FormulaError, match="no active KPI with the code “opens”"):
        check_formula(workspace=workspace, formula=f"100 * {clicks.code} / opens")


def test_an_archived_kpi_cannot_be_read_by_a_new_formula(workspace, lead, now):
    KpiFactory(workspace=workspace, owner=lead, code="clicks", archived_at=now)

    with pytest.raises(FormulaError, match="no active KPI with the code “clicks”"):
        check_formula(workspace=workspace, formula="clicks * 2")


def test_a_formula_over_itself_is_refused_R34(workspace, clicks):
    with pytest.raises(FormulaError, match="rate → rate"):
        check_formula(workspace=workspace, formula=f"rate + {clicks.code}", code="rate")


def test_a_cycle_through_stored_formulas_is_refused_R34(workspace, lead, clicks):
    for code, formula in (("b", "a + clicks"), ("c", "b * 2")):
        KpiFactory(
            workspace=workspace, owner=lead, code=code, aggregation="formula", formula=formula
        )

    with pytest.raises(FormulaError, match="a → c → b → a"):
        check_formula(workspace=workspace, formula="c + clicks", code="a")
