"""The form that says how a file is read."""

import re
from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from core.intake import CODES, Column, ColumnOptions, Kind, ReadOptions, reading_words
from core.intake.delimited import DELIMITERS
from core.intake.numbers import MARKS
from core.intake.text import ENCODINGS
from goals.models import Import

TEXT, NUMBER = "text", "number"
_LINES = re.compile(r"\s*([0-9]{1,7})(?:\s*[-–]\s*([0-9]{1,7}))?\s*")
MOST_LINES = 10_000


class ReadingForm(forms.Form):
    """What was found out about a file, to be corrected."""

    sheet = forms.ChoiceField(label=_("Sheet"))
    table = forms.TypedChoiceField(label=_("Table in the file"), coerce=int)
    encoding = forms.ChoiceField(label=_("Letters are written in"), choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(label=_("Cells are told apart by"))
    header_row = forms.IntegerField(
        label=_("Line of the headings"),
        help_text=_("0 if there are none."),
        min_value=0,
        max_value=1_048_576,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    skip_lines = forms.CharField(
        label=_("Lines to leave out"),
        help_text=_("Such as 5, 9-12."),
        required=False,
        max_length=20_000,
    )
    keep_lines = forms.MultipleChoiceField(
        label=_("Rows taken for totals that are data"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any, *, row: Import, columns: list[Column]) -> None:
        self._options = ReadOptions.from_json(row.options)
        self._columns = columns
        super().__init__(data, initial=self._initial())
        self._offer_places(row.layout)
        for column in columns:
            self.fields[self.name_of(column)] = forms.ChoiceField(
                label=_("How “%(column)s” is written") % {"column": column.name},
                choices=_readings(),
            )

    def _initial(self) -> dict[str, Any]:
        options = self._options
        chosen = {
            "sheet": options.sheet,
            "table": options.table or 0,
            "encoding": options.encoding,
            "delimiter": options.delimiter,
            "header_row": options.header_row or 0,
            "skip_lines": _in_ranges(options.skip_lines),
            "keep_lines": [str(line) for line in sorted(options.keep_lines)],
        }
        return chosen | {self.name_of(column): _reading_of(column) for column in self._columns}

    def _offer_places(self, layout: dict[str, Any]) -> None:
        """Offer what the file has, and leave out what is no question of it."""
        offered = {
            "sheet": [(name, name) for name in layout.get("sheets", ())],
            "table": [
                (n, _table_words(n, each)) for n, each in enumerate(layout.get("tables", ()))
            ],
            "keep_lines": [
                (str(each["line"]), _line_words(**each)) for each in layout.get("totals", ())
            ],
            "delimiter": list(DELIMITERS.items()),
        }
        known = {line for line, _words in offered["keep_lines"]}
        offered["keep_lines"] += [
            (line, _line_words(line)) for line in self.initial["keep_lines"] if line not in known
        ]
        if self._options.delimiter not in DELIMITERS:
            offered["delimiter"].append((self._options.delimiter, self._options.delimiter))
        for name, choices in offered.items():
            cast("forms.ChoiceField", self.fields[name]).choices = choices
        if self._options.sheet:
            del self.fields["encoding"], self.fields["delimiter"]
        for name, fewest in (("sheet", 2), ("table", 2), ("keep_lines", 1)):
            if len(offered[name]) < fewest:
                del self.fields[name]

    def clean_skip_lines(self) -> frozenset[int]:
        lines: set[int] = set()
        for part in filter(str.strip, self.cleaned_data["skip_lines"].split(",")):
            match = _LINES.fullmatch(part)
            first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
            if not 0 < first <= last or last - first >= MOST_LINES:
                raise forms.ValidationError(
                    _("“%(text)s” is not a line or a range of lines such as 9-12."),
                    params={"text": part.strip()},
                )
            lines.update(range(first, last + 1))
        return frozenset(lines)

    def places(self) -> list[forms.BoundField]:
        """List the fields that say where in the file the table is."""
        writings = {self.name_of(column) for column in self._columns}
        return [field for field in self if field.name not in writings]

    def writings(self) -> list[forms.BoundField]:
        """List the fields that say how the columns are written."""
        return [self[self.name_of(column)] for column in self._columns]

    @staticmethod
    def name_of(column: Column) -> str:
        return f"column-{column.index}"

    def options(self) -> ReadOptions:
        """
        Give the choices.

        What was found out about a place is forgotten where another place is chosen: another sheet
        has other tables, another header other columns.
        """
        said, old = self.cleaned_data, self._options

        def chosen(name: str) -> Any:
            return said.get(name, getattr(old, name))

        whole = {name: chosen(name) for name in ("encoding", "delimiter", "sheet")}
        lines = {
            "skip_lines": said["skip_lines"],
            "keep_lines": frozenset(map(int, said.get("keep_lines", ()))),
        }
        header_row = said["header_row"]
        if header_row != (old.header_row or 0):
            place: dict[str, Any] = {"header_row": header_row}
        elif any(whole[name] != getattr(old, name) for name in whole):
            place = {}
        elif chosen("table") != old.table:
            place = {"table": chosen("table")}
        else:
            place = {"table": old.table, "header_row": header_row, "columns": self._readings()}
        return ReadOptions(**whole, **lines, **place)

    def _readings(self) -> dict[int, ColumnOptions]:
        """Give how columns are read: what was chosen anew, and what was found out before."""
        readings = dict(self._options.columns)
        for column in self._columns:
            code = self.cleaned_data[self.name_of(column)]
            if code != _reading_of(column):
                readings[column.index] = _as_options(code)
        return readings


def _in_ranges(lines: Collection[int]) -> str:
    """Write line numbers as somebody would: 5, 9-12."""
    ranges: list[list[int]] = []
    for line in sorted(lines):
        if ranges and line == ranges[-1][-1] + 1:
            ranges[-1][1:] = [line]
        else:
            ranges.append([line])
    return ", ".join("-".join(map(str, one)) for one in ranges)


def _line_words(line: int | str, text: str = "") -> str:
    words = _("line %(line)s: %(text)s") if text else _("line %(line)s")
    return str(words % {"line": line, "text": text})


def _table_words(number: int, table: dict[str, Any]) -> str:
    words = _("%(number)s, from line %(line)s, %(rows)s rows: %(title)s")
    return str(words % {**table, "number": number + 1}).rstrip(": ")


def _readings() -> list[tuple[Any, Any]]:
    numbers = [(NUMBER, _("whole numbers")), *((mark, reading_words(mark)) for mark in MARKS)]
    return [
        ("", _("Choose")),
        (TEXT, _("text")),
        (_("Numbers"), numbers),
        (_("Dates"), [(code, reading_words(code)) for code in CODES]),
    ]


def _reading_of(column: Column) -> str:
    if column.date_format is not None:
        return column.date_format.code
    if column.kind is Kind.NUMBER:
        return column.decimal_mark or ("" if column.alternatives else NUMBER)
    return "" if column.kind is Kind.DATE else TEXT


def _as_options(code: str) -> ColumnOptions:
    if code in CODES:
        return ColumnOptions(kind=Kind.DATE, date_format=code)
    if code in MARKS:
        return ColumnOptions(kind=Kind.NUMBER, decimal_mark=code)
    return ColumnOptions(kind=Kind.NUMBER if code == NUMBER else Kind.TEXT)
