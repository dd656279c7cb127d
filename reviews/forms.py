"""Shape and type of what people choose in the first run and about mail."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from goals.forms.imports import UploadForm
from goals.models import Scorecard
from goals.rules.scorecard_templates import STARTERS, TEMPLATES
from reviews.models import ChatRoom, LeadSentence
from reviews.services.subscriptions import Choice, chosen
from teams.models import Membership, Team, Workspace


class BeginningForm(forms.Form):
    """What a new workspace begins with: one of the ready scorecards, or nothing."""

    EMPTY = "empty"
    template = forms.ChoiceField(
        label=_("Start from"),
        widget=forms.RadioSelect,
        choices=[
            *((id, TEMPLATES[id].sentence) for id in STARTERS),
            (EMPTY, _("Empty: your numbers become KPIs, or you choose them later.")),
        ],
        initial=STARTERS[0],
    )

    @property
    def chosen(self) -> str:
        """What was chosen, once the form is valid; "" for nothing."""
        template: str = self.cleaned_data["template"]
        return "" if template == self.EMPTY else template


class FirstNumbersForm(UploadForm):
    """Cells pasted from a spreadsheet, or its file."""

    field_order = ("pasted", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["encoding"]
        pasted, file = self.fields["pasted"], self.fields["file"]
        pasted.label = _("Paste from a spreadsheet")
        pasted.help_text = _("With its headings: a column of weeks or days, and one for each KPI.")
        pasted.error_messages["required"] = _("Paste your numbers, or choose a file.")
        pasted.widget.attrs["rows"] = 10
        file.label = _("Or upload a file")
        # One of the two; what is missing is said where one looks first.
        file.required, pasted.required = False, not self.files.get("file")


class SubscriptionsForm(forms.Form):
    """Which digests of one workspace a member wants."""

    personal = forms.BooleanField(label=_("Personal digest: what needs me first"), required=False)
    workspace = forms.BooleanField(label=_("Digest of the whole workspace"), required=False)
    teams = forms.ModelMultipleChoiceField(
        label=_("Digests of teams"),
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    executive = forms.BooleanField(
        label=_("Executive digest: a few KPIs in a few sentences"), required=False
    )
    reminder = forms.BooleanField(
        label=_("Mails about my numbers"),
        required=False,
        help_text=_(
            "Two hours before they are due, if some are missing; and once about each that is off "
            "track, if nobody has said why."
        ),
    )
    paused_until = forms.DateField(
        label=_("Pause until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("No digests, reminders or questions before this day."),
    )

    def __init__(self, data: Any = None, *, member: Membership) -> None:
        now = chosen(member)
        initial = {
            "personal": now.personal,
            "workspace": now.workspace,
            "teams": now.teams,
            "executive": now.executive,
            "reminder": now.reminder,
            "paused_until": now.paused_until,
        }
        super().__init__(data, prefix=str(member.pk), initial=initial)
        teams = Team.objects.for_workspace(member.workspace).order_by("name", "pk")
        if teams:
            self.fields["teams"].queryset = teams  # type: ignore[attr-defined]
        else:
            del self.fields["teams"]

    @property
    def choice(self) -> Choice:
        """What was chosen, once the form is valid."""
        values = self.cleaned_data
        return Choice(
            personal=values["personal"],
            workspace=values["workspace"],
            teams={team.pk for team in values.get("teams", [])},
            executive=values["executive"],
            reminder=values["reminder"],
            paused_until=values["paused_until"],
        )


class SentenceForm(forms.Form):
    """What a lead adds to the executive digest of a week."""

    text = forms.CharField(
        label=_("Your sentence"),
        max_length=LeadSentence._meta.get_field("text").max_length,
        required=False,
        help_text=_("It stands first. Left empty, the numbers speak alone."),
    )


class ExecutiveForm(forms.Form):
    """Which scorecard the executive digest tells of."""

    scorecard = forms.ModelChoiceField(
        label=_("Scorecard"),
        queryset=Scorecard.objects.none(),
        required=False,
        empty_label=_("None: it does not go out"),
        help_text=_("It tells of the first six KPIs of this scorecard."),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Scorecard.objects.for_workspace(workspace)
        self.fields["scorecard"].queryset = here  # type: ignore[attr-defined]


class ChatRoomForm(forms.Form):
    """A chat that hears of a team, or of the whole workspace."""

    team = forms.ModelChoiceField(
        label=_("What it hears of"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("The whole workspace"),
    )
    kind = forms.ChoiceField(label=_("Chat"), choices=ChatRoom.Kind.choices)
    address = forms.CharField(
        label=_("Address of its incoming webhook"),
        max_length=2000,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "url"}),
        help_text=_("Whoever knows it can write there, so it is never shown again."),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.for_workspace(workspace).order_by("name", "pk")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class OutsideReaderForm(forms.Form):
    """An address outside that is asked whether it wants the executive digest."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
