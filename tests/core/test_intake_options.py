"""Options say how a file is read: they are kept as JSON, checked, and give the same table again."""

import json

import openpyxl
import pytest

from core.intake import ColumnOptions, IntakeError, ReadOptions, open_table
from tests.core.intake_cases import opened, rows, saved

EVERYTHING = ReadOptions(
    encoding="cp1250",
    delimiter=";",
    sheet="Week 46",
    table=1,
    header_row=3,
    decimal_mark=",",
    columns={
        0: ColumnOptions(kind="date", date_format="dmy"),
        2: ColumnOptions(kind="number", decimal_mark=",", rounded=True),
    },
    keep_lines=frozenset({12, 9}),
    skip_lines=frozenset({4}),
)


# -- As JSON --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        EVERYTHING,
        ReadOptions(),
        ReadOptions(table=0),
        ReadOptions(header_row=0),
        ReadOptions(delimiter="\t"),
        ReadOptions(columns={3: ColumnOptions()}),
    ],
)
def test_options_survive_being_kept_as_json(options):
    kept = json.dumps(options.as_json())

    assert ReadOptions.from_json(json.loads(kept)) == options


def test_only_what_is_set_is_kept():
    assert ReadOptions().as_json() == {}
    assert ReadOptions(table=0, header_row=0).as_json() == {"table": 0, "header_row": 0}


def test_options_are_kept_as_plain_values():
    assert EVERYTHING.as_json() == {
        "encoding": "cp1250",
        "delimiter": ";",
        "sheet": "Week 46",
        "table": 1,
        "header_row": 3,
        "decimal_mark": ",",
        "columns": {
            "0": {"kind": "date", "decimal_mark": "", "date_format": "dmy", "rounded": None},
            "2": {"kind": "number", "decimal_mark": ",", "date_format": "", "rounded": True},
        },
        "keep_lines": [9, 12],
        "skip_lines": [4],
    }


@pytest.mark.parametrize(
    ("data", "option"),
    [
        ({"encoding": "utf-7"}, "encoding"),
        ({"encoding": "rot13"}, "encoding"),
        ({"encoding": None}, "encoding"),
        ({"delimiter": "ab"}, "delimiter"),
        ({"delimiter": "a"}, "delimiter"),
        ({"delimiter": "5"}, "delimiter"),
        ({"delimiter": '"'}, "delimiter"),
        ({"delimiter": "\n"}, "delimiter"),
        ({"delimiter": "\r"}, "delimiter"),
        ({"delimiter": " "}, "delimiter"),
        ({"delimiter": "\0"}, "delimiter"),
        ({"delimiter": 5}, "delimiter"),
        ({"sheet": 1}, "sheet"),
        ({"table": -1}, "table"),
        ({"table": "1"}, "table"),
        ({"table": True}, "table"),
        ({"table": 1.0}, "table"),
        ({"header_row": -1}, "header_row"),
        ({"header_row": [1]}, "header_row"),
        ({"decimal_mark": "'"}, "decimal_mark"),
        ({"columns": {"0": {"kind": "currency"}}}, "kind"),
        ({"columns": {"0": {"decimal_mark": ";"}}}, "decimal_mark"),
        ({"columns": {"0": {"date_format": "%d.%m.%Y"}}}, "date_format"),
        ({"columns": {"0": {"rounded": "yes"}}}, "rounded"),
        ({"columns": {"0": {"colour": "red"}}}, "options"),
        ({"columns": {"first": {}}}, "options"),
        ({"columns": {"0": None}}, "options"),
        ({"columns": ["number"]}, "options"),
        ({"columns": None}, "options"),
        ({"keep_lines": ["first"]}, "options"),
        ({"keep_lines": None}, "options"),
        ({"skip_lines": 4}, "options"),
        ({"unknown": 1}, "options"),
        ([], "options"),
        (None, "options"),
        ("utf-8", "options"),
        (5, "options"),
    ],
)
def test_a_value_that_is_not_known_is_refused(data, option):
    with pytest.raises(IntakeError) as caught:
        ReadOptions.from_json(data)

    assert caught.value.code == "unknown_option"
    assert str(caught.value) == f"The setting “{option}” has a value that is not known."


