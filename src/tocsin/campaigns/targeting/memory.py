"""What a provider answered for a postal code, kept: asked once for many people, and there when the provider is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tocsin.campaigns.models import LookUpMemory

FRESH = timedelta(days=30)
# A code that nobody knew may be new: it is asked for again the next day.
FRESH_NONE = timedelta(days=1)
USABLE = timedelta(days=180)


def recall(provider: str, postal_code: str) -> tuple[dict[str, Any] | None, bool]:
    """What was answered, and whether that is fresh enough not to ask again."""
    memory = LookUpMemory.objects.filter(provider=provider, postal_code=postal_code).first()
    if memory is None or not isinstance(memory.answer, dict):
        return None, False
    age = timezone.now() - memory.asked_at
    return (memory.answer if age < USABLE else None), age < (FRESH if memory.answer.get("places") else FRESH_NONE)


def remember(provider: str, postal_code: str, answer: dict[str, Any]) -> None:
    """Keeps the newest answer for each code."""
    LookUpMemory.objects.bulk_create(
        [LookUpMemory(provider=provider, postal_code=postal_code, answer=answer, asked_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["provider", "postal_code"],
        update_fields=["answer", "asked_at"],
    )


def forget_what_is_old() -> int:
    """Removes what is too old to be used; for the nightly work."""
    return LookUpMemory.objects.filter(asked_at__lt=timezone.now() - USABLE).delete()[0]
