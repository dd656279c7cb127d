"""The forms of django-allauth, in the words of all other forms."""

from typing import Any

from allauth.account import forms as allauth_forms
from django.utils.translation import gettext_lazy as _

_LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "remember": _("Keep me signed in"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
}


class _InOurWords:
    """Labels of our own, and no placeholders that say the same."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _LABELS[name]
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_InOurWords, allauth_forms.LoginForm):  # type: ignore[misc]  # allauth is not typed
    """Who comes in."""


class AskForResetForm(_InOurWords, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """Who forgot a password."""


class ResetForm(_InOurWords, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """The password after a forgotten one."""


class ChangePasswordForm(_InOurWords, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """Another password."""


class SetPasswordForm(_InOurWords, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """The first password of somebody who came in without one."""


class ConfirmForm(_InOurWords, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """Who is there, asked again before something grave."""
