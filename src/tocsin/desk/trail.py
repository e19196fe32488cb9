"""What Wagtail and Django do by themselves, put into the audit log too: publishing, settings, signing in and failing.

Their signals are the only doors to it. What the desk itself does is written by desk/journal.py.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.models import ModelLogEntry, PageLogEntry

from tocsin.desk.journal import OURS, Kind
from tocsin.desk.whence import address_now
from tocsin.pages.models import ActionPage
from tocsin.staff import audit

# Their names in Wagtail's log are those of people.
NAMELESS = {"auth", "actions", "supporters", "account", "mfa", "socialaccount"}


@receiver(post_save, sender=PageLogEntry)
@receiver(post_save, sender=ModelLogEntry)
def copy_wagtails_entry(instance: Any, *, created: bool, **_kwargs: Any) -> None:
    """Each entry of Wagtail's own log becomes a line, in the transaction that it was made in."""
    if not created or instance.action.startswith(OURS):
        return
    model = instance.content_type
    audit.write(
        instance.action,
        kind=Kind.PAGES if isinstance(instance, PageLogEntry) else _kind_of(model.app_label),
        who=instance.user,
        about=f"{model.model}:{_number_of(instance)}",
        campaign_ref=_campaign_of(instance),
        details={} if model.app_label in NAMELESS else {"title": instance.label[:160]},
        address=address_now(),
    )


def _kind_of(app_label: str) -> Kind:
    return Kind.TEAM if app_label in NAMELESS else Kind.CAMPAIGNS


def _number_of(entry: Any) -> str:
    return str(entry.page_id if isinstance(entry, PageLogEntry) else entry.object_id)


def _campaign_of(entry: Any) -> int | None:
    if isinstance(entry, PageLogEntry):
        found: int | None = ActionPage.objects.filter(pk=entry.page_id).values_list("campaign", flat=True).first()
        return found
    return int(entry.object_id) if entry.content_type.natural_key() == ("campaigns", "campaign") else None


@receiver(user_logged_in)
def note_sign_in(user: Any, **_kwargs: Any) -> None:
    audit.write("signed_in", kind=Kind.SIGN_IN, who=user, address=address_now())


@receiver(user_logged_out)
def note_sign_out(user: Any, **_kwargs: Any) -> None:
    if user is not None:
        audit.write("signed_out", kind=Kind.SIGN_IN, who=user, address=address_now())


@receiver(user_login_failed)
def note_failed_sign_in(credentials: dict[str, Any], **_kwargs: Any) -> None:
    """Whose account it was tried with, if there is one. What was typed is kept nowhere: it may be a password."""
    typed = str(credentials.get("username") or credentials.get("email") or "")[:254]
    asked = Q(username__iexact=typed) | Q(email__iexact=typed)
    known = get_user_model().objects.filter(asked).first() if typed else None
    audit.write("sign_in_failed", kind=Kind.SIGN_IN, who=known, address=address_now())
