"""Signing in with another house's account, by OpenID Connect: the way there and the way back."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from tocsin.desk.account import elsewhere_again

PROVIDER = "oidc"
# What an answer that makes no sense raises, wherever it is read.
NONSENSE = (RequestException, KeyError, TypeError, ValueError)


class Verifying(OpenIDConnectOAuth2Adapter):
    """Checks the signature although the token came straight from the other house, and that all of it is about one
    person. `asked_at`: when that house asked them, if it says so."""

    asked_at: elsewhere_again.Moment = None

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **about: Any) -> SocialLogin:
        login = super().complete_login(request, app, token, **about)
        said = [part["sub"] for part in login.account.extra_data.values()]
        if len(set(said)) > 1:
            raise OAuth2Error("two subjects")
        self.asked_at = elsewhere_again.asked_at(login.account)
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        self.did_fetch_access_token = False
        decoded: dict[str, Any] = super()._decode_id_token(app, id_token)
        return decoded


log = logging.getLogger("tocsin.desk")


@require_safe
@never_cache
@login_not_required
def go(request: HttpRequest) -> HttpResponse:
    """Nothing else that an address may ask of django-allauth: no tying of accounts, no other scope."""
    again = f"&{elsewhere_again.set_out(request)}" if request.user.is_authenticated else ""
    request.GET = QueryDict(urlencode({"next": request.GET.get("next", "")}) + again)
    return _ask_them(request, OAuth2LoginView)


@require_safe
@never_cache
@login_not_required
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    if provider_id != PROVIDER:
        raise Http404
    return _ask_them(request, OAuth2CallbackView)


def _ask_them(request: HttpRequest, view: type[OAuth2LoginView | OAuth2CallbackView]) -> HttpResponse:
    adapter = Verifying(request, PROVIDER)
    try:
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except NONSENSE as error:
        log.warning("sign-in elsewhere: %s", type(error).__name__)
        return render(request, "socialaccount/authentication_error.html", status=502)
    elsewhere_again.date_back(request, adapter.asked_at)
    return answer


@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/login_cancelled.html")
