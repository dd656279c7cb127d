"""Forms of an import: the file, and where its columns go."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.intake import Column, Kind, reading_words
from core.intake.text import ENCODINGS
from goals.models import Kpi
from goals.rules.mapping import Repeats
from goals.rules.matching_guess import Known
from goals.rules.new_kpis import LONGEST_NAME


class UploadForm(forms.Form):
    """A file or pasted cells, and how letters are written where that is not found out."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, TSV or XLSX, also packed as .csv.gz; up to 25 MB."),
        error_messages={"required": _("Choose a file, or paste cells.")},
        max_length=200,
    )
    pasted = forms.CharField(
        label=_("Or paste cells from a spreadsheet"),
        help_text=_("With their headings."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1_000_000,
        required=False,
        strip=False,  # the first heading may be empty
    )
    encoding = forms.ChoiceField(
        label=_("Letters are written in"),
        required=False,
        choices=[("", _("Found out by itself")), *ENCODINGS.items()],
        help_text=_("Choose only if letters such as ą or ü come out wrong."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("pasted", "").strip()

    def clean_file(self) -> "UploadedFile[Any] | None":
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and file.size is not None and file.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(_("The file is larger than 25 MB."))
        return file

    def clean(self) -> dict[str, Any]:
        """Take a file or pasted cells, not both."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("file") and cleaned.get("pasted", "").strip():
            self.add_error("file", _("Choose a file or paste cells, not both."))
        return cleaned

    def content(self) -> tuple[bytes, str]:
        """Give what came in, and its name."""
        if file := self.cleaned_data["file"]:
            return file.read(), file.name
        return self.cleaned_data["pasted"].encode(), str(_("Pasted cells"))


# What a column may be, besides a KPI; KPIs are "kpi:" and their code.
DATE, SEGMENT, NAME, VALUE, NEW, LEFT_OUT = "date", "segment", "name", "value", "new", ""
# What stands before a text by which rows are kept or dropped.
ONLY, BUT = "=", "-"
_REPEATS = {
    Repeats.REFUSE: _("Tell me if they differ"),
    Repeats.ADD: _("Add them up"),
    Repeats.LAST: _("Take the last one in the file"),
}


class MatchForm(forms.Form):
    """One choice per column, how a column is read where that is not sure, which rows are kept."""

    day = forms.DateField(
        label=_("Day of all rows"),
        required=False,
        help_text=_("Only where no column goes to the date."),
        error_messages={
            "required": _("Say which column holds the date, or of which day all rows are.")
        },
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    repeats = forms.ChoiceField(
        label=_("Several rows for the same period"), choices=list(_REPEATS.items())
    )
    cadence = forms.ChoiceField(label=_("New KPIs are measured"), choices=Kpi.Cadence.choices)
    new_kpis = forms.BooleanField(
        label=_("Create KPIs for names that are not known yet"), required=False
    )
    new_segments = forms.BooleanField(
        label=_("Create segments that are not known yet"), required=False
    )

    def __init__(
        self, *args: Any, columns: list[Column], known: list[Known], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._columns = columns
        kpis = [(f"kpi:{kpi.code}", kpi.name) for kpi in known]
        for column in columns:
            self._add_goal(column, kpis)
            if column.alternatives:
                self._add_reading(column)
            if len(column.choices) > 1:
                self._add_filter(column)
            if self.called_of(column) in self.initial:
                self._add_called(column)
        chosen = self.data if self.is_bound else self.initial
        if DATE not in map(chosen.get, map(self.name_of, columns)):
            self.fields["day"].required = True
            self.fields["day"].help_text = _(
                "No column goes to the date. Of a longer time, take the last day."
            )

    def _add_goal(self, column: Column, kpis: list[tuple[str, str]]) -> None:
        self.fields[self.name_of(column)] = forms.ChoiceField(
            label=column.name,
            required=False,
            choices=[
                (LEFT_OUT, _("Do not import")),
                (DATE, _("Date")),
                (SEGMENT, _("Segment")),
                (NEW, _("New KPI")),
                (_("KPI"), kpis),
                (_("One value per row"), [(NAME, _("Name of the KPI")), (VALUE, _("Value"))]),
            ],
        )

    def _add_reading(self, column: Column) -> None:
        self.fields[self.reading_of(column)] = forms.ChoiceField(
            label=_("How “%(column)s” is written") % {"column": column.name},
            required=False,
            choices=[
                ("", _("Choose")),
                *((each, reading_words(each)) for each in column.alternatives),
            ],
        )

    def _add_filter(self, column: Column) -> None:
        kept = [(f"{ONLY}{choice}", choice) for choice in column.choices]
        dropped = [(f"{BUT}{choice}", choice) for choice in column.choices]
        self.fields[self.filter_of(column)] = forms.ChoiceField(
            label=_("Rows to keep by “%(column)s”") % {"column": column.name},
            required=False,
            choices=[("", _("All rows")), (_("Only"), kept), (_("All but"), dropped)],
        )

    def _add_called(self, column: Column) -> None:
        self.fields[self.called_of(column)] = forms.CharField(
            label=_("What the new KPI of “%(column)s” is called") % {"column": column.name},
            max_length=LONGEST_NAME,
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        """Let one column at most be the date, the value, or a given KPI."""
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, Column] = {}
        for column in self._columns:
            goal = cleaned.get(self.name_of(column), LEFT_OUT)
            if goal in (LEFT_OUT, SEGMENT, NAME, NEW):
                continue
            if goal in taken:
                message = _("“%(one)s” and “%(other)s” go to the same place. Choose one of them.")
                names = {"one": taken[goal].name, "other": column.name}
                self.add_error(self.name_of(column), message % names)
            taken.setdefault(goal, column)
        return cleaned

    @staticmethod
    def name_of(column: Column) -> str:
        return f"column-{column.index}"

    @staticmethod
    def reading_of(column: Column) -> str:
        return f"reading-{column.index}"

    @staticmethod
    def filter_of(column: Column) -> str:
        return f"filter-{column.index}"

    @staticmethod
    def called_of(column: Column) -> str:
        return f"called-{column.index}"

    def mapping(self) -> dict[str, Any]:
        """Give the choices as a mapping."""
        said = self.cleaned_data
        goals = {column.name: said[self.name_of(column)] for column in self._columns}
        filters = {c.name: said.get(self.filter_of(c)) or "" for c in self._columns}
        called = {c.name: said.get(self.called_of(c)) for c in self._columns}

        def texts_after(mark: str) -> dict[str, list[str]]:
            return {name: [text[1:]] for name, text in filters.items() if text[:1] == mark}

        def going_to(goal: str) -> list[str]:
            return [name for name, chosen in goals.items() if chosen == goal]

        new, dates, values = going_to(NEW), going_to(DATE), going_to(VALUE)
        creates = new or (values and said["new_kpis"])
        return {
            "date": dates[0] if dates else None,
            "day": said["day"].isoformat() if said.get("day") and not dates else None,
            "segment": going_to(SEGMENT),
            "values": {
                name: goal.removeprefix("kpi:")
                for name, goal in goals.items()
                if goal.startswith("kpi:")
            },
            "kpi": going_to(NAME),
            "value": values[0] if values else None,
            "new_segments": said["new_segments"],
            "filters": texts_after(ONLY),
            "without": texts_after(BUT),
            "repeats": said["repeats"],
            "create": {
                "cadence": said["cadence"],
                "columns": new,
                "names": said["new_kpis"],
                "called": {name: called[name] for name in new if called[name]},
            }
            if creates
            else None,
        }

    def readings(self) -> dict[int, dict[str, str]]:
        """Give what was chosen for columns that can be read in more than one way."""
        found = {}
        for column in self._columns:
            if chosen := self.cleaned_data.get(self.reading_of(column)):
                name = "date_format" if column.kind is Kind.DATE else "decimal_mark"
                found[column.index] = {name: chosen}
        return found

    @classmethod
    def initial_of(cls, mapping: dict[str, Any], columns: list[Column]) -> dict[str, Any]:
        """Turn a mapping, which may be incomplete, back into choices."""
        create = mapping.get("create") or {}
        filters = _filters_of(mapping)
        chosen: dict[str, Any] = {
            "day": mapping.get("day"),
            "repeats": mapping.get("repeats", Repeats.REFUSE),
            "cadence": create.get("cadence", Kpi.Cadence.WEEKLY),
            "new_kpis": create.get("names", False),
            "new_segments": mapping.get("new_segments", True),
        }
        for column in columns:
            chosen[cls.name_of(column)] = _goal_of(column.name, mapping)
            chosen[cls.filter_of(column)] = filters.get(column.name, "")
            form = column.date_format
            chosen[cls.reading_of(column)] = form.code if form else column.decimal_mark
            if column.name in create.get("called", ()):
                chosen[cls.called_of(column)] = create["called"][column.name]
        return chosen


def _goal_of(name: str, mapping: dict[str, Any]) -> str:
    values = mapping.get("values") or {}
    goals = {
        DATE: name == mapping.get("date"),
        SEGMENT: name in (mapping.get("segment") or ()),
        f"kpi:{values.get(name)}": name in values,
        NAME: name in (mapping.get("kpi") or ()),
        VALUE: name == mapping.get("value"),
        NEW: name in (mapping.get("create") or {}).get("columns", ()),
    }
    return next((goal for goal, is_meant in goals.items() if is_meant), LEFT_OUT)


def _filters_of(mapping: dict[str, Any]) -> dict[str, str]:
    """Give the filters of a mapping as choices, the first text of each."""
    return {
        name: mark + texts[0]
        for part, mark in (("filters", ONLY), ("without", BUT))
        for name, texts in (mapping.get(part) or {}).items()
    }
