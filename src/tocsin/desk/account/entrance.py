"""The screens before the desk: the password, the second factor, a passkey alone."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.logout import logout
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tocsin.desk.account.second_factor import ways_of
from tocsin.desk.journal import note


class Refusing:
    """A form that is not accepted is answered as such, with everything still in it."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response


class SignIn(Refusing, LoginView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever lost the right to the desk while signed in would be sent round in a circle."""
        if request.user.is_authenticated and not request.user.has_perm("wagtailadmin.access_admin"):
            logout(request, show_message=False)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        elsewhere = settings.TOCSIN_OIDC_NAME if settings.TOCSIN_OIDC_URL.scheme else ""
        return {**super().get_context_data(**kwargs), "elsewhere": elsewhere, "next": self.get_next_url() or ""}


class AnswerSecondFactor(Refusing, AuthenticateView):
    def form_invalid(self, form: Any) -> HttpResponse:
        note(self.request, "second_factor_failed", self.stage.login.user)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "has": ways_of(self.stage.login.user)}
