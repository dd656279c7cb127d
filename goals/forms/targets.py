"""The form for a target."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.typed import TypedDecimalField
from goals.models import Kpi, Segment
from goals.rules.status import Comparator


class TargetForm(forms.Form):
    """What a KPI should reach, and from when on."""

    comparator = forms.ChoiceField(label=_("The value should be"), choices=Comparator.choices)
    value = TypedDecimalField(
        label=_("Number"),
        error_messages={"required": _("Write the number that should be reached.")},
    )
    upper = TypedDecimalField(
        label=_("Upper number"), required=False, help_text=_("Only for a range.")
    )
    valid_from = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Any day of the first period. Periods that are over keep their target."),
    )
    segment = forms.ModelChoiceField(
        label=_("Segment"),
        queryset=Segment.objects.none(),
        required=False,
        empty_label=_("Total"),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Kept with the target, for those who ask later."),
    )

    def __init__(self, *args: Any, kpi: Kpi, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever ends a target has no number to write.
        self.fields["value"].required = self.data.get("comparator") != Comparator.NONE
        self.fields["valid_from"].initial = today
        if kpi.breakdown is None:
            del self.fields["segment"]
        else:
            segments = kpi.breakdown.segments.order_by("name")
            self.fields["segment"].queryset = segments  # type: ignore[attr-defined]
        if kpi.direction == Kpi.Direction.DECREASE:
            self.fields["comparator"].initial = Comparator.AT_MOST

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("comparator") == Comparator.NONE:
            values["value"] = values["upper"] = None
        return values
