"""Who gets a person's letter, by their postal code: what the step before sending finds and shows.

It may ask the network, so it is never called while an action is being accepted (docs/decisions/0017).
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.actions.way_contract import LOOK_AGAIN
from tocsin.campaigns.models import Target
from tocsin.campaigns.targeting.answers import LookUp, Outcome, Place
from tocsin.campaigns.targeting.look_up import look_up
from tocsin.campaigns.targeting.who import representatives
from tocsin.campaigns.variants import attributes_of, variant_for
from tocsin.campaigns.words import EditionWords, TargetingWords, TargetSaid, VariantWords


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whoever represents a division, and the words that are meant for them. `said` is None where the seat is empty."""

    place: Place
    said: TargetSaid | None = None
    office: str = ""
    variant: VariantWords | None = None

    @property
    def excluded(self) -> str:
        """What the person reads in place of the form, where this target gets no letter."""
        return self.variant["excluded"] if self.variant else ""

    @property
    def value(self) -> str:
        """What the form sends for them. One that is excluded leads back to this step, which then says why."""
        return f"{LOOK_AGAIN if self.excluded else ''}{self.place.division}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for a postal code. `chosen` is the division that the person chose among several."""

    outcome: Outcome
    code: str
    recipients: tuple[Recipient, ...] = ()
    chosen: str = ""

    @property
    def recipient(self) -> Recipient | None:
        """The one who gets the letter, if that is settled."""
        if self.outcome is Outcome.FOUND:
            return self.recipients[0]
        return next((one for one in self.recipients if one.place.division == self.chosen), None)


def find_recipients(words: EditionWords, code: str, *, chosen: str = "", asking: bool = True) -> Finding:
    """Whom the provider and the campaign's list name for a postal code, as lib/postalcode writes it. Without `asking`,
    whom they are known to name."""
    found = look_up(provider_of(words), code, asking=asking)
    return recipients_in(words, found, code=code, chosen=chosen)


def recipients_in(words: EditionWords, found: LookUp, *, code: str = "", chosen: str = "") -> Finding:
    """Who represents the divisions that were found."""
    target_list = _targeting(words)["target_list"]
    recipients = tuple(_recipient(words, target_list, place) for place in found.places)
    return Finding(found.outcome, code, recipients, chosen.removeprefix(LOOK_AGAIN))


def provider_of(words: EditionWords) -> str:
    """Who knows in which division a postal code lies."""
    return _targeting(words)["provider"]


def _targeting(words: EditionWords) -> TargetingWords:
    targeting = words.get("targeting")
    if targeting is None:
        raise ValueError("Everybody writes to the same targets here.")
    return targeting


def _recipient(words: EditionWords, target_list: int, place: Place) -> Recipient:
    target, letter = representatives(target_list, place.division, place.name), words["letter"]
    if target is None or letter is None:
        return Recipient(place)
    said = said_of(target, words["language"])
    office = target.words(words["language"]).office
    return Recipient(place, said, office, variant_for(letter, attributes_of(target)))


def said_of(target: Target, language: str) -> TargetSaid:
    """A target as an edition would name it."""
    said = target.words(language)
    return {"id": target.pk, "name": str(said) or target.name, "address": said.address, "greeting": said.greeting}
