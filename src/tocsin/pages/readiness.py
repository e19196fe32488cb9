"""What keeps a page from being published, said so that one knows what to do. A draft may be as unready as it likes.

Wagtail itself asks for what a field must have. Here is what only the whole shows: the page beside its campaign, its
targets, its brand and the other pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign, Kind
from tocsin.pages.afterwards import reasons_about_what_follows
from tocsin.pages.brand import brand_of
from tocsin.pages.question_blocks import filed_together, missing_in, wrong_with
from tocsin.pages.question_conditions import wrong_conditions
from tocsin.pages.readiness_letter import Reason, about_the_letter, required_details

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage


def reasons_against_publishing(page: ActionPage) -> list[Reason]:
    """(field of the edit screen, sentence) for each thing still to do; empty when the page may be published."""
    campaign = page.campaign
    if campaign is None:
        return [("campaign", _("Choose the campaign that this page is for."))]
    return [
        *_about_the_campaign(page, campaign),
        *_about_the_words(page, campaign),
        *_about_the_details(page, campaign),
        *_about_the_questions(page),
        *_about_the_consents(page),
        *_about_pictures(page),
        *_about_the_brand(page),
        *reasons_about_what_follows(page),
    ]


def _about_the_campaign(page: ActionPage, campaign: Campaign) -> Iterator[Reason]:
    twin = campaign.action_pages.filter(live=True, locale=page.locale).exclude(pk=page.pk).first()
    if twin is not None:
        yield (
            "campaign",
            ValidationError(
                _("“%(title)s” is this campaign's page in this language already. Unpublish it, or choose another."),
                params={"title": twin.title},
            ),
        )


def _about_the_words(page: ActionPage, campaign: Campaign) -> Iterator[Reason]:
    if campaign.kind == Kind.PETITION:
        if not page.petition_text.strip():
            yield "petition_text", _("Write what people sign.")
        return
    if not page.letter_subject.strip():
        yield "letter_subject", _("Write the subject of the letter.")
    if page.letter_mode == "blank" and not len(page.talking_points):
        yield "talking_points", _("Write at least one talking point: an empty page is hard to begin.")
    if page.letter_mode != "blank" and not page.letter_text.strip():
        yield "letter_text", _("Write the letter, or choose that people begin with an empty one.")
    yield from about_the_letter(page, campaign)


def _about_the_details(page: ActionPage, campaign: Campaign) -> Iterator[Reason]:
    asked = Counter(detail.value["kind"] for detail in page.details)
    needed = required_details(page)
    if any(times > 1 for times in asked.values()):
        yield "details", _("A detail is asked twice. Take one of the two away.")
    if "email" not in needed:
        yield "details", _("Ask for the e-mail address, and let it be required: each person is counted once by it.")
    if campaign.kind == Kind.LETTER and not needed & {"given_name", "family_name"}:
        yield (
            "details",
            _("A letter is signed with a name: ask for the first or the last name, and let it be required."),
        )


def _about_the_questions(page: ActionPage) -> Iterator[Reason]:
    filed: dict[str, Mapping[str, Any]] = {}
    for question in page.questions:
        if (word := question.value["key"]) and (first := filed.setdefault(word, question.value)) is not question.value:
            yield "questions", filed_together(first, question.value)
    for question in page.questions:
        if (wrong := missing_in(question.value) or wrong_with(question.value)) is not None:
            yield "questions", wrong
    for wrong in wrong_conditions([question.value for question in page.questions]):
        yield "questions", wrong


def _about_the_consents(page: ActionPage) -> Iterator[Reason]:
    purposes = Counter(consent.value["purpose"] for consent in page.consents)
    if any(times > 1 for times in purposes.values()):
        yield "consents", _("Two consents are filed under the same purpose. Give each its own.")


def _about_pictures(page: ActionPage) -> Iterator[Reason]:
    if page.hero_image is not None and not page.hero_alt.strip():
        yield "hero_alt", _("Describe the picture in a sentence, for those who cannot see it.")


def _about_the_brand(page: ActionPage) -> Iterator[Reason]:
    text = brand_of(page.get_site()).text_in(page.locale.language_code)
    if not (text.organisation and text.postal_address and text.contact):
        yield (
            "title",
            _("Say first who you are: name, postal address and contact are missing under Settings, Brand."),
        )
