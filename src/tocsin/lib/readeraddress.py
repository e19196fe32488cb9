"""Which address a request came from, when proxies of our own stand in front."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any


def reader_address(environ: Mapping[str, Any], proxies: int) -> str:
    """The reader's IP address, or empty where none is said.

    Each of `proxies` trusted proxies adds the address it was asked from at the end of X-Forwarded-For; what stands
    before those was written by the reader and is not believed.
    """
    said = [part.strip() for part in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    claimed = said[-proxies] if proxies and len(said) >= proxies else str(environ.get("REMOTE_ADDR", ""))
    try:
        return str(ipaddress.ip_address(claimed))
    except ValueError:
        return ""


def network_of(address: str) -> str:
    """What one household or office has: an IPv4 address as it is, of an IPv6 address the first 64 bits."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
