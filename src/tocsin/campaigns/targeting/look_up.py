"""Looks up the divisions of a postal code at a provider: the one door to all of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from tocsin.campaigns.models import Provider
from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp
from tocsin.campaigns.targeting.boundaries import look_up_in_boundaries
from tocsin.campaigns.targeting.represent import look_up_at_represent, recall_from_represent
from tocsin.campaigns.targeting.table import look_up_in_table

logger = logging.getLogger(__name__)

PROVIDERS: Mapping[str, Callable[[str], LookUp]] = {
    Provider.TABLE: look_up_in_table,
    Provider.REPRESENT: look_up_at_represent,
    Provider.BOUNDARIES: look_up_in_boundaries,
}

# Those that ask others, without asking.
FROM_MEMORY: Mapping[str, Callable[[str], LookUp]] = {Provider.REPRESENT: recall_from_represent}


def look_up(provider: str, postal_code: str, *, asking: bool = True) -> LookUp:
    """The divisions of a postal code, as written by lib/postalcode. Never raises: who cannot say is unavailable.

    May ask the network, so it is never called while an action is being accepted, nor inside a transaction; without
    `asking` it only says what was answered before.
    """
    ask = (None if asking else FROM_MEMORY.get(provider)) or PROVIDERS.get(provider)
    if ask is None:
        return UNAVAILABLE
    try:
        return ask(postal_code)
    except Exception as error:
        # Whatever it was, the action waits and is looked up again. The postal code is a person's and is not logged.
        logger.warning("The look-up at %s failed: %s", provider, type(error).__name__)
        return UNAVAILABLE
