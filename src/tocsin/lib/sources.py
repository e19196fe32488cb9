"""Where somebody came from, as one short name: a source code, a utm value, or the host of the page before. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from tocsin.lib.plaintext import CONTROLS, one_line

# What an address may say of where somebody came from; nothing else of it is kept.
SOURCE_KEYS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "source", "appeal")
# What says most about a source, first.
NAMED_BY = ("source", "utm_source", "appeal")
LONGEST = 100
# All sources beyond those that are told apart.
OTHER = "*"
# A site that led here is told from a word that somebody put into a link.
SITE = "//"


def source_of(query: str) -> dict[str, str]:
    """The utm values and source codes in a query, each at most 100 characters, the first of each."""
    if not query:
        return {}
    found: dict[str, str] = {}
    for key, value in parse_qsl(query):
        if key in SOURCE_KEYS and key not in found:
            found[key] = one_line(CONTROLS.sub("", value))[:LONGEST]
    return found


def with_source_of(query: str, path: str) -> str:
    """The address that a reader is sent on to, with what the query of the one they asked for says of where they came
    from, and nothing else of it: it may hold what somebody typed."""
    source = source_of(query)
    return f"{path}?{urlencode(source)}" if source else path


def source_name(source: Mapping[str, str]) -> str:
    """The one name of what an action or an address carries; empty where it carries none. An e-mail address, which some
    programs put there, is none."""
    named = (str(source.get(name, "")).strip().lower() for name in NAMED_BY)
    return next((value for value in named if value and "@" not in value), "")[:LONGEST]


def site_name(referrer: str, own_host: str) -> str:
    """The site that a reader came from, like “//example.org”; empty for our own, and for what is no address."""
    try:
        host = urlsplit(referrer).hostname or ""
    except ValueError:
        return ""
    if not host or host == own_host.partition(":")[0]:
        return ""
    return (SITE + host.removeprefix("www."))[:LONGEST]


def kept_apart[K](wanted: Mapping[K, int], known: set[K], most: int) -> set[K]:
    """Which names get a sum of their own: those that have one, then the most frequent while there is room."""
    room = max(0, most - len(known))
    new = sorted((name for name in wanted if name not in known), key=lambda name: (-wanted[name], str(name)))
    return {*known, *new[:room]}
