"""The bare address: sends each reader on to the home page in their language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language_from_request

from tocsin.lib.sources import with_source_of
from tocsin.look.policy import public


def in_your_language(request: HttpRequest) -> HttpResponse:
    """302 to /en/ or /fr/, by what the browser asks for. Never cached: the next reader may ask for another."""
    response = HttpResponseRedirect(
        with_source_of(request.META.get("QUERY_STRING", ""), f"/{get_language_from_request(request)}/")
    )
    response.headers["Vary"] = "Accept-Language"
    return public(response)
