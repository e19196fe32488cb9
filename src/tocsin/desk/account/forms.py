"""django-allauth's forms in the desk's words, and without placeholders that vanish when one types."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgain
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgain
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.utils.translation import gettext_lazy as _

NAME_OF_A_KEY = _("Name")
TYPED_DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
MOST_OF_A_NAME = 60
NONSENSE = (AttributeError, LookupError, TypeError, ValueError, struct.error, InvalidSignature)


def _say(field: forms.Field, label: Any, help_text: Any = "", **attributes: str) -> None:
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["login"], _("User name or e-mail address"), autocomplete="username", autocapitalize="none")
        _say(self.fields["password"], _("Password"))


class CodeForm(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _("Code"), _("From your app, or one of your recovery codes."), **TYPED_DIGITS)


class FirstCodeForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _("Code"), _("The six digits that the app shows now."), **TYPED_DIGITS)


class CodeAgainForm(CodeAgain):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _("Code"), _("From your app, or one of your recovery codes."), **TYPED_DIGITS)


class PasswordAgainForm(PasswordAgain):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["password"], _("Password"))


class OrRefused:
    """What a browser says of a passkey is read by a library that trusts its form: here nonsense is an answer too."""

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except NONSENSE:
            self.add_error("credential", get_adapter().validation_error("incorrect_code"))  # type: ignore[attr-defined]


class GivenPasskeyForm(OrRefused, AuthenticateWebAuthnForm):
    """After the password."""


class PasskeyAloneForm(OrRefused, LoginWebAuthnForm):
    """Instead of the password."""


class PasskeyAgainForm(OrRefused, ReauthenticateWebAuthnForm):
    """To confirm who it is."""


class PasskeyForm(OrRefused, AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.max_length = MOST_OF_A_NAME
        _say(name, NAME_OF_A_KEY, _("So that you can tell it from others: “Telephone”, “Key on my key ring”."))
        name.widget.attrs["maxlength"] = str(MOST_OF_A_NAME)
        _say(alone, _("Sign in with it alone, without the password"))
        alone.initial = True

    def clean_name(self) -> str:
        return str(super().clean_name())[:MOST_OF_A_NAME]


class PasskeyNameForm(EditWebAuthnForm):
    name = forms.CharField(label=NAME_OF_A_KEY, max_length=MOST_OF_A_NAME)
