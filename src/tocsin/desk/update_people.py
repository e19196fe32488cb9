"""How many people an update reaches: counted when somebody looks, and remembered where that takes long."""

from __future__ import annotations

from hashlib import sha256

from tocsin.actions.models import Update
from tocsin.actions.updates.audience import InLanguage, in_languages, people_by_language
from tocsin.desk.remembered import remembered


def counted_audience(update: Update) -> list[InLanguage]:
    """By language, the largest first. A draft is looked at several times before it leaves, and so is the next."""
    asked = f"{update.campaign_id}:{update.audience}:{update.purpose}:{update.language}"
    key = f"audience:{sha256(asked.encode()).hexdigest()}"
    return in_languages(update, remembered(key, lambda: people_by_language(update)))
