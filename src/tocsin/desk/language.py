"""Which language the desk answers in: the one that whoever is signed in chose, whatever their browser asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tocsin.desk.whence import DESK


class DeskLanguage:
    """Middleware. Wagtail speaks that language while a screen is made, but says what is not there, and what is not
    allowed, when it has stopped. The public's requests pass it by: no session is read there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(DESK) and (chosen := _chosen_by(request)):
            request.LANGUAGE_CODE = chosen
            translation.activate(chosen)  # the next request begins with its own; this one's answer is labelled with it
        return self.get_response(request)


def _chosen_by(request: HttpRequest) -> str:
    profile = getattr(request.user, "wagtail_userprofile", None)
    return profile.preferred_language if profile else ""
