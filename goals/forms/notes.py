"""The form for a note."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class NoteForm(forms.Form):
    """What happened, on which day, and to what."""

    on_date = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    text = forms.CharField(
        label=_("What happened"),
        max_length=200,
        help_text=_("Such as “New price list”. It stands as a flag on the chart."),
    )
    everywhere = forms.BooleanField(
        label=_("Show it on the chart of every KPI"),
        required=False,
        help_text=_("For what concerned the whole workspace, such as a holiday."),
    )

    def __init__(self, *args: Any, may_note_everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_note_everywhere:
            del self.fields["everywhere"]
