"""The addresses of signing in. ENTRANCE is for everybody; INSIDE for who is at the desk, behind Wagtail's door."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.views import account_inactive, logout
from allauth.core.internal.ratelimit import decorator as limited
from allauth.mfa.recovery_codes.views import download_recovery_codes
from allauth.mfa.webauthn.views import login_webauthn
from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from wagtail.admin.views.account import PasswordResetView

from tocsin.desk.account import confirming, elsewhere, entrance, inside, sessions
from tocsin.desk.again import ask_again

forgotten = never_cache(limited(app="allauth.account", action="reset_password")(PasswordResetView.as_view()))

ENTRANCE: list[URLPattern] = [
    path("login/", entrance.SignIn.as_view(), name="account_login"),
    path("password_reset/", forgotten, name="account_forgotten"),
    path("account/code/", entrance.AnswerSecondFactor.as_view(), name="mfa_authenticate"),
    path("account/passkey/", login_webauthn, name="mfa_login_webauthn"),
    path("account/leave/", logout, name="account_logout"),
    path("account/no-desk/", account_inactive, name="account_inactive"),
    path("account/elsewhere/", elsewhere.go, name="account_elsewhere"),
    path("account/elsewhere/cancelled/", elsewhere.cancelled, name="socialaccount_login_cancelled"),
    path("account/<slug:provider_id>/callback/", elsewhere.come_back, name="openid_connect_callback"),
]


def _own(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    """A screen that shows or changes how one signs in."""
    return path(f"account/{route}", ask_again(view), name=name)


INSIDE: list[URLPattern] = [
    path("account/again/", confirming.again, name="account_again"),
    path("account/go-on/", confirming.go_on, name="account_go_on"),
    path("account/how/", inside.HowISignIn.as_view(), name="mfa_index"),
    path("account/sessions/", sessions.sessions, name="account_sessions"),
    _own("app/", inside.SetUpApp.as_view(), "mfa_activate_totp"),
    _own("app/remove/", inside.RemoveApp.as_view(), "mfa_deactivate_totp"),
    _own("passkeys/add/", inside.AddPasskey.as_view(), "mfa_add_webauthn"),
    _own("passkeys/<int:pk>/rename/", inside.RenamePasskey.as_view(), "mfa_edit_webauthn"),
    _own("passkeys/<int:pk>/remove/", inside.RemovePasskey.as_view(), "mfa_remove_webauthn"),
    _own("codes/", inside.RecoveryCodes.as_view(), "mfa_view_recovery_codes"),
    _own("codes/new/", inside.NewRecoveryCodes.as_view(), "mfa_generate_recovery_codes"),
    _own("codes/recovery-codes.txt", download_recovery_codes, "mfa_download_recovery_codes"),
]
