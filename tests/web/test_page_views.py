"""Page views: counted where pages are given out, of readers only, and nothing of any reader is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from tocsin.actions.cells import Cell
from tocsin.actions.models import HourOfViews
from tocsin.actions.page_views import MOST_SOURCES, add_views
from tocsin.campaigns.models import Campaign
from tocsin.lib.microcache import Microcache
from tocsin.lib.sources import OTHER
from tocsin.look.policy import WHOSE_PAGE
from tocsin.web import page_views
from tocsin.web.page_views import PageViews, is_a_program

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
READER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


class Site:
    """A page of campaign 7 in English behind the counter and the small cache."""

    def __init__(self, whose: str | None = "7 en", status: str = "200 OK", *, cached: bool = False) -> None:
        self.added = Counter[Cell]()
        self.headers = [("Cache-Control", "public, max-age=60"), ("No-Vary-Search", "params")]
        self.headers += [(WHOSE_PAGE, whose)] if whose else []
        self.status, self.rendered = status, 0
        self.counter = PageViews(Microcache(self._page) if cached else self._page, self.added.update)
        self.counter._thread = object()  # type: ignore[assignment]  # nothing is added but by hand

    def _page(self, _environ: Any, start_response: Any) -> Iterable[bytes]:
        self.rendered += 1
        start_response(self.status, list(self.headers))
        return [b"page"]

    def read(self, query: str = "", method: str = "GET", **headers: str) -> list[tuple[str, str]]:
        said: list[list[tuple[str, str]]] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": "/en/open/",
            "QUERY_STRING": query,
            "HTTP_HOST": "act.example.org",
            "HTTP_USER_AGENT": READER,
            **headers,
        }
        self.counter(environ, lambda _status, headers, _exc_info=None: said.append(headers))  # type: ignore[arg-type]
        return said[-1]

    def views(self) -> dict[str, int]:
        self.counter.add_what_was_seen()
        return {view.source: number for view, number in self.added.items()}


def test_it_works(noon: time_machine.Traveller) -> None:
    site = Site()
    site.read()
    site.read()
    site.counter.add_what_was_seen()
    assert site.added == {Cell(7, NOON, "en", ""): 2}


def test_what_is_read_from_the_small_cache_counts_too() -> None:
    site = Site(cached=True)
    headers = [site.read("utm_source=Mail"), site.read(), site.read()]
    assert site.rendered == 1
    assert site.views() == {"mail": 1, "": 2}
    assert all(WHOSE_PAGE not in dict(said) for said in headers)


@pytest.mark.parametrize(
    ("query", "referrer", "source"),
    [
        ("utm_source=Newsletter&utm_medium=mail", "", "newsletter"),
        ("source=code-1&utm_source=x", "https://other.example/", "code-1"),
        ("", "https://www.other.example/a?b=c", "//other.example"),
        ("", "https://act.example.org/en/", ""),
        ("", "not an address", ""),
        ("", "https://[", ""),
        ("utm_source=%F0%9F%94%94", "", "🔔"),
        ("utm_source=" + "x" * 500, "", "x" * 100),
    ],
)
def test_where_readers_came_from(query: str, referrer: str, source: str) -> None:
    site = Site()
    site.read(query, HTTP_REFERER=referrer)
    assert site.views() == {source: 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"HTTP_USER_AGENT": "curl/8.5"},
        {"HTTP_USER_AGENT": ""},
        {"HTTP_COOKIE": "sessionid=abc"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"method": "HEAD"},
    ],
)
def test_only_readers_are_counted(headers: dict[str, str]) -> None:
    site = Site()
    site.read(**headers)
    assert site.views() == {}


@pytest.mark.parametrize("site", [Site(None), Site(status="404 Not Found")], ids=["no page", "not found"])
def test_only_pages_are_counted(site: Site) -> None:
    site.read()
    assert site.views() == {}


@pytest.mark.parametrize(
    "reader",
    [
        READER,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1",
        "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) AppleWebKit/537.36 Chrome/124.0.0.0 Mobile Safari/537.36",
    ],
)
def test_browsers_are_no_programs(reader: str) -> None:
    assert not is_a_program(reader)


def test_what_the_database_does_not_take_is_added_next_time(caplog: pytest.LogCaptureFixture) -> None:
    site = Site()
    site.read()
    add = site.counter._add
    site.counter._add = lambda _seen: 1 / 0  # type: ignore[assignment]
    site.counter.add_what_was_seen()
    assert "page views wait: ZeroDivisionError" in caplog.text
    site.counter._add = add
    assert site.views() == {"": 1}


def test_invented_sources_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_views, "MOST_CELLS", 3)
    site = Site()
    for number in range(9):
        site.read(f"utm_source={number}")
    assert site.views() == {"0": 1, "1": 1, "2": 1, OTHER: 6}


def test_they_are_added_to_what_is_there(campaign_open: Campaign) -> None:
    pk = campaign_open.pk
    add_views({Cell(pk, NOON, "en", "mail"): 2, Cell(pk + 99, NOON, "en", ""): 5})
    add_views({Cell(pk, NOON, "en", "mail"): 3, Cell(pk, NOON, "fr", ""): 1})
    rows = HourOfViews.objects.order_by("language").values_list("language", "source", "views")
    assert list(rows) == [("en", "mail", 5), ("fr", "", 1)]


def test_invented_sources_fill_no_table(campaign_open: Campaign) -> None:
    add_views({Cell(campaign_open.pk, NOON, "en", f"s{number}"): 1 for number in range(MOST_SOURCES + 9)})
    assert HourOfViews.objects.count() == MOST_SOURCES + 1
    assert HourOfViews.objects.get(source=OTHER).views == 9
