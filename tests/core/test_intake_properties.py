"""What holds for any file, any number and any date, tried on many that nobody thought of."""

import datetime as dt
import gzip
import io
import zipfile
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.export import csv_chunks, unguarded
from core.intake import (
    AmbiguousNumberError,
    CellError,
    DateFormat,
    IntakeError,
    ReadOptions,
    open_table,
)
from core.intake.dates import CODES
from core.intake.numbers import number_reader, parse_number
from core.numbers import NumberFormat, plain
from tests.core.intake_cases import FOLDER, assert_every_line_has_one_fate, opened, workbook

settings.register_profile("intake", deadline=None, max_examples=60)
MANY = settings(settings.get_profile("intake"), max_examples=150)
SOME = settings(settings.get_profile("intake"))

NUMBERS = st.decimals(-(10**15), 10**15, places=8)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
# What files are made of, so that many of the bytes drawn look like a table.
PIECES = st.sampled_from(
    [
        *(b"5", b"1,5", b"1.234", b"2026-11-09", b"9.11.2026", b"Total", b"Day", b"mail", b"=1+1"),
        *(b",", b";", b"\t", b"|", b'"', b'""', b"\n", b"\r\n", b"\r", b"\n\n", b" ", b"-"),
        *(b"sep=;", b"#", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0", b"\xb3"),
        *(b"\xe0\xb8\x81", b"\x1f\x8b", b"PK\3\4"),
    ]
)
TABLE_LIKE = st.lists(PIECES, max_size=60).map(b"".join)
LINES = st.lists(
    st.lists(
        st.sampled_from(
            ["", "5", "7", "1.234", "word", "Day", "Total", "2026-11-09", "n/a", "a\nb"]
        ),
        max_size=4,
    ).map(lambda cells: ";".join(f'"{cell}"' if "\n" in cell else cell for cell in cells)),
    max_size=30,
).map("\n".join)
# Whatever a person can paste: every letter, surrogates and control characters among them.
ANYTHING = st.text(st.characters(), max_size=60)


def _read_fully(file, options=None):
    """Open a file and read each cell in every way; only the errors of the package may come."""
    with suppress(IntakeError):
        table = open_table(file, options=options)
        assert_every_line_has_one_fate(table)
        for row in table.rows(lambda _problem: None):
            for column in table.columns:
                _read_cell(column, row.cells[column.index])


def _read_cell(column, cell):
    with suppress(IntakeError, CellError):
        column.number_reader()(cell)
    with suppress(IntakeError, CellError):
        column.date_reader()(cell)


# -- Any bytes ------------------------------------------------------------------------------------


@MANY
@given(st.one_of(st.binary(max_size=300), TABLE_LIKE))
def test_any_bytes_are_read_or_refused(content):
    _read_fully(io.BytesIO(content))


@MANY
@given(st.one_of(ANYTHING, LINES))
def test_any_pasted_text_is_read_or_refused(text):
    _read_fully(text)


@SOME
@given(TABLE_LIKE, st.sampled_from(["", "utf-8", "utf-16-le", "cp1250", "cp874"]))
def test_any_bytes_in_any_encoding_are_read_or_refused(content, encoding):
    _read_fully(io.BytesIO(content), ReadOptions(encoding=encoding))


@SOME
@given(st.binary(max_size=200), st.integers(0, 60))
def test_any_packed_bytes_cut_off_anywhere_are_read_or_refused(content, cut):
    packed = gzip.compress(content, mtime=0)

    _read_fully(io.BytesIO(packed[: len(packed) - cut]))


CASES = sorted(FOLDER.glob("*.csv*"))


@MANY
@given(st.sampled_from(CASES), st.integers(0, 700), st.binary(max_size=4))
def test_a_file_of_any_tool_damaged_anywhere_is_read_or_refused(path, start, damage):
    content = path.read_bytes()

    _read_fully(io.BytesIO(content[:start] + damage))
    _read_fully(io.BytesIO(content[:start] + damage + content[start + len(damage) :]))


WORKBOOK = workbook(
    ["Day", "Source", "Clicks"],
    [dt.date(2026, 11, 9), "mail", 5],
    [dt.date(2026, 11, 10), "ads", 7.5],
)
SHEET = "xl/worksheets/sheet1.xml"


@MANY
@given(st.data())
def test_a_workbook_with_any_damage_is_read_or_refused(data):
    start = data.draw(st.integers(0, len(WORKBOOK) - 1))
    damage = data.draw(st.binary(min_size=1, max_size=8))

    _read_fully(io.BytesIO(WORKBOOK[:start] + damage + WORKBOOK[start + len(damage) :]))


@MANY
@given(st.data())
def test_a_workbook_with_any_damage_inside_a_part_is_read_or_refused(data):
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = data.draw(st.sampled_from(sorted(parts)))
    start = data.draw(st.integers(0, len(parts[part])))
    pieces = [b"0", b"-1", b"99999999999", b"1e999", b"nan", b"<", b"</c>", b'"', b"A0", b"\xff"]
    damage = data.draw(st.sampled_from(pieces))
    parts[part] = parts[part][:start] + damage + parts[part][start + len(damage) :]

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    _read_fully(file)


# -- Numbers and dates ----------------------------------------------------------------------------


@MANY
@given(NUMBERS)
def test_a_number_is_read_as_it_is_exported(number):
    assert number_reader(".")(plain(number)) == number
    assert number_reader(",")(plain(number).replace(".", ",")) == number


@MANY
@given(NUMBERS, st.sampled_from([("en", "."), ("pl", ","), ("it", ","), ("th", ".")]))
def test_a_number_is_read_as_it_is_shown(number, manner):
    language, mark = manner

    shown = NumberFormat.of(language).exact(number)

    assert number_reader(mark)(shown) == number
    assert parse_number(shown, mark) == number


@MANY
@given(ANYTHING, st.sampled_from(".,"))
def test_any_cell_is_a_number_nothing_or_refused(text, mark):
    with suppress(CellError):
        value = number_reader(mark)(text)
        assert value is None or abs(value) < Decimal(10) ** 16


@MANY
@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from([".", ","]))
def test_a_thousand_and_three_decimals_look_alike_until_a_mark_is_named(whole, rest, sign):
    text = f"{whole}{sign}{rest:03}"

    with pytest.raises(AmbiguousNumberError) as caught:
        parse_number(text)

    assert caught.value.readings == (Decimal(f"{whole}.{rest:03}"), whole * 1000 + rest)
    assert parse_number(text, sign) == Decimal(f"{whole}.{rest:03}")


