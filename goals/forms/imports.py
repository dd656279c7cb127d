"""Forms of an import: the file, and where its columns go."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.intake import Column, Kind, reading_words
from core.intake.text import ENCODINGS
from goals.rules.mapping import Known


class UploadForm(forms.Form):
    """A file, and how its letters are written where that is not found out."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, TSV or XLSX, also packed as .csv.gz; up to 25 MB."),
        max_length=200,
    )
    encoding = forms.ChoiceField(
        label=_("Letters are written in"),
        required=False,
        choices=[("", _("Found out by itself")), *ENCODINGS.items()],
        help_text=_("Choose only if letters such as ą or ü come out wrong."),
    )

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is not None and file.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(_("The file is larger than 25 MB."))
        return file


# What a column may be, besides a KPI; KPIs are "kpi:" and their code.
DATE, SEGMENT, NAME, VALUE, LEFT_OUT = "date", "segment", "name", "value", ""


class MatchForm(forms.Form):
    """One choice per column; how a column is read where that is not sure."""

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
            self.fields[self.name_of(column)] = forms.ChoiceField(
                label=column.name,
                required=False,
                choices=[
                    (LEFT_OUT, _("Do not import")),
                    (DATE, _("Date")),
                    (SEGMENT, _("Segment")),
                    (_("KPI"), kpis),
                    (
                        _("One value per row"),
                        [(NAME, _("Name of the KPI")), (VALUE, _("Value"))],
                    ),
                ],
            )
            if column.alternatives:
                self.fields[self.reading_of(column)] = forms.ChoiceField(
                    label=_("How “%(column)s” is written") % {"column": column.name},
                    required=False,
                    choices=[
                        ("", _("Choose")),
                        *((each, reading_words(each)) for each in column.alternatives),
                    ],
                )

    def clean(self) -> dict[str, Any]:
        """Let one column at most be the date, the value, or a given KPI."""
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, Column] = {}
        for column in self._columns:
            goal = cleaned.get(self.name_of(column), LEFT_OUT)
            if goal in (LEFT_OUT, SEGMENT, NAME):
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

    def mapping(self) -> dict[str, Any]:
        """Give the choices as a mapping."""
        chosen = {c.index: self.cleaned_data[self.name_of(c)] for c in self._columns}
        dates = [index for index, goal in chosen.items() if goal == DATE]
        values = [index for index, goal in chosen.items() if goal == VALUE]
        return {
            "date": dates[0] if dates else None,
            "segment": [index for index, goal in chosen.items() if goal == SEGMENT],
            "values": {
                str(index): goal.removeprefix("kpi:")
                for index, goal in chosen.items()
                if goal.startswith("kpi:")
            },
            "kpi": [index for index, goal in chosen.items() if goal == NAME],
            "value": values[0] if values else None,
            "new_segments": self.cleaned_data["new_segments"],
        }

    def readings(self) -> dict[int, dict[str, str]]:
        """Give what was chosen for columns that can be read in more than one way."""
        found = {}
        for column in self._columns:
            if chosen := self.cleaned_data.get(self.reading_of(column)):
                name = "date_format" if column.kind is Kind.DATE else "decimal_mark"
                found[column.index] = {name: chosen}
        return found

    @staticmethod
    def initial_of(mapping: dict[str, Any]) -> dict[str, Any]:
        """Turn a mapping back into choices."""
        chosen: dict[str, Any] = {"new_segments": mapping.get("new_segments", True)}
        if mapping.get("date") is not None:
            chosen[f"column-{mapping['date']}"] = DATE
        for index in mapping.get("segment") or ():
            chosen[f"column-{index}"] = SEGMENT
        for index, code in (mapping.get("values") or {}).items():
            chosen[f"column-{index}"] = f"kpi:{code}"
        for index in mapping.get("kpi") or ():
            chosen[f"column-{index}"] = NAME
        if mapping.get("value") is not None:
            chosen[f"column-{mapping['value']}"] = VALUE
        return chosen
