"""A supporter's letter as their receipt shows it: whom it is for, greeting, locked lines, their words, signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tocsin.actions.addressees import Addressee, NoTarget, TargetIsGone, addressee_for, addressees_of
from tocsin.actions.letters import Sheet, full_name, sheet_for, whereabouts
from tocsin.campaigns.models import Edition, Target
from tocsin.campaigns.words import EditionWords, TargetSaid


@dataclass(frozen=True, slots=True)
class SentLetter:
    """One act's letter. Where it went to several targets, it is what all of them got alike."""

    targets: list[TargetSaid]
    header: str
    body: str
    signature: list[str]


def sent_letter(edition: Edition, act: Mapping[str, Any], division: str, to: Sequence[Target] = ()) -> SentLetter:
    """`to` are the targets that letters were left for; without any, it is shown to whom it will go today."""
    words = edition.words
    addressees = [_addressee(words, act, one) for one in to] or _todays(edition, act, division)
    sheets = [sheet for one in addressees if (sheet := sheet_for(words, act, one)) is not None]
    signature = [_alike(sheets, words, act, "closing"), full_name(act), *whereabouts(act, edition.language)]
    return SentLetter(
        _shown(words, addressees),
        _alike(sheets, words, act, "header"),
        _alike(sheets, words, act, "body"),
        [line for line in signature if line],
    )


def _addressee(words: EditionWords, act: Mapping[str, Any], target: Target) -> Addressee:
    targeting = words.get("targeting")
    if targeting is None or targeting["by"] != "answer":
        return addressee_for(words, target)
    return replace(addressee_for(words, target), match=str(act.get(targeting["field"], "")))


def _todays(edition: Edition, act: Mapping[str, Any], division: str) -> list[Addressee]:
    try:
        return addressees_of(edition, act, division)
    except (NoTarget, TargetIsGone):
        return []


def _alike(sheets: list[Sheet], words: EditionWords, act: Mapping[str, Any], part: str) -> str:
    """What all have in common of this part; where they differ, what it is without any of them in mind."""
    found = {getattr(sheet, part) for sheet in sheets}
    if len(found) == 1:
        return str(found.pop())
    return str(getattr(sheet_for(words, act), part, ""))


def _shown(words: EditionWords, addressees: list[Addressee]) -> list[TargetSaid]:
    """Those that the edition names as it names them; whoever was found for this person, as they are addressed."""
    if "targeting" not in words:
        return words["targets"]
    return [
        {
            "id": one.target.pk,
            "name": one.name,
            "address": one.target.words(words["language"]).address,
            "greeting": one.greeting,
        }
        for one in addressees
    ]
