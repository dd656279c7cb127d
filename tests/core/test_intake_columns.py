"""What a column holds and how it is written, found from all of its cells."""

from decimal import Decimal

import pytest

from core.intake import CellError, Certainty, ColumnOptions, IntakeError, Kind
from tests.core.intake_cases import kinds, numbers, opened, rows


def _values(*texts, header="Value"):
    """Open texts as the second of two columns, told apart by semicolons."""
    lines = [f"word {number};{text}" for number, text in enumerate(texts)]
    return opened("\n".join([f"Name;{header}", *lines]))


# -- Kinds ----------------------------------------------------------------------------------------


def test_each_column_says_what_it_holds():
    table = opened("Day;Source;Clicks;Empty\n2026-11-09;mail;5;\n2026-11-10;ads;7;-\n")

    assert kinds(table) == ["date", "text", "number", "empty"]
    assert [column.index for column in table.columns] == [0, 1, 2, 3]


def test_a_column_shows_its_first_different_values():
    column = _values("5", "5", "n/a", "6", "7", "8", "9", "10").columns[1]

    assert column.samples == ("5", "6", "7", "8", "9")


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["5", "word"], Kind.NUMBER),
        (["5", "word", "other"], Kind.TEXT),
        (["5", "n/a", "–", ""], Kind.NUMBER),
        (["-", "n/a", "null", ""], Kind.EMPTY),
        (["5", "nan", "inf", "6"], Kind.NUMBER),
        (["12 %", "13 %"], Kind.NUMBER),
        (["1e5", "1e6"], Kind.TEXT),
        (["=1+1", "=2+2"], Kind.TEXT),
        (["๑๒", "๑.๓"], Kind.NUMBER),
        (["١٢", "١٣"], Kind.TEXT),
    ],
)
def test_a_column_is_one_of_numbers_when_half_of_its_values_are(texts, kind):
    assert _values(*texts).columns[1].kind is kind


def test_values_that_come_again_count_once():
    table = _values("5", *["word"] * 20)

    assert table.columns[1].kind is Kind.NUMBER
    assert table.columns[1].readable == 0.5


def test_what_cannot_be_read_is_counted_and_refused_cell_by_cell():
    table = _values("5", "6", "7", "brak")
    read = table.columns[1].number_reader()

    assert table.columns[1].readable == 0.75
    with pytest.raises(CellError) as caught:
        read("brak")
    assert caught.value.code == "not_a_number"


def test_a_column_of_text_has_a_reader_that_refuses():
    read = _values("mail", "ads").columns[1].number_reader()

    with pytest.raises(CellError):
        read("mail")


# -- Decimal marks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "mark", "values"),
    [
        (["12,5", "1.234"], ",", ["12.5", "1234"]),
        (["12.5", "1,234"], ".", ["12.5", "1234"]),
        (["1.234.567", "1,5"], ",", ["1234567", "1.5"]),
        (["12", "13"], "", ["12", "13"]),
        (["1 234", "12"], "", ["1234", "12"]),
    ],
)
def test_the_cells_of_a_column_tell_its_decimal_mark(texts, mark, values):
    table = _values(*texts)

    assert table.columns[1].decimal_mark == mark
    assert table.columns[1].certainty is Certainty.SURE
    assert numbers(table, 1) == values


def test_numbers_with_two_readings_stay_open():
    column = _values("1.234", "5.678").columns[1]

    assert (column.kind, column.certainty) == (Kind.NUMBER, Certainty.OPEN)
    assert (column.decimal_mark, column.alternatives) == ("", (".", ","))


def test_an_open_column_of_numbers_cannot_be_read_until_somebody_chooses():
    column = _values("1.234", "5.678").columns[1]

    with pytest.raises(IntakeError) as caught:
        column.number_reader()

    assert (caught.value.code, caught.value.column) == ("undecided", 1)
    assert str(caught.value) == "Column “Value” can be read in more than one way; choose one."


