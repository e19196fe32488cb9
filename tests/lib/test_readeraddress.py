"""Whose address is believed: our own proxies', and no word of the reader's."""

from __future__ import annotations

import pytest

from tocsin.lib.readeraddress import network_of, reader_address

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("", 0, "192.0.2.1"),
        ("203.0.113.9", 0, "192.0.2.1"),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9", 1, "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9", 2, "198.51.100.7"),
        ("203.0.113.9", 2, "192.0.2.1"),
        ("nobody", 1, ""),
        ("2001:DB8::1", 1, "2001:db8::1"),
    ],
)
def test_which_word_is_believed(forwarded: str, proxies: int, address: str) -> None:
    environ = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert reader_address(environ, proxies) == address


def test_a_household_is_one() -> None:
    assert network_of("2001:db8:0:1:2:3:4:5") == network_of("2001:db8:0:1::9") == "2001:db8:0:1::"
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("") == ""
