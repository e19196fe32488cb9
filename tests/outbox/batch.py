"""The worker's post, for tests that look at what becomes of one batch."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.outbox.claims import Claim
from tocsin.outbox.crew import Crew
from tocsin.outbox.deliver import Post, never


class OneBatch(Post):
    """The same in every step, but that it claims once: what is due then waits for the next call."""

    def _claimed_more(self, crew: Crew) -> list[Claim]:  # noqa: ARG002
        return []


def deliver_batch(most: int = 200, *, paused: frozenset[int] = frozenset(), stop: Callable[[], bool] = never) -> int:
    """Carries `most` of what is due, and returns when that is done; how many messages it took in hand."""
    return OneBatch(paused=lambda: paused, stop=stop, most=most)()
