"""Notes for other software what happened to actions, consents and editions, in the transaction in which it happens.

What leaves of it later is made in told.py. Of letters the outbox itself tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tocsin.campaigns.models import Edition
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.calls.tell import Happened, listening, tell
from tocsin.supporters.models import Consent


def tell_of_actions(steps: Sequence[tuple[int, int, int]], because: str = "") -> None:
    """That actions count, or do no longer: (action, campaign, what it adds to the tally). `because` names the decision,
    where one took them out or put them back: whoever was counted may be counted again."""
    kinds = {1: EventKind.ACTION_COUNTED, -1: EventKind.ACTION_INVALIDATED}
    told = {kinds[adds] for _action, _campaign, adds in steps if adds}
    if told and (endpoints := listening(*told)):
        tell([Happened(kinds[adds], pk, campaign, because) for pk, campaign, adds in steps if adds], endpoints)


def tell_of_answers(actions: Collection[int]) -> None:
    """That the people of these actions answered questions about consent."""
    if actions and (endpoints := listening(EventKind.CONSENT_GIVEN)):
        rows = Consent.objects.filter(action_ref__in=list(actions)).values_list("pk", "campaign_ref")
        tell(_of_consents(EventKind.CONSENT_GIVEN, rows), endpoints)


def tell_of_import(upload: int, supporters: Collection[int]) -> None:
    """That some people's consents came in with a file."""
    if supporters and (endpoints := listening(EventKind.CONSENT_GIVEN)):
        found = Consent.objects.filter(import_ref=upload, supporter__in=list(supporters))
        tell(_of_consents(EventKind.CONSENT_GIVEN, found.values_list("pk", "campaign_ref")), endpoints)


def tell_of_consents(kind: EventKind, consents: Iterable[Consent]) -> None:
    """That these were given, or withdrawn; also where their rows are about to go."""
    if endpoints := listening(kind):
        tell(_of_consents(kind, ((consent.pk, consent.campaign_ref) for consent in consents)), endpoints)


def tell_of_erasure(supporters: Collection[int], campaigns: Collection[int]) -> None:
    """That these people were forgotten, who had acted in these campaigns: once to each endpoint that may know of them.
    Whoever was told of them has to forget them, too."""
    kind = EventKind.SUPPORTER_ERASED
    if supporters and (endpoints := listening(kind)):
        tell([Happened(kind, pk, campaign) for pk in supporters for campaign in (None, *sorted(campaigns))], endpoints)


def tell_of_edition(edition: Edition) -> None:
    """That a page says new words."""
    if endpoints := listening(EventKind.EDITION_PUBLISHED):
        tell([Happened(EventKind.EDITION_PUBLISHED, edition.pk, edition.campaign_id)], endpoints)


def _of_consents(kind: EventKind, rows: Iterable[tuple[int, int | None]]) -> list[Happened]:
    return [Happened(kind, pk, campaign) for pk, campaign in rows]
