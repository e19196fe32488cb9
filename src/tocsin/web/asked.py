"""What a request says of itself, before its body is read: how large, from where, for whom.

These read the WSGI environment, which Django's `request.META` is too, so both ways in judge alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

# A form with every field full, in letters that take twelve bytes each once they are encoded (four of UTF-8: %F0%90…),
# has some 380,000. A test reckons it from the limits of the fields.
LARGEST_BODY = 512 * 1024
CAME_FROM = "came_from"

type Environ = Mapping[str, Any]


def length_of_body(environ: Environ) -> int:
    """The length it announces; more than LARGEST_BODY if it is no number. Without one, 0: nothing is read then."""
    announced = str(environ.get("CONTENT_LENGTH") or 0)
    return int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 12 else LARGEST_BODY + 1


def comes_from_us(environ: Environ) -> bool | None:
    """Was this form on a page of ours? Yes, no, or None where the browser does not say.

    Cookie-free, so no CSRF token: the browser's own Sec-Fetch-Site, or else Origin, tells (requirements §3.1, B59).
    """
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = environ.get("HTTP_ORIGIN")
    if origin is None:
        return None
    return str(origin).partition("://")[2] in {environ.get("HTTP_HOST"), settings.TOCSIN_BASE_URL.netloc}


def came_from(environ: Environ, carried: str = "") -> str:
    """The query of the page acted on. A form shown a second time carries it in a field of its own.

    No cookie and no script is needed: a browser sends the page's whole address along with a form of the same site.
    """
    if carried:
        return carried[:1000]
    try:
        return urlsplit(str(environ.get("HTTP_REFERER", ""))).query[:1000]
    except ValueError:
        return ""
