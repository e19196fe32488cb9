"""Leaving: the key in every mail to many, what a press of its button stops, and the way back. At once, and for ever.

The key goes by mail to the supporter: whoever has it reads their mail. It knows the edition, and so campaign and
language, and the digest of the address; nobody can make or read one. It never runs out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from tocsin.actions.telling import tell_of_consents
from tocsin.actions.updates.copies import still_here
from tocsin.actions.updates.models import UpdateCopy
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Edition
from tocsin.lib.vault import vault
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.controls import Copies, cancel
from tocsin.outbox.models import Message, Suppression
from tocsin.outbox.suppress import allow_again, suppress
from tocsin.supporters.current import EVERYTHING, about_campaign
from tocsin.supporters.leaving import come_back, leave
from tocsin.supporters.models import Consent, Supporter

_KEY = struct.Struct(">Q32s")
PURPOSE = "unsubscribe"
NEWS, CAMPAIGN = Suppression.Scope.NEWS, Suppression.Scope.CAMPAIGN


class Choice(StrEnum):
    """What somebody may press."""

    CAMPAIGN = "campaign"
    EVERYTHING = "everything"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who holds the key, and which edition the mail was about."""

    edition: Edition
    digest: bytes

    @property
    def campaign_ref(self) -> int:
        return self.edition.campaign_id

    @property
    def left_everything(self) -> bool:
        return self._rows(NEWS).exists()

    @property
    def left_the_campaign(self) -> bool:
        return self._rows(CAMPAIGN, campaign_ref=self.campaign_ref).exists()

    def _rows(self, scope: Suppression.Scope, campaign_ref: int = 0) -> QuerySet[Suppression]:
        return Suppression.objects.filter(digest=self.digest, scope=scope, campaign_ref=campaign_ref)


def unsubscribe_url(edition_id: int | None, digest: bytes) -> str:
    """The mail of a draft has an edition that nobody stored: its link leads nowhere."""
    key = vault().token(PURPOSE, _KEY.pack(edition_id or 0, digest))
    return f"{settings.TOCSIN_BASE_URL.geturl().rstrip('/')}/unsubscribe/{key}/"


def read_unsubscribe_key(key: str) -> Leaver | None:
    """Whose key it is, or None where it is none."""
    content = vault().read_token(PURPOSE, key)
    if content is None or len(content) != _KEY.size:
        return None
    edition_id, digest = _KEY.unpack(content)
    try:
        return Leaver(frozen(edition_id), digest)
    except Edition.DoesNotExist:
        return None


@transaction.atomic
def choose(leaver: Leaver, choice: Choice) -> None:
    """Does what was pressed, and keeps a row of it. Pressing twice is pressing once; what waits is stopped as well."""
    if choice is Choice.BACK:
        _come_back(leaver)
        return
    if choice is Choice.EVERYTHING:
        leave_everything(leaver.digest, Consent.Method.MAIL, language=leaver.edition.language)
        return
    suppress(leaver.digest, CAMPAIGN, Suppression.Reason.UNSUBSCRIBED, campaign_ref=leaver.campaign_ref)
    for supporter in _supporter(leaver.digest):
        purpose, language = about_campaign(leaver.campaign_ref), leaver.edition.language
        left = leave(supporter, purpose, Consent.Method.MAIL, language=language)
        tell_of_consents(EventKind.CONSENT_WITHDRAWN, [left])
        cancel(Copies(_waiting(supporter, leaver.campaign_ref)))


@transaction.atomic
def leave_everything(digest: bytes, method: Consent.Method, *, language: str = "") -> None:
    """Nothing but what their own actions bring is sent to them from now on, however they told us."""
    suppress(digest, NEWS, Suppression.Reason.UNSUBSCRIBED)
    for supporter in _supporter(digest):
        left = leave(supporter, EVERYTHING, method, language=language)
        tell_of_consents(EventKind.CONSENT_WITHDRAWN, [left])
        cancel(Copies(_waiting(supporter, None)))


def _come_back(leaver: Leaver) -> None:
    """The way back from what this key left: a mistake is put right by whoever made it."""
    left = {EVERYTHING: leaver.left_everything, about_campaign(leaver.campaign_ref): leaver.left_the_campaign}
    allow_again(leaver.digest, NEWS)
    allow_again(leaver.digest, CAMPAIGN, campaign_ref=leaver.campaign_ref)
    for supporter in _supporter(leaver.digest):
        for purpose in (purpose for purpose, was_left in left.items() if was_left):
            back = come_back(supporter, purpose, Consent.Method.MAIL, language=leaver.edition.language)
            tell_of_consents(EventKind.CONSENT_GIVEN, [back])


def _supporter(digest: bytes) -> Iterator[int]:
    """None where the person was erased meanwhile: then nothing is sent, and there is nobody to note it of."""
    yield from Supporter.objects.filter(email_digest=digest).values_list("pk", flat=True)


def _waiting(supporter: int, campaign_ref: int | None) -> QuerySet[Message]:
    """Their copies that wait."""
    copies = UpdateCopy.objects.filter(supporter=supporter)
    if campaign_ref is not None:
        copies = copies.filter(update_sent__campaign=campaign_ref)
    return still_here(copies)
