"""Asks who it is once more before something that cannot be taken back: an export, a script, a change of rights.

    @only(EXPORT_PEOPLE)
    @ask_again
    def export(request): …

    @method_decorator(ask_again, name="dispatch")
    class CreateView(…): …

Whoever signed in or confirmed it within the last quarter of an hour passes. Everybody else is led to a screen that asks
for a passkey, a code or the password, and then back. Fields that were posted are kept meanwhile, sealed; files are not.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from tocsin.desk.journal import note
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault

SECONDS = 15 * 60
MOST_KEPT = 200_000
INTERRUPTED = "desk_interrupted"


def confirmed_lately(request: HttpRequest) -> bool:
    """Whether this browser's person signed in, or confirmed who they are, a short while ago."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < SECONDS for record in records)


def ask_again[**P, R: HttpResponseBase](
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
    @wraps(view)
    def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        return view(request, *args, **kwargs) if confirmed_lately(request) else ask(request)

    return asked


def ask(request: HttpRequest) -> HttpResponse:
    """Leads to the screen that asks, and remembers what was interrupted."""
    note(request, "asked_again", request.user, path=request.path)  # type: ignore[arg-type]
    request.session[INTERRUPTED] = _interrupted(request)
    is_plain = request.method in {"GET", "HEAD"} and not _is_a_file(request.path)
    then = request.get_full_path() if is_plain else reverse("account_go_on")
    return HttpResponseRedirect(f"{reverse('account_again')}?{urlencode({'next': then})}")


def interrupted(request: HttpRequest) -> dict[str, Any]:
    """What `ask` remembered: `back`, the page before; `file`, a file to fetch; `kept`, {to, fields} of a form that was
    sent; `lost`, that it could not be kept."""
    found: dict[str, Any] = dict(request.session.get(INTERRUPTED, {}))
    return {**found, "kept": _opened(found.get("kept", ""), request)}


def safe_here(request: HttpRequest, url: str) -> str:
    """The address if it is one of ours, or else the desk's home."""
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if ours else reverse("wagtailadmin_home")


def _interrupted(request: HttpRequest) -> dict[str, Any]:
    back = safe_here(request, request.headers.get("Referer", ""))
    if request.method in {"GET", "HEAD"}:
        return {"back": back, "file": request.get_full_path()}
    kept = _sealed(request)
    return {"back": back, "kept": kept, "lost": not kept}


def _is_a_file(path: str) -> bool:
    """An address that a browser keeps as a file: led to it, it would stay on the screen that asked."""
    return "." in path.rpartition("/")[2]


def _sealed(request: HttpRequest) -> str:
    """Sealed, since it may be about people and sessions are in the database; nothing if it cannot be kept whole."""
    fields = [(name, text) for name, texts in request.POST.lists() for text in texts if name != "csrfmiddlewaretoken"]
    if request.FILES or sum(len(text) for _name, text in fields) > MOST_KEPT:
        return ""
    form = {"to": request.get_full_path(), "fields": fields, "at": time.time()}
    return base64.b64encode(vault().seal(form, _context(request))).decode()


def _opened(kept: str, request: HttpRequest) -> dict[str, Any] | None:
    try:
        form: dict[str, Any] = vault().open(base64.b64decode(kept), _context(request))
    except (CannotOpen, ValueError):
        return None
    return form if time.time() - form["at"] < SECONDS else None


def _context(request: HttpRequest) -> bytes:
    return f"interrupted:{request.user.pk}".encode()
