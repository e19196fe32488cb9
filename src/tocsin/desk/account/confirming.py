"""The screen that asks who it is once more, and the one that goes on with what was interrupted."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tocsin.desk.account.forms import CodeAgainForm, PasskeyAgainForm, PasswordAgainForm
from tocsin.desk.account.second_factor import ways_of
from tocsin.desk.again import confirmed_lately, interrupted, safe_here
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    then = safe_here(request, request.POST.get("next", request.GET.get("next", "")))
    if request.method != "POST":
        return _screen(request, then, _forms(request))
    if too_often := ratelimit.consume_or_429(request, action="reauthenticate", user=request.user):
        refused: HttpResponse = too_often
        return refused
    forms = _forms(request)
    if any(form.is_bound and form.is_valid() and _accept(request, form) for form in forms.values()):
        note(request, "confirmed_again", request.user)  # type: ignore[arg-type]
        return HttpResponseRedirect(then)
    note(request, "not_confirmed", request.user)  # type: ignore[arg-type]
    return _screen(request, then, forms, status=422)


@require_safe
def go_on(request: HttpRequest) -> HttpResponse:
    """A button that sends the form once more, as it was; or a link to the file."""
    if not confirmed_lately(request):
        return HttpResponseRedirect(f"{reverse('account_again')}?next={request.path}")
    frame = Frame(title=_("Go on"), icon="lock-open")
    return show(request, "desk/account/go_on.html", frame, **interrupted(request))


def _forms(request: HttpRequest) -> dict[str, Form]:
    """A form for each way that this person has; the one that was sent is filled in."""
    person: AbstractUser = request.user  # type: ignore[assignment]  # nobody else is behind Wagtail's door
    has = ways_of(person)
    forms: dict[str, Form] = {}
    if "webauthn" in has:
        forms["passkey"] = PasskeyAgainForm(_sent(request, "credential"), user=person)
    if has & {"totp", "recovery_codes"}:
        forms["code"] = CodeAgainForm(_sent(request, "code"), user=person)
    if person.has_usable_password():
        forms["password"] = PasswordAgainForm(_sent(request, "password"), user=person)
    return forms


def _sent(request: HttpRequest, name: str) -> Any:
    return request.POST if name in request.POST else None


def _accept(request: HttpRequest, form: Form) -> bool:
    if isinstance(form, PasswordAgainForm):
        reauthenticate_by_password(request)
    else:
        form.save()  # type: ignore[attr-defined]
    return True


def _screen(request: HttpRequest, then: str, forms: dict[str, Form], *, status: int = 200) -> HttpResponse:
    options = begin_authentication(request.user) if "passkey" in forms else None
    tied = settings.TOCSIN_OIDC_URL.scheme and SocialAccount.objects.filter(user=request.user).exists()
    return show(
        request,
        "desk/account/again.html",
        Frame(title=_("Confirm that it is you"), icon="lock"),
        status=status,
        forms=forms,
        options={"request_options": options},
        elsewhere=settings.TOCSIN_OIDC_NAME if tied else "",
        next=then,
        **{name: value for name, value in interrupted(request).items() if name in {"back", "lost"}},
    )
