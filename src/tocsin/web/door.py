"""The short way in: an act does not pass the rooms of staff (sessions, logins, messages) that it has no use for."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

LARGEST_BODY = 128 * 1024


class ShortWay:
    """Middleware, outermost: answers everything below /act/ itself and lets the rest pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/act/"):
            return self._get_response(request)
        request.get_host()  # refuses a foreign Host header, as CommonMiddleware would
        try:
            found = resolve(request.path_info)
        except Resolver404:
            raise Http404 from None  # or it would be looked for in every language first
        response: HttpResponse = found.func(request, *found.args, **found.kwargs)
        return response


def too_large(request: HttpRequest) -> bool:
    """Whether the body is larger than any form of ours. A missing length counts as none: nothing is read then."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY
    except ValueError:
        return True


def comes_from_us(request: HttpRequest) -> bool | None:
    """Was this form on a page of ours? Yes, no, or None where the browser does not say.

    Cookie-free, so no CSRF token: the browser's own Sec-Fetch-Site, or else Origin, tells (requirements §3.1, B59).
    """
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None:
        return None
    base = settings.TOCSIN_BASE_URL
    return origin.partition("://")[2] in {request.get_host(), base.netloc}
