"""Where a supporter came from: utm values and source codes, read from the address of the page they acted on.

No cookie and no script is needed: a browser sends the page's whole address along with a form of the same site.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from django.http import HttpRequest, QueryDict

from tocsin.lib.plaintext import CONTROLS, one_line

KEPT = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "source", "appeal")
FIELD = "came_from"
LONGEST = 100


def source_of(request: HttpRequest) -> dict[str, str]:
    """The known values, each at most 100 characters, first one first."""
    found: dict[str, str] = {}
    for key, value in parse_qsl(came_from(request), max_num_fields=None):
        if key in KEPT and key not in found:
            found[key] = one_line(CONTROLS.sub("", value))[:LONGEST]
    return found


def came_from(request: HttpRequest) -> str:
    """The query of the page acted on; a form shown a second time carries it in a field of its own."""
    posted: QueryDict = request.POST
    if carried := str(posted.get(FIELD, "")):
        return carried[:1000]
    try:
        return urlsplit(request.META.get("HTTP_REFERER", "")).query[:1000]
    except ValueError:
        return ""
