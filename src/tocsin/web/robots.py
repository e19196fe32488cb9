"""What search engines may read: the public pages. Not the desk, and nothing that is one person's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tocsin.look.policy import cacheable, public

NOT_FOR_ROBOTS = (
    *("desk", "api", "documents", "hooks", "health"),
    *("act", "find", "own", "confirm", "choose", "thanks", "receipt", "onward", "for", "unsubscribe"),
)


def robots_txt(_request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: /{name}/" for name in NOT_FOR_ROBOTS), ""]
    return cacheable(public(HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")))
