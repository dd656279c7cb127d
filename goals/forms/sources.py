"""The form of a source."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.models import Source
from teams.models import Membership, Workspace
from teams.models.workspaces import Weekday
from teams.policy import Role

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


EVERY_DAY = "daily"


def _weekday(text: str) -> int | None:
    return None if text == EVERY_DAY else int(text)


class WeekdayField(forms.TypedChoiceField):
    """A day of the week, or None for every day."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(EVERY_DAY, _("Every day")), *Weekday.choices]
        super().__init__(choices=choices, coerce=_weekday, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return EVERY_DAY if value is None else value


class SourceForm(forms.Form):
    """What is pulled from where, and when; the address of a source that is there may stay."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What arrives, such as “Google Ads, weekly”.")
    )
    address = forms.CharField(
        label=_("Address of the file"),
        max_length=2000,
        help_text=_(
            "It begins with https:// and gives a CSV, TSV or XLSX file of up to 25 MB to whoever "
            "knows it, such as a spreadsheet that is published as CSV. It is not shown again."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    weekday = WeekdayField(label=_("Pulled"))
    hour = forms.TypedChoiceField(label=_("At"), choices=HOURS, coerce=int, initial=6)
    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=Membership.objects.none(),
        help_text=_("Is told when nothing arrives. The imports are made in this person's name."),
    )

    def __init__(
        self, *args: Any, workspace: Workspace, source: Source | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        leads = Membership.objects.active().for_workspace(workspace).at_least(Role.LEAD)
        self.fields["owner"].queryset = leads.by_name()  # type: ignore[attr-defined]
        if source is not None:
            self.fields["address"].required = False
            self.fields["address"].help_text = (
                _("Leave it empty, and the file is pulled from %(place)s as before.")
                % {"place": source.place}
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not values.get("address"):
            values.pop("address", None)
        return values
