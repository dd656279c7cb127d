"""Forms about the plan of targets."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from core.typed import TypedDecimalField
from goals.selectors.plan import ACTUALS, TARGETS


class LastYearForm(forms.Form):
    """From which of last year's numbers the open cells are filled, and how much more."""

    fill = forms.ChoiceField(
        label=_("Fill with last year’s"),
        choices=[
            (TARGETS, _("targets")),
            (ACTUALS, _("targets, and results where there were none")),
        ],
    )
    percent = TypedDecimalField(label=_("plus, %"), initial="0")

    def clean_percent(self) -> Decimal:
        percent: Any = self.cleaned_data["percent"]
        MinValueValidator(-100)(percent)
        MaxValueValidator(1000)(percent)
        return Decimal(percent)


class ReasonForm(forms.Form):
    """Why the targets are what they are; the same for all that are saved together."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
