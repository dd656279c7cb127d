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


def _in_our_words(form: type[Any]) -> type[Any]:
    return type(form.__name__, (_InOurWords, form), {})


SignInForm = _in_our_words(allauth_forms.LoginForm)
AskForResetForm = _in_our_words(allauth_forms.ResetPasswordForm)
ResetForm = _in_our_words(allauth_forms.ResetPasswordKeyForm)
ChangePasswordForm = _in_our_words(allauth_forms.ChangePasswordForm)
SetPasswordForm = _in_our_words(allauth_forms.SetPasswordForm)
ConfirmForm = _in_our_words(allauth_forms.ReauthenticateForm)
