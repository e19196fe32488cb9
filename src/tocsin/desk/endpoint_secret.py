"""A secret between the button that made it and the one screen that shows it: sealed in the session, and read once."""

from __future__ import annotations

import base64

from django.http import HttpRequest

from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.models import Endpoint

KEPT = "desk_endpoint_secret"


def keep_secret(request: HttpRequest, endpoint: Endpoint, secret: str) -> None:
    request.session[KEPT] = base64.b64encode(vault().seal(secret, _context(endpoint))).decode()


def take_secret(request: HttpRequest, endpoint: Endpoint) -> str:
    """The secret that was just made, or nothing."""
    if KEPT not in request.session:
        return ""
    try:
        return str(vault().open(base64.b64decode(request.session.pop(KEPT)), _context(endpoint)))
    except (CannotOpen, ValueError):
        return ""


def _context(endpoint: Endpoint) -> bytes:
    return f"shown once:{endpoint.pk}".encode()
