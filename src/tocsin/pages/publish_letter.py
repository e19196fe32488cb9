"""Publishing, the letter's part: its words, who gets it where that depends on who writes, and how it may travel.

What a page does not use is left out, so that the words of older editions, and with them their hashes, stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tocsin.campaigns.models import Campaign, Kind, Targeting
from tocsin.campaigns.words import EditionWords, FieldKind, LetterMode, LetterWords, TargetingWords, VariantWords
from tocsin.lib.plaintext import many_lines, one_line
from tocsin.pages import defaults

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage


def letter_words(page: ActionPage) -> LetterWords:
    """The letter as it stands on the page; what its way of writing has no use for is empty."""
    blank, locked = page.letter_mode == "blank", page.letter_mode == "locked"
    words: LetterWords = {
        "mode": cast("LetterMode", page.letter_mode),
        "subject": page.letter_subject.strip(),
        "text": "" if blank else many_lines(page.letter_text),
        "closing": many_lines(page.letter_closing),
        "talking_points": [str(point.value) for point in page.talking_points] if blank else [],
    }
    if header := many_lines(page.letter_header):
        words["header"] = header
    if openings := _texts(page.openings) if not blank else []:
        words["openings"] = openings
    if subjects := [one_line(text) for text in _texts(page.subjects)]:
        words["subjects"] = subjects
    if prompts := [one_line(text) for text in _texts(page.prompts)] if not locked else []:
        words["prompts"] = prompts
    if variants := [_variant(variant.value) for variant in page.variants]:
        words["variants"] = variants
    return words


def _texts(stream: object) -> list[str]:
    return [text for block in stream if (text := many_lines(str(block.value)))]  # type: ignore[attr-defined]


def _variant(value: dict[str, str]) -> VariantWords:
    return {
        "rule": {
            "attribute": value["attribute"],  # type: ignore[typeddict-item]  # the choices of VariantBlock are these
            "values": values_of(value),
            "negated": value["negated"] == "is_not",
        },
        "header": many_lines(value["header"]),
        "closing": many_lines(value["closing"]),
        "text": many_lines(value["text"]),
        "excluded": many_lines(value["excluded"]),
    }


def values_of(variant: dict[str, str]) -> list[str]:
    """The values of a rule, one in each line of the edit screen."""
    return [value for line in (variant["values"] or "").splitlines() if (value := one_line(line))]


def depends_on_who_writes(campaign: Campaign) -> bool:
    return campaign.kind == Kind.LETTER and campaign.targeting != Targeting.FIXED


def add_ways_and_targeting(words: EditionWords, page: ActionPage, campaign: Campaign) -> None:
    """Keys that only some campaigns have."""
    offered = {"own_mail": campaign.offer_own_mail, "print": campaign.offer_print}
    if ways := [way for way, is_offered in offered.items() if is_offered]:
        words["ways"] = ways
    if depends_on_who_writes(campaign):
        words["targeting"] = _targeting(page, campaign)


def _targeting(page: ActionPage, campaign: Campaign) -> TargetingWords:
    by_postal_code = campaign.targeting == Targeting.POSTAL_CODE
    return {
        "by": "postal" if by_postal_code else "answer",
        "field": deciding_field(campaign),
        "target_list": campaign.target_list_id or 0,
        "provider": campaign.provider if by_postal_code else "",
        "said": page.targets_said.strip() or defaults.targets_said(campaign.targeting, campaign.matched_by),
    }


def deciding_field(campaign: Campaign) -> FieldKind:
    """The detail whose answer decides who gets the letter."""
    if campaign.targeting == Targeting.POSTAL_CODE:
        return "postal_code"
    return cast("FieldKind", campaign.matched_by)
