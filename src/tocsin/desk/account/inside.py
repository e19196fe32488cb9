"""The screens of one's own account: how one signs in, passkeys, the app, recovery codes."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar

from allauth.mfa.base.views import IndexView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, RemoveWebAuthnView
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.desk.account.adapters import SecondFactorAdapter
from tocsin.desk.account.entrance import Refusing
from tocsin.desk.account.second_factor import is_the_last_one_demanded, must_set_one_up
from tocsin.desk.frame import Crumb, Frame

OWN = _("How you sign in")


class Framed:
    """One of django-allauth's views inside the desk's frame."""

    title: ClassVar[Promise]
    icon = "lock"
    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**context, **Frame(title=self.title, icon=self.icon, crumbs=self.crumbs()).context()}

    def crumbs(self) -> list[Crumb]:
        return [(reverse("wagtailadmin_account"), _("Account")), (reverse("mfa_index"), OWN)]


class HowISignIn(Framed, IndexView):
    template_name = "desk/account/how.html"
    title = OWN

    def crumbs(self) -> list[Crumb]:
        return super().crumbs()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        codes = context["authenticators"].get("recovery_codes")
        return {
            **context,
            "must": must_set_one_up(self.request),
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "elsewhere": settings.TOCSIN_OIDC_NAME if settings.TOCSIN_OIDC_URL.scheme else "",
            "tied": SocialAccount.objects.filter(user=self.request.user).first(),
        }


class SetUpApp(Refusing, Framed, ActivateTOTPView):
    template_name = "desk/account/app.html"
    title = _("Set up codes from an app")


class RemoveApp(Framed, DeactivateTOTPView):
    template_name = "desk/account/remove_app.html"
    title = _("Remove the codes from an app")


class AddPasskey(Refusing, Framed, AddWebAuthnView):
    template_name = "desk/account/passkey.html"
    title = _("Add a passkey")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "by_numbers": _is_a_number(self.request.get_host())}


class RenamePasskey(Refusing, Framed, EditWebAuthnView):
    template_name = "desk/account/rename_passkey.html"
    success_url = reverse_lazy("mfa_index")
    title = _("Rename a passkey")


class RemovePasskey(Framed, RemoveWebAuthnView):
    template_name = "desk/account/remove_passkey.html"
    success_url = reverse_lazy("mfa_index")
    title = _("Remove a passkey")

    def form_valid(self, form: Any) -> HttpResponse:
        if is_the_last_one_demanded(self.object):
            messages.error(self.request, str(SecondFactorAdapter.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("mfa_index"))
        removed: HttpResponse = super().form_valid(form)
        return removed


class RecoveryCodes(Framed, ViewRecoveryCodesView):
    template_name = "desk/account/codes.html"
    title = _("Recovery codes")


class NewRecoveryCodes(Framed, GenerateRecoveryCodesView):
    template_name = "desk/account/new_codes.html"
    title = _("Make new recovery codes")


def _is_a_number(host: str) -> bool:
    """Passkeys belong to a name: a browser makes none for 127.0.0.1."""
    try:
        ipaddress.ip_address(host.rpartition(":")[0].strip("[]") or host)
    except ValueError:
        return False
    return True
