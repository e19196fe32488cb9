"""The public line on letters that a server took, where a campaign wants it said."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.campaigns.models import Campaign, Tally, Targeting
from tocsin.campaigns.words import EditionWords


@dataclass(frozen=True, slots=True)
class LettersTaken:
    """How many letters; `target` is named where all of them went to one."""

    letters: int
    target: str


def letters_taken(campaign: Campaign, words: EditionWords) -> LettersTaken | None:
    """As of the worker's last look, from the tally; None where it is not to be said, or nothing was taken yet."""
    if not campaign.show_taken:
        return None
    letters = Tally.objects.filter(campaign=campaign).values_list("letters_taken", flat=True).first()
    if not letters:
        return None
    targets = words["targets"] if campaign.targeting == Targeting.FIXED else []
    return LettersTaken(letters, targets[0]["name"] if len(targets) == 1 else "")
