"""robots.txt: search engines find the public pages, and nothing that is one person's own."""

from __future__ import annotations

from django.test import Client
from django.urls import get_resolver

from tocsin.web.robots import NOT_FOR_ROBOTS

FOR_EVERYBODY = {"", "robots.txt", "media"}


def test_it_works(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /desk/", "Disallow: /receipt/", "Disallow: /thanks/"} <= set(lines)
    assert "Set-Cookie" not in answer.headers


def test_every_room_is_either_for_everybody_or_not_for_robots() -> None:
    routes = {str(one.pattern).strip("^").partition("/")[0] for one in get_resolver().url_patterns}
    languages = {"en", "fr"}
    assert routes - languages - FOR_EVERYBODY - set(NOT_FOR_ROBOTS) == set()