@pytest.mark.parametrize(
    "data",
    [
        {"encoding": ["utf-8"]},
        {"decimal_mark": {}},
        {"delimiter": []},
        {"columns": {"0": {"kind": []}}},
        {"columns": {"0": {"date_format": {}}}},
        {"keep_lines": [[1]]},
        {"keep_lines": [float("inf")]},
        {"table": {}},
        {"": ""},
        {"columns": {"0": {"kind": 1}}},
        {"columns": [[0, {}]]},
    ],
)
def test_values_of_another_type_are_refused_too(data):
    with pytest.raises(IntakeError) as caught:
        ReadOptions.from_json(data)

    assert caught.value.code == "unknown_option"


# -- Opening again --------------------------------------------------------------------------------


def _workbook():
    book = openpyxl.Workbook()
    book.active.append(["Owner", "Team"])
    week = book.create_sheet("Week 46")
    week.append(["Day", "Cost", "Share"])
    week.append(["2026-11-09", 1.5, "12,5"])
    week.append(["2026-11-10", 2.5, "13,5"])
    return saved(book)


@pytest.mark.parametrize(
    "content",
    [
        "Day,Clicks\n2026-11-09,5\n2026-11-10,7\nTotal,12\n",
        "sep=;\nDzień;Źródło;Koszt\n9.11.2026;mail;1,5\n13.11.2026;łącze;2,5\n".encode("cp1250"),
        "mail,5\nads,7\n",
        "# comment\nTitle\n\nDay\tClicks\n2026-11-09\t5\n\nNote\n",
        "Reach\nDay,People\n2026-11-09,5\n\nVisits\nDay,People\n2026-11-09,7\n",
        "Day,People\n\nVisits\nDay,People\n2026-11-09,7\n",
        "When,Reach\n5/11/2026,1.234\n6/11/2026,5.678\n",
        pytest.param(_workbook(), id="workbook"),
    ],
)
def test_opening_again_with_the_resolved_options_gives_the_same_table(content):
    table = opened(content)

    again = opened(content, **_fields(table.options))

    assert again.options == table.options
    assert again.columns == table.columns
    assert again.skipped == table.skipped
    assert list(again.rows()) == list(table.rows())


def _fields(options):
    return {name: getattr(options, name) for name in ReadOptions.__dataclass_fields__}


def test_resolved_options_survive_being_kept_as_json():
    content = "Dzień;Koszt\n9.11.2026;1,5\n13.11.2026;2,5\n"
    table = opened(content)

    kept = json.loads(json.dumps(table.options.as_json()))
    again = open_table(content, options=ReadOptions.from_json(kept))

    assert again.options == table.options
    assert rows(again) == [["9.11.2026", "1,5"], ["13.11.2026", "2,5"]]


def test_resolved_options_say_everything_that_was_found_out():
    table = opened("Report\nDzień;Źródło;Koszt\n9.11.2026;mail;1,5\n13.11.2026;ads;2,5\n".encode())

    assert table.options.as_json() == {
        "encoding": "utf-8",
        "delimiter": ";",
        "table": 0,
        "header_row": 2,
        "columns": {
            "0": {"kind": "date", "decimal_mark": "", "date_format": "dmy", "rounded": False},
            "1": {"kind": "text", "decimal_mark": "", "date_format": "", "rounded": False},
            "2": {"kind": "number", "decimal_mark": ",", "date_format": "", "rounded": False},
        },
    }


def test_options_about_a_column_that_is_not_there_do_nothing():
    table = opened("Day,Clicks\n2026-11-09,5\n", columns={9: ColumnOptions(kind="number")})

    assert list(table.options.columns) == [0, 1]
