"""Answers that are no success: RFC 9457 problems, each with a sentence that says what is wrong and what to do."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from tocsin.actions.take import TryLater

log = logging.getLogger(__name__)


class Refused(Exception):
    """Nobody gets in like this. `errors` are {field, detail} each."""

    def __init__(self, status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors


def answer_problems(api: NinjaAPI) -> None:
    """Has every way in which a request can fail answered as a problem."""
    for kind, answer in ANSWERS.items():
        api.add_exception_handler(kind, answer)


def _refused(_request: HttpRequest, why: Any) -> HttpResponse:
    return _problem(why.status, why.detail, why.errors)


def _not_here(_request: HttpRequest, _why: Any) -> HttpResponse:
    return _problem(404, "There is no such thing here.")


def _too_large(_request: HttpRequest, _why: Any) -> HttpResponse:
    return _problem(413, "This is more than one request may bring. Send less at once.")


def nothing_here(request: HttpRequest) -> HttpResponse:
    """For addresses below the API's own that lead nowhere: a program reads no page."""
    return _not_here(request, None)


def as_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of ninja's, which answers a wrong method by itself, with a page."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        problem = _problem(405, "This address knows other methods. See “Allow”.")
        problem.headers["Allow"] = response.headers["Allow"]
        return problem

    return answered


def _of_http(_request: HttpRequest, why: Any) -> HttpResponse:
    return _problem(why.status_code, str(why))


def _unreadable(_request: HttpRequest, _why: Any) -> HttpResponse:
    return _problem(400, "This cannot be read. Send one JSON object, in UTF-8.")


def _away(_request: HttpRequest, _why: Any) -> HttpResponse:
    """The database is away or too busy."""
    return _later(TryLater().seconds)


def _invalid(_request: HttpRequest, why: Any) -> HttpResponse:
    """What is said of each part, without what was sent there."""
    said = [{"field": _place(error["loc"]), "detail": error["msg"]} for error in why.errors]
    return _problem(422, "Some of this cannot be read. See “errors”.", said)


def _place(loc: Sequence[object]) -> str:
    """As the program knows it: without where ninja keeps it, which is its own affair."""
    inside = loc[2:] if loc[0] == "body" else loc[-1:]
    return ".".join(str(part) for part in inside)


def _later(seconds: int) -> HttpResponse:
    response = _problem(503, "We cannot take this now, and nothing was stored. Ask again after “Retry-After” seconds.")
    response.headers["Retry-After"] = str(seconds)
    return response


def _unforeseen(request: HttpRequest, error: Any) -> HttpResponse:
    """By the name of its class alone, since a message may hold what a supporter wrote, and an address somebody's."""
    route = request.resolver_match.route if request.resolver_match else ""
    log.error("%s %s: %s", request.method, route, type(error).__name__)
    return _problem(500, "Something went wrong here. Nothing was changed; whoever runs the server finds it in the log.")


def _problem(status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> HttpResponse:
    said: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    said["detail"] = detail
    if errors:
        said["errors"] = list(errors)
    response = HttpResponse(json.dumps(said), status=status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "private, no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Tocsin"'
    return response


ANSWERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    Refused: _refused,
    Http404: _not_here,
    HttpError: _of_http,
    ValidationError: _invalid,
    RequestDataTooBig: _too_large,
    RecursionError: _unreadable,
    TryLater: _away,
    OperationalError: _away,
    InterfaceError: _away,
    Exception: _unforeseen,
}
