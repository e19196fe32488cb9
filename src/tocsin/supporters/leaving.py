"""Notes that somebody left a purpose, or came back to it, by a link of ours or by telling staff. A row each."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from tocsin.supporters.models import Consent


def leave(supporter_id: int, purpose: str, method: str, *, language: str = "", at: datetime | None = None) -> Consent:
    """From now on nothing is sent for this purpose; `EVERYTHING` ends all. Said twice it is kept twice, and means the
    same."""
    return _note(supporter_id, purpose, Consent.Control.LEFT, method, language, at)


def come_back(
    supporter_id: int, purpose: str, method: str, *, language: str = "", at: datetime | None = None
) -> Consent:
    """Only where the person used a link that was sent to them: that is what proves who they are."""
    return _note(supporter_id, purpose, Consent.Control.BACK, method, language, at)


def _note(  # noqa: PLR0913, PLR0917  (the row's own columns)
    supporter_id: int, purpose: str, control: Consent.Control, method: str, language: str, at: datetime | None
) -> Consent:
    return Consent.objects.create(
        supporter_id=supporter_id,
        purpose=purpose,
        control=control,
        yes=control == Consent.Control.BACK,
        method=method,
        language=language,
        given_at=at or timezone.now(),
    )
