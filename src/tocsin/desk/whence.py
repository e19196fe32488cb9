"""Remembers which request of the desk is being answered, so that whatever is noted meanwhile can say where from."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tocsin.lib.readeraddress import reader_address

DESK = "/desk/"
_now: ContextVar[HttpRequest | None] = ContextVar("the request of the desk", default=None)


class Whence:
    """Middleware. The public's requests pass it by: nothing of theirs is remembered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(DESK):
            return self.get_response(request)
        token = _now.set(request)
        try:
            return self.get_response(request)
        finally:
            _now.reset(token)


def address_of(request: HttpRequest) -> str:
    return reader_address(request.META, settings.TOCSIN_TRUSTED_PROXIES)


def request_now() -> HttpRequest | None:
    """The request of the desk that is being answered; None where nobody asked, as in the worker."""
    return _now.get()


def address_now() -> str:
    """The address that it came from, or empty."""
    request = request_now()
    return address_of(request) if request else ""
