"""The form about where weeks and fiscal years begin."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.periods import PeriodCalendar
from teams.models.workspaces import Month, Weekday


class CalendarForm(forms.Form):
    """Where the periods of a workspace begin."""

    week_start = forms.TypedChoiceField(
        label=_("The week starts on"), choices=Weekday.choices, coerce=int
    )
    fiscal_start = forms.TypedChoiceField(
        label=_("The fiscal year starts in"),
        choices=Month.choices,
        coerce=int,
        help_text=_("Quarters follow the fiscal year. Months are those of the calendar."),
    )

    @property
    def calendar(self) -> PeriodCalendar:
        return PeriodCalendar(**self.cleaned_data)
