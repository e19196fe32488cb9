"""Where we may send something: public hosts by https, and what an operator allows besides (requirement B73)."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from tocsin.lib import outward
from tocsin.lib.outward import Allowed, NotAllowed, Place, Why, is_public, place_of, read_allowed

NOTHING = Allowed()
RESOLVER: dict[str, list[str]] = {
    "crm.example": ["93.184.215.14"],
    "both.example": ["2606:2800:21f::1", "93.184.215.14"],
    "inside.example": ["10.1.2.3"],
    "mixed.example": ["93.184.215.14", "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "keys.example": ["169.254.169.254"],
    "crm.lan": ["10.1.2.3"],
    "localhost": ["127.0.0.1", "::1"],
}


@pytest.fixture(autouse=True)
def resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up(host: str, port: int, **_: Any) -> list[Any]:
        try:
            addresses = [str(ip_address(host))]
        except ValueError:
            addresses = RESOLVER.get(host, [])
        if not addresses:
            raise socket.gaierror
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)


def refused(url: str, allowed: Allowed = NOTHING) -> Why:
    with pytest.raises(NotAllowed) as found:
        place_of(url, allowed)
    return found.value.why


def test_it_works() -> None:
    place = place_of("https://CRM.example./hooks?key=1", NOTHING)
    assert place == Place("https", "crm.example", 443, "93.184.215.14", "/hooks?key=1")
    assert place.authority == "crm.example"
    assert place_of("https://both.example:8443", NOTHING).address == "2606:2800:21f::1"
    assert place_of("https://both.example:8443", NOTHING).authority == "both.example:8443"


# fmt: off
INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "203.0.113.9", "::1", "::", "fe80::1", "fc00::1",
    "fd12::1", "ff02::1", "fec0::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "::7f00:1", "2002:7f00:1::", "2001::1",
    "0.0.0.0",  # noqa: S104
]
ODD = [
    "0x7f000001", "2130706433", "017700000001", "127.1", "0x7f.1", "127.0.0.0x1", "8.8.8", "0x08080808", "1",
    "crm..example", "-crm.example", "crm_.ex ample", "%31%32%37.0.0.1", "", "[::1", "[fe80::1%25eth0]", "é.example",
    "crm.example\\@127.0.0.1", "crm.example#@127.0.0.1", "127.0.0.1\n", "①②⑦.0.0.1",
]
# fmt: on


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_public(address: str) -> None:
    assert not is_public(ip_address(address))
    spelled = f"[{address}]" if ":" in address else address
    assert refused(f"https://{spelled}/") == Why.INSIDE


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_open_internet_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["inside.example", "mixed.example", "mapped.example", "keys.example", "localhost", "localhost."]
)
def test_a_name_that_leads_inside_is_refused(host: str) -> None:
    assert refused(f"https://{host}/") == Why.INSIDE


@pytest.mark.parametrize("host", ODD)
def test_odd_spellings_are_not_understood(host: str) -> None:
    assert refused(f"https://{host}/") == Why.UNREADABLE


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://crm.example/", Why.NOT_HTTPS),
        ("ftp://crm.example/", Why.NOT_HTTPS),
        ("file:///etc/passwd", Why.NOT_HTTPS),
        ("//crm.example/", Why.NOT_HTTPS),
        ("crm.example", Why.NOT_HTTPS),
        ("https://jane:secret@crm.example/", Why.WITH_PASSWORD),
        ("https://nobody-knows.example/", Why.UNKNOWN_NAME),
        ("https://crm.example:99999/", Why.UNREADABLE),
        ("https://crm.example/" + "a" * 500, Why.UNREADABLE),
    ],
)
def test_everything_else_is_refused_with_its_reason(url: str, why: Why) -> None:
    assert refused(url) == why


def test_what_an_operator_allows_is_reached_also_by_http() -> None:
    for words in (["crm.lan"], ["CRM.lan."], ["10.1.2.0/24"], ["10.1.2.3"]):
        assert place_of("http://crm.lan:8080/in", read_allowed(words)).address == "10.1.2.3", words
        assert place_of("https://crm.lan/in", read_allowed(words)).port == 443
        assert refused("https://localhost/", read_allowed(words)) == Why.INSIDE
        assert refused("http://crm.example/", read_allowed(words)) == Why.NOT_HTTPS


def test_a_network_allows_only_its_own_addresses() -> None:
    # One of its two addresses is on the open internet: https is fine there, and plain http is not.
    allowed = read_allowed(["127.0.0.0/8"])
    assert place_of("https://mixed.example/", allowed).address == "93.184.215.14"
    assert refused("http://mixed.example/", allowed) == Why.NOT_HTTPS
    assert refused("https://localhost/", allowed) == Why.INSIDE  # ::1 is in no network that was named
    assert place_of("http://mapped.example/", allowed).address == "127.0.0.1"


@pytest.mark.parametrize("word", ["a b", "http://crm.lan", "10.1.2.0/99", "crm..lan", ""])
def test_a_setting_that_is_none_says_so(word: str) -> None:
    with pytest.raises(ValueError, match="must be names of hosts"):
        read_allowed([word])


def test_the_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[Any]:
        asked.append(host)
        return [ip_address("8.8.8.8")]

    monkeypatch.setattr(outward, "resolve", resolve)
    assert place_of("https://crm.example/", NOTHING).address == "8.8.8.8"
    assert asked == ["crm.example"]