def test_another_column_can_tell_the_decimal_mark():
    table = opened("Name;Cost;Reach\na;12,5;1.234\nb;13,5;5.678\n")

    assert table.columns[2].certainty is Certainty.LIKELY
    assert numbers(table, 2) == ["1234", "5678"]


def test_columns_with_different_marks_tell_nothing_about_a_third():
    table = opened("Name;Cost;Price;Reach\na;12,5;1.5;1.234\nb;13,5;2.5;5.678\n")

    assert [column.decimal_mark for column in table.columns] == ["", ",", ".", ""]
    assert table.columns[3].certainty is Certainty.OPEN


def test_a_decimal_comma_in_the_last_of_many_rows_is_seen():
    table = _values(*[f"{n // 1000 + 1}.{n % 1000:03}" for n in range(2000)], "1,5")

    assert table.columns[1].decimal_mark == ","
    assert numbers(table, 1)[-2:] == ["2999", "1.5"]


def test_the_mark_of_the_majority_wins_and_the_others_are_errors():
    table = _values("12.5", "13.5", "14,5")
    read = table.columns[1].number_reader()

    assert table.columns[1].decimal_mark == "."
    with pytest.raises(CellError) as caught:
        read("14,5")
    assert caught.value.code == "other_mark"


# -- What a person says ---------------------------------------------------------------------------


def test_a_decimal_mark_for_the_file_settles_what_is_open():
    table = opened("Name;Reach\na;1.234\nb;5.678\n", decimal_mark=",")

    assert table.columns[1].certainty is Certainty.SURE
    assert numbers(table, 1) == ["1234", "5678"]


def test_a_decimal_mark_for_a_column_goes_before_the_one_for_the_file():
    table = opened(
        "Name;Reach;Rate\na;1.234;1.234\n",
        decimal_mark=",",
        columns={2: ColumnOptions(kind="number", decimal_mark=".")},
    )

    assert numbers(table, 1) == ["1234"]
    assert numbers(table, 2) == ["1.234"]


def test_a_date_format_that_a_person_names_is_obeyed():
    table = opened(
        "Day;Clicks\n5/11/2026;1\n6/11/2026;2\n",
        columns={0: ColumnOptions(kind="date", date_format="mdy")},
    )

    assert str(table.columns[0].date_reader()("5/11/2026")) == "2026-05-11"
    assert table.columns[0].certainty is Certainty.SURE


def test_years_are_dates_when_a_person_says_so():
    table = opened(
        "Year;Clicks\n2025;1\n2026;2\n",
        columns={0: ColumnOptions(kind="date", date_format="year")},
    )

    assert str(table.columns[0].date_reader()("2026")) == "2026-01-01"


def test_dates_that_are_not_recognised_leave_every_form_to_choose_from():
    table = opened("When;Clicks\nsoon;1\nlater;2\n", columns={0: ColumnOptions(kind="date")})

    assert table.columns[0].certainty is Certainty.OPEN
    assert table.columns[0].alternatives[:3] == ("iso", "yyyymmdd", "dmy")
    assert len(table.columns[0].alternatives) == 13


def test_a_column_can_be_called_text():
    table = opened("Code;Clicks\n007;1\n008;2\n", columns={0: ColumnOptions(kind="text")})

    assert table.columns[0].kind is Kind.TEXT
    assert rows(table) == [["007", "1"], ["008", "2"]]


def test_what_has_more_decimals_than_are_stored_is_rounded_and_that_is_said():
    table = opened("Name;Rate;Other\na;0.123456785;1.5\nb;0.5;2.5\n")

    assert table.columns[1].words.endswith("; rounded to 8 decimals")
    assert not table.columns[2].rounded
    assert table.columns[1].readable == 1.0
    assert table.columns[1].number_reader()("0.123456785") == Decimal("0.12345678")


def test_a_column_that_is_not_to_be_rounded_refuses_too_many_decimals():
    table = opened("Name;Rate\na;0.123456785\nb;0.5\n", columns={1: ColumnOptions(rounded=False)})

    assert table.columns[1].readable == 0.5
