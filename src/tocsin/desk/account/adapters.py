"""Where django-allauth is told the rules of the house: nobody signs up, secrets are sealed, changes are told."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.desk.account import elsewhere_again
from tocsin.desk.account.second_factor import is_the_last_one_demanded
from tocsin.desk.account.telling import CHANGES, tell
from tocsin.desk.again import confirmed_lately
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault

WRONG = _("The name or the password is not right.")
TOO_MANY = _("There were too many attempts. Wait a quarter of an hour, then try again.")
WRONG_CODE = _("That is not right, or was used before. Each code works once: wait for the next one, and try again.")
SEALED_FOR = b"second factor"
# What is said after something was done; of everything else a screen speaks for itself.
SAID = {
    "mfa/messages/totp_activated.txt": _("The app is set up. From now on you are asked for its code."),
    "mfa/messages/totp_deactivated.txt": _("The app is removed. Its codes work no longer."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed. It works here no longer."),
}


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators. Whoever may not work at the desk is not signed in."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": _("The password is not right."),
        "incorrect_code": WRONG_CODE,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_login_stages(self) -> list[str]:
        return ["tocsin.desk.account.stages.AskSecondFactor"]

    def pre_login(self, request: HttpRequest, user: AbstractUser, **about: Any) -> HttpResponse | None:
        refused: HttpResponse | None = super().pre_login(request, user, **about)
        if refused is None and not user.has_perm("wagtailadmin.access_admin"):
            clear_login(request)
            refused = self.respond_user_inactive(request, user)
        return refused

    def is_reauthentication_required(self, **_about: Any) -> bool:
        return not confirmed_lately(self.request)

    def get_reauthentication_methods(self, _user: AbstractUser) -> list[dict[str, str]]:
        """One screen asks for whichever the person has."""
        return [{"id": "again", "description": "", "url": reverse("account_again")}]

    def send_notification_mail(self, template_prefix: str, user: AbstractUser, *_more: Any, **_context: Any) -> None:
        if change := CHANGES.get(template_prefix):
            tell(self.request, user, change)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *_more: Any, **about: Any
    ) -> None:
        message = about.get("message") or SAID.get(message_template)
        if message:
            messages.add_message(request, level, message)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets lie in the database sealed with keys that do not."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": _("This is your only second factor, and one is demanded. Add another first."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(vault().seal(text, SEALED_FOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return str(vault().open(base64.b64decode(encrypted_text), SEALED_FOR))
        except (CannotOpen, ValueError):
            raise self.validation_error("incorrect_code") from None

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not is_the_last_one_demanded(authenticator)

    def generate_authenticator_name(self, user: AbstractUser, type: str) -> str:  # noqa: A002  (allauth's name)
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def _get_site_name(self) -> str:
        return str(settings.WAGTAIL_SITE_NAME)


class ElsewhereAdapter(DefaultSocialAccountAdapter):
    """Another house says who somebody is; who may come in is decided here.

    The first time, they are recognised by an address that the other house has verified and an administrator has
    entered here. From then on by the number that the other house has for them: an address that it later gives to
    somebody else does not open this account.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        at = elsewhere_again.asked_at(sociallogin.account)
        _forget_details(sociallogin.account)
        if request.user.is_authenticated:
            raise ImmediateHttpResponse(elsewhere_again.come_back(request, sociallogin, at))
        if sociallogin.is_existing:
            return
        person = _known_by_address([found.email for found in sociallogin.email_addresses if found.verified])
        if person is None:
            raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", status=403))
        sociallogin.connect(request, person)


def _forget_details(account: SocialAccount) -> None:
    """Names and pictures that came along are nobody's business here."""
    account.extra_data = {}
    if account.pk:
        account.save(update_fields=["extra_data"])


def _known_by_address(addresses: list[str]) -> AbstractUser | None:
    """The one account with a verified address, unless it is tied to somebody else of the other house already."""
    wanted = Q()
    for address in addresses:
        wanted |= Q(email__iexact=address)
    found = list(get_user_model().objects.filter(wanted, is_active=True)[:2]) if addresses else []
    alone = len(found) == 1 and not SocialAccount.objects.filter(user=found[0]).exists()
    return found[0] if alone else None