@MANY
@given(
    DAYS,
    st.sampled_from(
        [
            ("iso", "%Y-%m-%d"),
            ("iso", "%Y-%m-%dT%H:%M:%S"),
            ("yyyymmdd", "%Y%m%d"),
            ("dmy", "%d.%m.%Y"),
            ("dmy", "%d/%m/%Y"),
            ("mdy", "%m/%d/%Y"),
            ("named", "%d %B %Y"),
            ("named", "%b %d, %Y"),
            ("range", "%d.%m.%Y–%d.%m.%Y"),
            ("range_mdy", "%m/%d/%Y - %m/%d/%Y"),
        ]
    ),
)
def test_a_day_is_read_as_it_is_written(day, form):
    code, written = form

    assert DateFormat(code).read(day.strftime(written)) == day


@MANY
@given(st.dates(dt.date(1901, 1, 1), dt.date(2100, 12, 20)))
def test_a_month_and_an_iso_week_stand_for_their_first_day(day):
    year, week, weekday = day.isocalendar()

    assert DateFormat("month").read(f"{day:%Y-%m}") == day.replace(day=1)
    assert DateFormat("month_named").read(f"{day:%B %Y}") == day.replace(day=1)
    assert DateFormat("week").read(f"{year}-W{week:02}") == day - dt.timedelta(days=weekday - 1)


@MANY
@given(ANYTHING, st.sampled_from(CODES))
def test_any_cell_is_a_date_nothing_or_refused(text, code):
    with suppress(CellError):
        day = DateFormat(code).read(text)
        assert day is None or 1899 <= day.year <= 2100


@MANY
@given(
    st.from_regex(
        r"[0-9]{1,4}[-./ ][0-9]{1,4}([-–./ ][0-9]{1,4}){1,3}( [a-z]{3})?", fullmatch=True
    ),
    st.sampled_from(CODES),
)
def test_what_looks_like_a_date_is_one_or_refused(text, code):
    with suppress(CellError):
        assert 1899 <= DateFormat(code).read(text).year <= 2100


# -- There and back -------------------------------------------------------------------------------

# What a person can type into a form: no surrogates, and no control characters but these.
TYPED = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\t\n\r"),
    max_size=20,
)


@SOME
@given(st.lists(st.tuples(DAYS, TYPED, NUMBERS, TYPED), max_size=8), st.sampled_from(".,"))
def test_what_is_exported_is_read_back_the_same(rows, mark):
    exported = b"".join(csv_chunks([("Day", "Name", "Value", "Note"), *rows], decimal_mark=mark))

    # Without keep_lines 2, 2, 4 would be two rows and their total, if the third has no name.
    options = {"header_row": 1, "decimal_mark": mark, "keep_lines": frozenset(range(500))}
    table = opened(exported, **options)
    value = table.columns[2].number_reader()
    read = [
        (dt.date.fromisoformat(day), unguarded(name), value(number), unguarded(note))
        for _line, _last, (day, name, number, note) in table.rows()
    ]

    assert read == rows


@SOME
@given(st.lists(st.tuples(DAYS, NUMBERS), min_size=3, max_size=8), st.sampled_from(".,"))
def test_an_exported_series_is_recognised_without_any_options(rows, mark):
    exported = b"".join(csv_chunks([("Day", "Value"), *rows], decimal_mark=mark))

    table = opened(exported)
    day, value = table.columns[0].date_reader(), table.columns[1]

    assert [day(row.cells[0]) for row in table.rows()] == [row[0] for row in rows]
    assert value.decimal_mark in ("", mark)


@MANY
@given(st.one_of(LINES.map(str.encode), TABLE_LIKE))
def test_opening_again_with_the_resolved_options_gives_the_same_rows(content):
    with suppress(IntakeError):
        table = open_table(io.BytesIO(content))
        again = open_table(io.BytesIO(content), options=table.options)

        assert again.options == table.options
        assert again.skipped == table.skipped
        assert list(again.rows(print)) == list(table.rows(print))


@MANY
@given(st.one_of(LINES.map(str.encode), TABLE_LIKE))
def test_resolved_options_are_the_same_after_being_kept(content):
    with suppress(IntakeError):
        options = open_table(io.BytesIO(content)).options

        assert ReadOptions.from_json(options.as_json()) == options
