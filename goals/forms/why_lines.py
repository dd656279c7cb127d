"""The form for a why line."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class WhyForm(forms.Form):
    """Why a number is off track, and what comes next."""

    why = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("One line that stands beside the number."),
        error_messages={"required": _("Write why the number is off track.")},
    )
    next_step = forms.CharField(label=_("What next"), max_length=300, required=False)


class WhyLineForm(WhyForm):
    """The same about one of several periods."""

    start = forms.TypedChoiceField(label=_("Period"), coerce=date.fromisoformat)
    field_order = ("start", "why", "next_step")

    def __init__(self, *args: Any, periods: Sequence[tuple[date, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(start.isoformat(), name) for start, name in periods]
        self.fields["start"].choices = choices  # type: ignore[attr-defined]
