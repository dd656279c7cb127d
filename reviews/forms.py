"""Shape and type of what people choose about digests."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SubscriptionsForm(forms.Form):
    """Which digests of one workspace a member wants."""

    personal = forms.BooleanField(label=_("Personal digest: what needs me first"), required=False)
    team = forms.BooleanField(label=_("Digest of the whole workspace"), required=False)
    paused_until = forms.DateField(
        label=_("Pause until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("No digests before this day."),
    )
