"""Where a change of a campaign or its targets is told to whoever keeps its pages, without knowing them.

The desk changes a campaign and calls `changed`; the pages have registered themselves with `on_change`. The two are
neighbours that do not import each other, and this is the floor below both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tocsin.campaigns.models import Campaign

type Listener = Callable[[Campaign], object]

_listeners: list[Listener] = []


def on_change[L: Listener](listener: L) -> L:
    """Registers a function to be called with each campaign that changed; once, however often it is registered."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def changed(campaign: Campaign) -> None:
    """Says that a campaign, or one of its targets, is not as it was: its editions have to follow."""
    for listener in _listeners:
        listener(campaign)


def tell_of_targets(targets: Iterable[int]) -> None:
    """Campaigns that name one of these targets on their pages have to follow."""
    for campaign in Campaign.objects.filter(targets__in=list(targets)).distinct():
        changed(campaign)
