"""The straight way in for what nearly everybody sends: a whole form, from our own page, that can be accepted.

A WSGI wrapper around Django. It reads the form, hands it to `accept`, and answers with the same thank-you as the view.
Whatever is not simply accepted (an error to mend, somebody still to be found, a closed campaign, a foreign host, a
file, a database that is away) it leaves to Django and the view, with the body as it came. At a peak this halves what
an action costs the processor: see bench/RESULTS.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from tocsin.actions.accept import Accepted, accept, edition_named
from tocsin.actions.take import TryLater
from tocsin.lib.sources import source_of
from tocsin.web.act import MOST_FIELDS, thanked
from tocsin.web.asked import CAME_FROM, LARGEST_BODY, came_from, comes_from_us, length_of_body

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = re.compile(r"/act/(\d{1,10})/")


class Form(dict[str, list[str]]):
    """A posted form, as the contract reads it."""

    def getlist(self, key: str) -> list[str]:
        return self.get(key, [])


class StraightWay:
    """Wraps a WSGI application: answers what can simply be accepted, and passes on everything else."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found = ADDRESS.fullmatch(environ["PATH_INFO"])
        if found and _is_a_form_for_us(environ):
            body = environ["wsgi.input"].read(length_of_body(environ))
            accepted = _accepted(int(found[1]), body, environ)
            if accepted is not None:
                return _thank(accepted, environ, start_response)
            environ["wsgi.input"] = BytesIO(body)
        return self._application(environ, start_response)


def _is_a_form_for_us(environ: WSGIEnvironment) -> bool:
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE", "").partition(";")[0].strip() == "application/x-www-form-urlencoded"
        and 0 < length_of_body(environ) <= LARGEST_BODY
        and comes_from_us(environ) is not False
        and _is_our_host(environ.get("HTTP_HOST", ""))
    )


@lru_cache(maxsize=64)
def _is_our_host(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _accepted(edition_id: int, body: bytes, environ: WSGIEnvironment) -> Accepted | None:
    """What was accepted, or None if this is for the view to answer."""
    form = _read(body)
    if form is None:
        return None
    source = source_of(came_from(environ, "".join(form.getlist(CAME_FROM)[:1])))
    try:
        edition = edition_named(edition_id)
        if edition is None:
            return None
        result = accept(edition, form, source=source, from_us=comes_from_us(environ))
    except TryLater:
        return None
    return result if isinstance(result, Accepted) else None


def _read(body: bytes) -> Form | None:
    form = Form()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def _thank(accepted: Accepted, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    response = thanked(accepted, environ)
    start_response("303 See Other", list(response.items()))
    return [b""]
