"""Looks up the divisions of a postal code at a provider: the one door to all of them."""

from __future__ import annotations

from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp


def look_up(provider: str, postal_code: str) -> LookUp:
    """The divisions of a postal code, as written by lib/postalcode. Never raises: who cannot say is unavailable.

    May ask the network, so it is never called while an action is being accepted.
    """
    _ = provider, postal_code
    return UNAVAILABLE
