"""Confirming who one is by another house's account: it counts only if that house asked them just now, and says so.

A session over there would answer for whoever sits before the browser. So that house is told to ask (`prompt=login`,
`max_age=0`), and its token must say when it did: `auth_time`, which OpenID Connect demands where `max_age` was sent.
"""

from __future__ import annotations

import time
from urllib.parse import urlencode

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tocsin.desk.again import safe_here
from tocsin.desk.journal import note

ASK_THEM = urlencode({"auth_params": urlencode({"prompt": "login", "max_age": "0"})})
SET_OUT = "desk_set_out_elsewhere"
CLOCKS_DIFFER = 60
METHOD = "socialaccount"

type Moment = int | float | None


def set_out(request: HttpRequest) -> str:
    """What the address of the other house says besides, where somebody who is here goes there to confirm it."""
    request.session[SET_OUT] = time.time()
    return ASK_THEM


def asked_at(account: SocialAccount) -> Moment:
    """When the other house asked them who they are, if its token says so."""
    token = account.extra_data.get("id_token")
    at = token.get("auth_time") if isinstance(token, dict) else None
    return at if isinstance(at, int | float) and not isinstance(at, bool) else None


def come_back(request: HttpRequest, login: SocialLogin, at: Moment) -> HttpResponse:
    """Whoever is here stays who they are; what they were about to do goes on if they confirmed it."""
    then = safe_here(request, login.get_redirect_url(request) or "")
    if why_not := _why_not(request, login, at):
        note(request, "not_confirmed", request.user)  # type: ignore[arg-type]
        messages.error(request, why_not)
        return HttpResponseRedirect(f"{reverse('account_again')}?{urlencode({'next': then})}")
    record_authentication(request, request.user, METHOD, provider=login.account.provider, uid=login.account.uid)
    note(request, "confirmed_again", request.user)  # type: ignore[arg-type]
    return HttpResponseRedirect(then)


def _why_not(request: HttpRequest, login: SocialLogin, at: Moment) -> str:
    """A sentence, or empty where it is they, asked since they set out."""
    set_out_at, name = request.session.pop(SET_OUT, None), {"name": settings.TOCSIN_OIDC_NAME}
    if _is_not_tied(request, login):
        return (
            _(
                "Your account here is not tied to any sign-in at %(name)s yet, so nothing is confirmed. Confirm it "
                "another way. To tie them, sign out here and sign in once with %(name)s, with the same e-mail address."
            )
            % name
        )
    if login.user != request.user:
        return _("%(name)s says that somebody else is there. If that is you, sign out here first.") % name
    if set_out_at is None or at is None or not set_out_at <= at + CLOCKS_DIFFER <= time.time() + 2 * CLOCKS_DIFFER:
        return (
            _("%(name)s did not ask you just now who you are, so nothing is confirmed. Confirm it another way.") % name
        )
    return ""


def _is_not_tied(request: HttpRequest, login: SocialLogin) -> bool:
    """Neither side knows of the other: they have only ever come in by a way of ours."""
    return not login.is_existing and not SocialAccount.objects.filter(user_id=request.user.pk).exists()


def date_back(request: HttpRequest, at: Moment) -> None:
    """Where a session over there answered for somebody who came in, they showed who they are when it began, not now."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    if at is not None and records and records[-1]["method"] == METHOD:
        records[-1]["at"] = min(records[-1]["at"], at)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
