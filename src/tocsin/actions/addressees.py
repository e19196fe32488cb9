"""Who gets one action's letter, and how they are named and greeted in it.

Three ways lead here: the targets that the signed edition names, those that an answer leads to, and whoever represents
a division. The edition's names and greetings are kept for the first; the others are said in its language today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.campaigns.models import Edition, Target
from tocsin.campaigns.targeting.answers import Place
from tocsin.campaigns.targeting.filling import representative_or_new
from tocsin.campaigns.targeting.who import current, representatives, targets_by_answer
from tocsin.campaigns.words import EditionWords, TargetSaid


class TargetIsGone(Exception):
    """A target that the edition names is no longer there, so its letter has no address."""


class NoTarget(Exception):
    """Nobody in the list belongs to this person's answer: staff must see it, or a letter would vanish."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """One target with the words that its letter uses of it. `match` is the answer that led to it, or empty."""

    target: Target
    name: str
    greeting: str
    office: str = ""
    closing: str = ""
    match: str = ""

    @classmethod
    def today(cls, target: Target, language: str, match: str = "") -> Addressee:
        """As the target is addressed now."""
        words = target.words(language)
        return cls(target, str(words) or target.name, words.greeting, words.office, words.closing, match)


def named(words: EditionWords, targets: Mapping[int, Target]) -> list[Addressee]:
    """The targets that the edition names; whoever follows one that is no longer in office. Raises TargetIsGone."""
    return [_named(said, targets.get(said["id"]), words["language"]) for said in words["targets"]]


def _named(said: TargetSaid, target: Target | None, language: str) -> Addressee:
    if target is None:
        raise TargetIsGone(f"target {said['id']}")
    now = current(target)
    if now.pk != target.pk:
        return Addressee.today(now, language)
    words = target.words(language)
    return Addressee(target, said["name"], said["greeting"], words.office, words.closing)


def addressee_for(words: EditionWords, target: Target) -> Addressee:
    """One target as a letter of this edition addresses it: as the edition says, or as it is addressed today."""
    said = next((one for one in words["targets"] if one["id"] == target.pk), None)
    return _named(said, target, words["language"]) if said else Addressee.today(target, words["language"])


def by_answer(edition: Edition, act: Mapping[str, Any]) -> list[Addressee]:
    """Everybody in the edition's list whom this person's answer leads to. Raises NoTarget where that is nobody."""
    targeting = edition.words["targeting"]
    answer = str(act.get(targeting["field"], ""))
    found = targets_by_answer(targeting["target_list"], answer)
    if not found:
        raise NoTarget(answer)
    return [Addressee.today(target, edition.language, answer) for target in found]


def representing(edition: Edition, division: str, name: str = "") -> list[Addressee]:
    """Whoever in the edition's list represents a division: one, or nobody yet."""
    target = representatives(edition.words["targeting"]["target_list"], division, name)
    return [Addressee.today(target, edition.language)] if target else []


def representing_or_new(edition: Edition, place: Place, postal_code: str) -> list[Addressee]:
    """The same; or whoever the look-up knows, whom the list did not have. May ask the network."""
    asked = edition.words["targeting"]
    target = representative_or_new(
        asked["target_list"], place.division, place.name, provider=asked["provider"], postal_code=postal_code
    )
    return [Addressee.today(target, edition.language)] if target else []


def addressees_of(edition: Edition, act: Mapping[str, Any], division: str) -> list[Addressee]:
    """Whom an act's letters are for, by whichever of the three ways its edition says."""
    targeting = edition.words.get("targeting")
    if targeting is None:
        rows = Target.objects.select_related("successor").prefetch_related("in_words")
        return named(edition.words, rows.in_bulk([said["id"] for said in edition.words["targets"]]))
    return by_answer(edition, act) if targeting["by"] == "answer" else representing(edition, division)
