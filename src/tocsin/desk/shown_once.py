"""A secret between the button that made it and the one screen that shows it: sealed in the session, and read once."""

from __future__ import annotations

import base64

from django.db.models import Model
from django.http import HttpRequest

from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault

KEPT = "desk_shown_once"


def keep_secret(request: HttpRequest, about: Model, secret: str) -> None:
    request.session[KEPT] = base64.b64encode(vault().seal(secret, _context(request, about))).decode()


def take_secret(request: HttpRequest, about: Model) -> str:
    """The secret that was just made for this row by this person, or nothing."""
    if KEPT not in request.session:
        return ""
    try:
        return str(vault().open(base64.b64decode(request.session.pop(KEPT)), _context(request, about)))
    except (CannotOpen, ValueError):
        return ""


def _context(request: HttpRequest, about: Model) -> bytes:
    return f"shown once:{about._meta.model_name}:{about.pk}:{request.user.pk}".encode()
