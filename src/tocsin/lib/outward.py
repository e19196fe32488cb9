"""Where we may send something at an address that staff typed in: to public hosts by https, and nowhere inside.

Whoever may name an address could else have this server ask what only it can reach: itself, its neighbours, a cloud's
store of keys. So a name is resolved once, every address of it must be public, and the connection goes to exactly one
of those (`Place`): a name that answers otherwise a moment later leads nowhere else. An operator may allow hosts and
networks besides (`Allowed`), and there plain http too.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

# All that the world's routers carry of IPv6; of it, 6to4 wraps an address of IPv4 that may be anybody's.
GLOBAL_UNICAST = IPv6Network("2000::/3")
SIX_TO_FOUR = IPv6Network("2002::/16")
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
# What some resolvers take for an address of IPv4: 2130706433, 0x7f000001, 127.1.
ODD_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
PORTS = {"https": 443, "http": 80}
LONGEST = 500


class Why(StrEnum):
    """Why we do not go there."""

    UNREADABLE = "unreadable"
    NOT_HTTPS = "not_https"
    WITH_PASSWORD = "with_password"  # noqa: S105
    UNKNOWN_NAME = "unknown_name"
    INSIDE = "inside"


class NotAllowed(Exception):
    """Nothing is sent to this address; `why` says what is wrong with it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an operator allows besides: names of hosts, and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def has(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Place:
    """Where exactly a request goes: to this one address, in the name of this host."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def authority(self) -> str:
        """As the header “Host” says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_allowed(words: Sequence[str]) -> Allowed:
    """From a setting's words: crm.lan, 10.1.2.3, 10.1.2.0/24. ValueError with a sentence's end if one is none."""
    hosts, networks = set[str](), list[Network]()
    for word in words:
        try:
            networks.append(ip_network(word, strict=False))
        except ValueError:
            hosts.add(_named(word))
    return Allowed(frozenset(hosts), tuple(networks))


def _named(word: str) -> str:
    try:
        return _host_in(word)
    except ValueError:
        raise ValueError("must be names of hosts, addresses or networks, separated by commas.") from None


def place_of(url: str, allowed: Allowed) -> Place:
    """Resolves the name once, and picks an address of it. Raises NotAllowed. May wait for a resolver."""
    parts = _read(url)
    scheme, host = parts.scheme.lower(), _host_of(parts)
    port = parts.port or PORTS[scheme]
    addresses = [_unwrapped(address) for address in resolve(host, port)]
    if not addresses:
        raise NotAllowed(Why.UNKNOWN_NAME)
    by_operator = host in allowed.hosts or all(allowed.has(address) for address in addresses)
    if not by_operator and not all(is_public(address) or allowed.has(address) for address in addresses):
        raise NotAllowed(Why.INSIDE)
    if scheme != "https" and not by_operator:
        raise NotAllowed(Why.NOT_HTTPS)
    path = parts.path or "/"
    return Place(scheme, host, port, str(addresses[0]), f"{path}?{parts.query}" if parts.query else path)


def resolve(host: str, port: int) -> list[Address]:
    """Every address of a host, in the order in which they are to be tried; none where nobody knows the name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))


def is_public(address: Address) -> bool:
    """Whether it is an address of the open internet: not this machine, its network, a provider's or everybody's."""
    address = _unwrapped(address)
    if address.is_multicast or not address.is_global:
        return False
    return isinstance(address, IPv4Address) or (address in GLOBAL_UNICAST and address not in SIX_TO_FOUR)


def _unwrapped(address: Address) -> Address:
    """An address of IPv4 that stands in one of IPv6 is that of IPv4."""
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _read(url: str) -> SplitResult:
    if len(url) > LONGEST or not url.isascii() or re.search(r"[\x00-\x20\x7f\\#]", url):
        raise NotAllowed(Why.UNREADABLE)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise NotAllowed(Why.UNREADABLE) from None
    if parts.scheme.lower() not in PORTS:
        raise NotAllowed(Why.NOT_HTTPS)
    if "@" in parts.netloc:
        raise NotAllowed(Why.WITH_PASSWORD)
    return parts


def _host_of(parts: SplitResult) -> str:
    try:
        return _host_in(parts.hostname or "")
    except ValueError:
        raise NotAllowed(Why.UNREADABLE) from None


def _host_in(word: str) -> str:
    """A host's name or address in its one spelling. ValueError for any other."""
    word = word.lower().removesuffix(".")
    if ":" in word and "%" not in word:
        return str(IPv6Address(word))
    labels = word.split(".")
    if ODD_NUMBER.fullmatch(labels[-1]):
        return str(IPv4Address(word))
    if not _are_labels(labels):
        raise ValueError(word)
    return word


def _are_labels(labels: Iterable[str]) -> bool:
    return all(LABEL.fullmatch(label) for label in labels)
