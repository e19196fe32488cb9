"""Who has a second factor, of whom one is demanded, and how an administrator takes a lost one away."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

# Recovery codes stand in for one of these, and are none themselves.
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(person: AbstractBaseUser) -> bool:
    return bool(Authenticator.objects.filter(user_id=person.pk, type__in=KINDS).exists())


def ways_of(person: AbstractBaseUser) -> set[str]:
    """Which of “webauthn”, “totp” and “recovery_codes” somebody has."""
    return set(Authenticator.objects.filter(user_id=person.pk).values_list("type", flat=True))


def must_set_one_up(request: HttpRequest) -> bool:
    """Whether this person may go nowhere at the desk before they have a second factor."""
    if settings.TOCSIN_SECOND_FACTOR != "demanded" or not request.user.is_authenticated:
        return False
    return not (shown_elsewhere(request, request.user) or has_second_factor(request.user))


def shown_elsewhere(request: HttpRequest, person: AbstractBaseUser) -> bool:
    """Whether this browser's person came from the other house, and that house is trusted to have asked for one."""
    if not settings.TOCSIN_OIDC_TRUSTED:
        return False
    return any(record["method"] == "socialaccount" for record in get_authentication_records(request, person))


def is_the_last_one_demanded(authenticator: Authenticator) -> bool:
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=KINDS).exclude(pk=authenticator.pk)
    return settings.TOCSIN_SECOND_FACTOR == "demanded" and not others.exists()


def reset_second_factor(person: AbstractBaseUser) -> None:
    """For whoever lost theirs: nothing but the password is left, every session ends, and the tie to the other house's
    account is cut. Where a second factor is demanded, the next sign-in leads to setting one up. The caller asks who
    it is once more, and writes it down."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=person.pk).delete()
        SocialAccount.objects.filter(user_id=person.pk).delete()
        end_sessions_of(person)


def end_sessions_of(person: AbstractBaseUser) -> None:
    """All of them, also those that began where no list was kept. Only staff have sessions, so these are few."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
    UserSession.objects.filter(user_id=person.pk).delete()
