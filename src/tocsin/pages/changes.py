"""What a page says of its own changes: a sentence, and what was taken out and put in, word by word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from tocsin.campaigns.changed_words import public_notes
from tocsin.campaigns.models import Campaign
from tocsin.campaigns.parts import LABELS
from tocsin.lib.differing import Piece

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ShownPart:
    label: str | Promise
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class ShownChange:
    """`at` is in the campaign's own time zone; `acted_before` is how many had signed the earlier words."""

    at: datetime
    sentence: str
    acted_before: int
    parts: list[ShownPart]


def changes_shown(campaign: Campaign, language: str) -> list[ShownChange]:
    """The newest first. What they show was worked out when they were made public, so this is one query."""
    zone = ZoneInfo(campaign.time_zone)
    return [
        ShownChange(note.asked_at.astimezone(zone), note.sentence, note.acted_before, _parts(note.shown))
        for note in public_notes(campaign, language)[:MOST_SHOWN]
    ]


def _parts(shown: list[tuple[str, list[tuple[str, str]]]]) -> list[ShownPart]:
    return [
        ShownPart(LABELS.get(name, name), [Piece(kind, text) for kind, text in pieces])  # type: ignore[arg-type]
        for name, pieces in shown
    ]
