"""Shape and type of what people enter about themselves, colleagues and workspaces."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from teams.models import ApiToken, Membership, User, Workspace
from teams.models.workspaces import Weekday
from teams.policy import Role, may_grant

_ZONES = [(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


def _new_password() -> forms.CharField:
    return forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )


def _judged(password: str, *, name: str, email: str) -> str:
    """Give the password back, unless it is weak or much like the person's name or address."""
    validate_password(password, User(name=name, email=email))
    return password


class WorkspaceForm(forms.Form):
    """What a workspace is called and where it lives."""

    name = forms.CharField(label=_("Name of the company or team"), max_length=80)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=_ZONES, initial="Europe/Warsaw")
    currency = forms.CharField(
        label=_("Currency"), max_length=3, initial="EUR", help_text=_("Three letters, such as EUR.")
    )

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        Workspace._meta.get_field("currency").run_validators(currency)
        return currency


class SettingsForm(WorkspaceForm):
    """Settings of a workspace that do not move numbers to other periods."""

    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    works_from = forms.TimeField(
        label=_("Work starts at"), widget=forms.TimeInput({"type": "time"})
    )
    works_until = forms.TimeField(label=_("Work ends at"), widget=forms.TimeInput({"type": "time"}))
    numbers_due_weekday = forms.TypedChoiceField(
        label=_("Numbers are due on"), choices=Weekday.choices, coerce=int
    )
    numbers_due_time = forms.TimeField(
        label=_("Numbers are due at"),
        widget=forms.TimeInput({"type": "time"}),
        help_text=_("Two hours before, whoever still has to enter some gets a reminder by mail."),
    )
    digest_weekday = forms.TypedChoiceField(
        label=_("Digests go out on"), choices=Weekday.choices, coerce=int
    )
    digest_time = forms.TimeField(
        label=_("Digests go out at"), widget=forms.TimeInput({"type": "time"})
    )
    digest_when_complete = forms.BooleanField(
        label=_("Send team digests as soon as all numbers are in"),
        required=False,
        help_text=_("After the week is over; at the time above they go in any case."),
    )

    def clean_working_days(self) -> list[int]:
        return sorted(set(self.cleaned_data["working_days"]))


class DeleteWorkspaceForm(forms.Form):
    """The workspace's name, typed by whoever means it."""

    name = forms.CharField(
        label=_("Name of the workspace"),
        max_length=80,
        help_text=_("As it is written above."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class FirstWorkspaceForm(WorkspaceForm):
    """The first workspace of an installation; the browser knows in which time zone it is."""

    week_start = forms.TypedChoiceField(
        label=_("The week starts on"), choices=Weekday.choices, coerce=int, initial=Weekday.MONDAY
    )
    field_order = ("name", "timezone", "week_start", "currency")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and not self.initial:
            self.fields["timezone"].widget.attrs["data-zone"] = ""


class FirstOwnerForm(forms.Form):
    """Whoever sets an installation up."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail address"), max_length=254)
    password = _new_password()

    def clean_password(self) -> str:
        values = self.cleaned_data
        person = {"name": values.get("name", ""), "email": values.get("email", "")}
        return _judged(values["password"], **person)


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Appearance"), choices=User.Theme.choices)
    shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys, such as g then h for Home. They never work while you type."),
    )


class RoleForm(forms.Form):
    """One of the roles that ``by`` may give."""

    role = forms.TypedChoiceField(label=_("Role"), coerce=lambda value: Role(int(value)))

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label) for role in Role if may_grant(by.role, old=None, new=role)
        ]


class InvitationForm(RoleForm):
    """A pasted list of addresses and one role."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("As many as you like, separated by commas or line breaks."),
    )
    field_order = ["addresses", "role"]


class JoinForm(forms.Form):
    """What somebody without a sign-in says when they accept an invitation."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    password = _new_password()

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean_password(self) -> str:
        values = self.cleaned_data
        return _judged(values["password"], name=values.get("name", ""), email=self._email)


class HeirForm(forms.Form):
    """Who gets what a leaver owned."""

    heir = forms.ModelChoiceField(label=_("New owner"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, leaver: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Membership.objects.active().for_workspace(leaver.workspace).exclude(pk=leaver.pk)
        self.fields["heir"].queryset = others.by_name()  # type: ignore[attr-defined]


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    members = forms.ModelMultipleChoiceField(
        label=_("Members"),
        queryset=Membership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Membership.objects.active().for_workspace(workspace)
        self.fields["members"].queryset = here.by_name()  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """A key for a program; it acts as the chosen member."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What uses it, such as “GA4 nightly”.")
    )
    member = forms.ModelChoiceField(label=_("Acts as"), queryset=Membership.objects.none())
    scope = forms.ChoiceField(label=_("Scope"), choices=ApiToken.Scope.choices)
    kpis = forms.CharField(
        label=_("KPIs"),
        required=False,
        max_length=2000,
        help_text=_("Only for “Send numbers”: codes of KPIs, separated by spaces."),
    )
    expires_on = forms.DateField(
        label=_("Expires on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Membership.objects.active().for_workspace(workspace)
        self.fields["member"].queryset = here.by_name()  # type: ignore[attr-defined]

    def clean_kpis(self) -> list[str]:
        return sorted(set(str(self.cleaned_data["kpis"]).replace(",", " ").split()))
