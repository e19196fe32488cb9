"""The small cache for readers does what an answer allows, and no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from tocsin.lib.microcache import Microcache

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

CACHEABLE = "public, max-age=5, stale-while-revalidate=10, stale-if-error=60"


class Site:
    """An application that counts how often it was asked."""

    def __init__(self, control: str = CACHEABLE, status: str = "200 OK", **headers: str) -> None:
        self.asked = 0
        self.control, self.status, self.headers = control, status, headers
        self.error: Exception | None = None
        self.wait = threading.Event()
        self.wait.set()

    def __call__(self, _environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        self.asked += 1
        self.wait.wait(5)
        if self.error:
            raise self.error
        named = [(name.replace("_", "-"), value) for name, value in self.headers.items()]
        start_response(self.status, [("Cache-Control", self.control), *named])
        return [f"{self.asked}".encode()]


def get(
    cache: Microcache, path: str = "/en/", query: str = "", method: str = "GET", **environ: str
) -> tuple[str, bytes]:
    said: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
        said.append(status)

    asked = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "h"} | environ
    body = b"".join(cache(asked, start_response))
    return said[0], body


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_it_works() -> None:
    site = Site()
    cache = Microcache(site)
    assert get(cache) == get(cache) == ("200 OK", b"1")
    assert site.asked == 1


def test_an_old_answer_is_made_again(clock: list[float]) -> None:
    cache = Microcache(Site())
    get(cache)
    clock[0] += 6
    assert get(cache)[1] == b"2"


@pytest.mark.parametrize("control", ["no-store", "private, max-age=5", "max-age=5", "public", ""])
def test_what_may_not_be_kept_is_not(control: str) -> None:
    site = Site(control)
    cache = Microcache(site)
    get(cache)
    get(cache)
    assert site.asked == 2


@pytest.mark.parametrize("headers", [{"Set_Cookie": "a=b"}, {"Vary": "Cookie"}, {"Vary": "Accept-Language"}])
def test_what_differs_between_readers_is_not_kept(headers: dict[str, str]) -> None:
    site = Site(**headers)
    cache = Microcache(site)
    get(cache)
    get(cache)
    assert site.asked == 2


def test_errors_are_not_kept() -> None:
    site = Site(status="404 Not Found")
    cache = Microcache(site)
    get(cache)
    get(cache)
    assert site.asked == 2


def test_staff_pass_by() -> None:
    site = Site()
    cache = Microcache(site)
    get(cache)
    assert get(cache, HTTP_COOKIE="sessionid=x")[1] == b"2"


def test_posts_pass_by() -> None:
    site = Site()
    cache = Microcache(site)
    get(cache)
    assert get(cache, method="POST")[1] == b"2"


def test_hosts_and_paths_are_kept_apart() -> None:
    cache = Microcache(Site())
    assert [get(cache)[1], get(cache, path="/fr/")[1], get(cache, HTTP_HOST="other")[1]] == [b"1", b"2", b"3"]


def test_queries_are_kept_apart() -> None:
    cache = Microcache(Site())
    assert [get(cache, query="a=1")[1], get(cache, query="a=2")[1], get(cache)[1]] == [b"1", b"2", b"3"]


def test_unless_the_page_is_the_same_whatever_the_query() -> None:
    cache = Microcache(Site(No_Vary_Search="params"))
    assert [get(cache, query="utm_source=a")[1], get(cache, query="utm_source=b")[1], get(cache)[1]] == [b"1"] * 3


def test_head_has_no_body() -> None:
    cache = Microcache(Site())
    get(cache)
    assert get(cache, method="HEAD") == ("200 OK", b"")


def test_while_one_reader_has_it_made_again_the_others_get_the_old_one(clock: list[float]) -> None:
    site = Site()
    cache = Microcache(site)
    get(cache)
    clock[0] += 6
    site.wait.clear()
    first: list[bytes] = []
    thread = threading.Thread(target=lambda: first.append(get(cache)[1]))
    thread.start()
    while site.asked < 2:
        threading.Event().wait(0.001)
    assert get(cache)[1] == b"1"
    site.wait.set()
    thread.join(5)
    assert first == [b"2"]
    assert get(cache)[1] == b"2"


def test_when_none_can_be_made_the_old_one_is_shown_for_its_time(clock: list[float]) -> None:
    site = Site()
    cache = Microcache(site)
    get(cache)
    site.error = OSError()
    clock[0] += 30
    assert get(cache)[1] == b"1"
    clock[0] += 60
    with pytest.raises(OSError):  # noqa: PT011
        get(cache)


def test_a_failing_page_does_not_replace_a_good_one(clock: list[float]) -> None:
    site = Site()
    cache = Microcache(site)
    get(cache)
    site.status = "503 Service Unavailable"
    clock[0] += 30
    assert get(cache) == ("200 OK", b"1")


def test_it_never_grows_without_end() -> None:
    cache = Microcache(Site())
    for n in range(600):
        get(cache, path=f"/{n}/")
    assert cache.size == 512


def test_a_page_in_two_wordings_is_kept_in_both(clock: list[float]) -> None:
    """Each reader gets one by chance; the application makes each once."""
    made: list[int | None] = []

    def site(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        made.append(environ.get("tocsin.wording"))
        start_response("200 OK", [("Cache-Control", CACHEABLE), *two])
        return [str(environ.get("tocsin.wording")).encode()]

    two = [("Wordings", "2")]
    cache = Microcache(site)
    assert {get(cache)[1] for _reader in range(60)} == {b"None", b"0", b"1"}  # the first did not know yet
    assert sorted(made[1:], key=str) == [0, 1]
    two.clear()
    clock[0] += 60
    assert len({get(cache)[1] for _reader in range(60)}) <= 2
    assert get(cache)[1] in {b"0", b"1", b"None"}
    clock[0] += 60
    get(cache)
    assert get(cache)[1] == b"None"


def test_what_was_taken_down_does_not_come_back_when_the_application_fails(clock: list[float]) -> None:
    site = Site()
    cache = Microcache(site)
    get(cache)
    clock[0] += 20
    site.status, site.control = "404 Not Found", "no-store"
    assert get(cache)[0].startswith("404")
    site.status = "500 Internal Server Error"
    clock[0] += 20
    assert get(cache)[0].startswith("500")
