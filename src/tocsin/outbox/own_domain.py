"""Domains that belong to nobody: those kept for examples. No mail server takes a letter for them, or from them."""

from __future__ import annotations

NOBODYS = ("example", "example.org", "example.com", "example.net", "invalid", "test", "localhost")


def is_nobodys(domain: str) -> bool:
    domain = domain.lower().rstrip(".")
    return domain in NOBODYS or domain.endswith(tuple(f".{name}" for name in NOBODYS))
