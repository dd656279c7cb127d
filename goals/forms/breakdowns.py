"""Forms about breakdowns and their segments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SegmentsForm(forms.Form):
    """Segments, one per line."""

    segments = forms.CharField(
        label=_("Segments"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One per line; a code before a colon if it differs: “pl: Poland”."),
    )

    def clean_segments(self) -> list[tuple[str, str]]:
        found = []
        for line in self.cleaned_data["segments"].splitlines():
            code, colon, name = line.partition(":")
            code = code.strip()[:120]
            if code:
                found.append((code, name.strip()[:120] if colon else code))
        return found


class BreakdownForm(SegmentsForm):
    """A breakdown with its segments."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Such as Market."))
    field_order = ["name", "segments"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segments"].required = False


class RenameForm(forms.Form):
    """Another name for a breakdown or a segment, and the version that it was read at."""

    name = forms.CharField(label=_("Name"), max_length=120)
    version = forms.IntegerField(widget=forms.HiddenInput)
