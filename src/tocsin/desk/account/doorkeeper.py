"""Where a second factor is demanded: whoever has none reaches only the screens that set one up. At the desk only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from tocsin.desk.account.second_factor import must_set_one_up

DESK = "/desk/"
OPEN = {
    *("account_login", "account_logout", "account_inactive", "account_again", "account_go_on", "account_elsewhere"),
    *("openid_connect_callback", "mfa_login_webauthn", "mfa_authenticate", "mfa_index", "mfa_activate_totp"),
    *("mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_download_recovery_codes"),
    *("wagtailadmin_login", "wagtailadmin_logout", "wagtailadmin_sprite", "wagtailadmin_javascript_catalog"),
    *("wagtailadmin_password_reset", "wagtailadmin_password_reset_done", "wagtailadmin_password_reset_confirm"),
    "wagtailadmin_password_reset_complete",
}


class Doorkeeper:
    """Asks nothing about a request to any other part of the house: no session is read there, and no cookie set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponseBase], *_arguments: Any
    ) -> HttpResponseBase | None:
        if not request.path_info.startswith(DESK) or _is_open(request) or not must_set_one_up(request):
            return None
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            raise PermissionDenied
        return HttpResponseRedirect(reverse("mfa_index"))


def _is_open(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.url_name in OPEN
