"""What keeps a letter from being published: fields that cannot be filled in, rules without values, texts out of place.

Said in sentences for the edit screen, as in pages/readiness.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign, Target, Targeting
from tocsin.lib.merging import NAMES, fields_in, unknown_fields_in
from tocsin.pages.publish_letter import deciding_field, depends_on_who_writes, values_of

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

type Sentence = str | Promise
type Reason = tuple[str, Sentence | ValidationError]


def about_the_letter(page: ActionPage, campaign: Campaign) -> Iterator[Reason]:
    """(field of the edit screen, sentence) for each thing still to do."""
    yield from _about_who_gets_it(page, campaign)
    yield from _about_fields(page, campaign)
    yield from _about_the_way_of_writing(page)
    yield from _about_variants(page, campaign)


# ── who gets it ─────────────────────────────────────────────────────────────────────────────────────────────────
def _about_who_gets_it(page: ActionPage, campaign: Campaign) -> Iterator[Reason]:
    if not depends_on_who_writes(campaign):
        if not campaign.targets.exists():
            yield "campaign", _("This campaign has nobody to write to. Give it a target first, under Campaigns.")
        return
    if campaign.target_list is None or not (campaign.list_fills_itself() or campaign.target_list.members.exists()):
        yield "campaign", _("This campaign has nobody to write to. Give it a list of targets first, under Campaigns.")
    if deciding_field(campaign) not in required_details(page):
        yield "details", _said_of_the_deciding_detail(campaign)


def _said_of_the_deciding_detail(campaign: Campaign) -> Sentence:
    if campaign.targeting == Targeting.POSTAL_CODE:
        return _("Who gets the letter is found by the postal code: ask for it, and let it be required.")
    return {
        "province": _("Who gets the letter depends on the province: ask for it, and let it be required."),
        "country": _("Who gets the letter depends on the country: ask for it, and let it be required."),
        "city": _("Who gets the letter depends on the city: ask for it, and let it be required."),
    }[campaign.matched_by]


def required_details(page: ActionPage) -> set[str]:
    """The details without which nobody can act here."""
    return {detail.value["kind"] for detail in page.details if detail.value["required"]}


# ── fields ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _about_fields(page: ActionPage, campaign: Campaign) -> Iterator[Reason]:
    empty = _may_be_empty(page, campaign)
    for field, texts in _locked_texts(page).items():
        yield from _first((field, reason) for text in texts for reason in _wrong_fields(text, empty))
    for field, texts in _open_texts(page).items():
        if any(fields_in(text) for text in texts):
            yield (
                field,
                _("Fields in curly brackets work in the first lines and the closing only. Write it out here."),
            )


def _locked_texts(page: ActionPage) -> dict[str, list[str]]:
    """The texts in which fields are filled in, by the field of the edit screen."""
    variants = [part for variant in page.variants for part in (variant.value["header"], variant.value["closing"])]
    return {"letter_header": [page.letter_header], "letter_closing": [page.letter_closing], "variants": variants}


def _open_texts(page: ActionPage) -> dict[str, list[str]]:
    """The texts that people may change, or that are shown as they stand."""
    return {
        "letter_subject": [page.letter_subject],
        "letter_text": [page.letter_text] if page.letter_mode != "blank" else [],
        "openings": [str(block.value) for block in page.openings],
        "subjects": [str(block.value) for block in page.subjects],
        "prompts": [str(block.value) for block in page.prompts],
        "variants": [text for block in page.variants for text in (block.value["text"], block.value["excluded"])],
    }


def _wrong_fields(text: str, empty: dict[str, Sentence]) -> Iterator[ValidationError]:
    if unknown := unknown_fields_in(text):
        known = ", ".join(f"{{{name}}}" for name in NAMES)
        yield ValidationError(
            _("There is no field {%(unknown)s}. There are %(known)s."), params={"unknown": unknown[0], "known": known}
        )
    for name in fields_in(text):
        if name in empty:
            yield ValidationError(str(empty[name]), params={"field": f"{{{name}}}"})


def _may_be_empty(page: ActionPage, campaign: Campaign) -> dict[str, Sentence]:
    """The fields that would be empty in some letters, with what to do about it."""
    empty: dict[str, Sentence] = {}
    for name in {"city", "postal_code"} - required_details(page):
        empty[name] = _("%(field)s may be empty: let that detail be required, or take the field away.")
    if campaign.targeting != Targeting.POSTAL_CODE:
        empty["riding"] = _("%(field)s is known only where the letter goes by postal code. Take the field away.")
    if "{office}" in "".join(
        text for texts in _locked_texts(page).values() for text in texts
    ) and not _all_in_an_office(page, campaign):
        empty["office"] = _("%(field)s would be empty: not every target has an office in this language.")
    return empty


def _all_in_an_office(page: ActionPage, campaign: Campaign) -> bool:
    targets = Target.objects.filter(**_who(campaign)).prefetch_related("in_words")
    return all(target.words(page.locale.language_code).office for target in targets)


def _who(campaign: Campaign) -> dict[str, Any]:
    return {"lists": campaign.target_list_id} if depends_on_who_writes(campaign) else {"campaigns": campaign.pk}


def _first(reasons: Iterator[Reason]) -> Iterator[Reason]:
    """One reason for a field is enough: the next is told when it is mended."""
    yield from list(reasons)[:1]


# ── the way of writing ──────────────────────────────────────────────────────────────────────────────────────────
def _about_the_way_of_writing(page: ActionPage) -> Iterator[Reason]:
    if page.letter_mode == "blank" and len(page.openings):
        yield "openings", _("People begin with an empty letter here, so there is no opening. Take the openings away.")
    if page.letter_mode == "locked" and len(page.prompts):
        yield "prompts", _("People sign this letter as it stands. Take the questions away, or let people rewrite it.")


# ── variants ────────────────────────────────────────────────────────────────────────────────────────────────────
def _about_variants(page: ActionPage, campaign: Campaign) -> Iterator[Reason]:
    yield from _first(
        ("variants", reason)
        for block in page.variants
        if (reason := _wrong_with(block.value, page, campaign)) is not None
    )


def _wrong_with(variant: dict[str, str], page: ActionPage, campaign: Campaign) -> Sentence | None:
    other_words = [variant[part].strip() for part in ("header", "text", "closing")]
    excluded = variant["excluded"].strip()
    if not values_of(variant):
        return _("Other words need a rule: write whom they are for, one value in each line.")
    if not excluded and not any(other_words):
        return _("Other words are empty: write what differs, or the text in place of the letter.")
    if excluded and any(other_words):
        return _("Either other words, or a text in place of the letter: not both. Make two of them.")
    return _out_of_place(variant, page, campaign)


def _out_of_place(variant: dict[str, str], page: ActionPage, campaign: Campaign) -> Sentence | None:
    """What says something that this campaign has no use for."""
    if variant["excluded"].strip() and campaign.targeting != Targeting.POSTAL_CODE:
        return _("A text in place of the letter is shown only where the letter goes by postal code. Take it away.")
    if variant["attribute"] == "match" and campaign.targeting != Targeting.ANSWER:
        return _("Only where an answer decides who gets the letter can a rule go by that answer. Choose another.")
    if variant["text"].strip() and page.letter_mode == "blank":
        return _("People begin with an empty letter here. Take the letter out of the other words.")
    return None
