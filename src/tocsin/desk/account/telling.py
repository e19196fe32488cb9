"""Writes down and mails to whom it belongs when somebody's way of signing in was changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.desk.journal import note
from tocsin.desk.whence import request_now


@dataclass(frozen=True, slots=True)
class Change:
    """A change of how somebody signs in: its word in the journal, and the sentence in their mail."""

    entry: str
    sentence: Promise


# By what django-allauth calls its mail.
CHANGES = {
    "mfa/email/totp_activated": Change("app_added", _("Codes from an app were added.")),
    "mfa/email/totp_deactivated": Change("app_removed", _("The codes from an app were removed.")),
    "mfa/email/webauthn_added": Change("passkey_added", _("A passkey was added.")),
    "mfa/email/webauthn_removed": Change("passkey_removed", _("A passkey was removed.")),
    "mfa/email/recovery_codes_generated": Change("recovery_codes_made", _("New recovery codes were made.")),
    "socialaccount/email/account_connected": Change(
        "elsewhere_connected", _("Your account was tied to the one you have elsewhere.")
    ),
}
PASSWORD = Change("password_set", _("A new password was set."))
RESET = Change("second_factor_reset", _("Your second factor was reset by an administrator."))


class Told:
    """Stands among the rules for passwords, since Django tells these of each one that is set, by whichever screen."""

    def validate(self, password: str, user: AbstractUser | None = None) -> None:
        """Forbids nothing."""

    def get_help_text(self) -> str:
        return translation.gettext("A mail tells you that it was changed.")

    def password_changed(self, password: str, user: AbstractUser) -> None:  # noqa: ARG002
        if request := request_now():
            tell(request, user, PASSWORD)


def tell(request: HttpRequest, person: AbstractUser, change: Change) -> None:
    note(request, change.entry, person)
    if not person.email:
        return
    with translation.override(language_of(person)):
        words = {"sentence": change.sentence, "at": timezone.now(), "desk": f"{settings.WAGTAILADMIN_BASE_URL}/desk/"}
        subject = translation.gettext("How you sign in to Tocsin was changed")
        text = render_to_string("desk/account/mails/changed.txt", words).strip()
        EmailMessage(subject, text, to=[person.email]).send()


def language_of(person: AbstractUser) -> str:
    profile = getattr(person, "wagtail_userprofile", None)
    return str(profile.get_preferred_language()) if profile else translation.get_language() or settings.LANGUAGE_CODE
