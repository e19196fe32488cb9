"""What a reader sees when an address leads nowhere or something broke: a sentence, and a way on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from tocsin.look.policy import private, public


def _page(request: HttpRequest, status: int) -> HttpResponse:
    # What the request was found to be in (web/language.py, desk/language.py); one that came to nothing before has none.
    found: str | None = getattr(request, "LANGUAGE_CODE", None)
    with translation.override(found or translation.get_language_from_request(request, check_path=True)):
        html = render_to_string(f"web/{status}.html", {"language": translation.get_language()}, request=None)
    return private(public(HttpResponse(html, status=status)))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 404)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 400)


def failed(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)
