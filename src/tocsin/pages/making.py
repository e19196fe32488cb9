"""Makes action pages from plain data, and plain data from pages: for the path, for copies and for models.

Everything goes through Wagtail's own doors, so that revisions, log and editions are as if somebody had typed it.
"""

from __future__ import annotations

from typing import Any

from django.utils import translation
from wagtail.images import get_image_model
from wagtail.models import Site

from tocsin.campaigns.models import Campaign
from tocsin.pages.brand import BrandSettings, brand_of
from tocsin.pages.defaults import first_words, news_by
from tocsin.pages.models import ActionPage, HomePage

# The fields of an action page in one language under their own names, as JSON can keep them.
type Words = dict[str, Any]

TEXTS = (
    *("title", "demand", "hero_alt", "hero_credit", "background_title", "form_headline", "form_intro", "button"),
    *("letter_mode", "letter_subject", "letter_text", "letter_closing", "letter_header", "targets_said"),
    *("petition_text", "data_note", "thanks_headline", "thanks_text", "mail_subject", "mail_text", "share_text"),
)
STREAMS = (
    *("story", "background", "talking_points", "openings", "subjects", "prompts", "variants"),
    *("details", "questions", "consents"),
)
PICTURES = ("hero_image", "share_image")
# What copies and models leave behind, and files of a campaign take along: its address, and how it ended.
ALSO = (
    *("slug", "seo_title", "search_description"),
    *("outcome_result", "outcome_day", "outcome_headline", "outcome_text"),
)
LINKS = ("next_action", "closed_leads_to")


def words_of(page: ActionPage) -> Words:
    """What a page says, without where it stands and which campaign it is for."""
    words: Words = {name: getattr(page, name) for name in TEXTS}
    words |= {name: [_without_id(block) for block in getattr(page, name).get_prep_value()] for name in STREAMS}
    return words | {name: getattr(page, f"{name}_id") for name in PICTURES}


def newest_words_of(page: ActionPage) -> Words:
    """The same of its newest draft."""
    return words_of(page.get_latest_revision_as_object())


def first_words_for(language: str) -> Words:
    """What a new page can say before anything is known of it. A letter ends as is right for the office it goes to, so
    no closing is written down."""
    brand = brand_of(Site.objects.filter(is_default_site=True).first())
    with translation.override(language):
        words = first_words() | {"letter_closing": "", "letter_mode": ActionPage.LetterMode.EDITABLE.value}
        organisation = brand.text_in(language).organisation
        if organisation:
            words["consents"] = [news_by(organisation)]
    return words


def home_in(language: str) -> HomePage | None:
    found: HomePage | None = (
        HomePage.objects.filter(locale__language_code=language, live=True).order_by("depth").first()
    )
    return found


def brand_is_said(languages: list[str]) -> bool:
    """Whether the brand says who asks, in each of these languages: nothing can be published before it does."""
    brand = the_brand()
    texts = [brand.text_in(language) for language in languages]
    return all(text.organisation and text.postal_address and text.contact for text in texts)


def the_brand() -> BrandSettings:
    return brand_of(Site.objects.filter(is_default_site=True).first())


def make_draft(
    campaign: Campaign, home: HomePage, words: Words, *, person: Any, twin: ActionPage | None = None
) -> ActionPage:
    """A page that nobody sees yet. `twin` is the same page in another language."""
    page = ActionPage(campaign=campaign, locale=home.locale, live=False, owner=person, seo_title="")
    put(page, words)
    if twin is not None:
        page.translation_key = twin.translation_key
    home.add_child(instance=page)
    page.save_revision(user=person, log_action=True, clean=False)
    return page


def change_draft(page: ActionPage, words: Words, *, person: Any) -> ActionPage:
    """A further draft of a page, if anything differs from the newest."""
    newest: ActionPage = page.get_latest_revision_as_object()
    before = _all_of(newest)
    put(newest, words)
    if _all_of(newest) != before:
        newest.save_revision(user=person, log_action=True, clean=False)
    return newest


def put(page: ActionPage, words: Words) -> None:
    """Writes words onto a page. A picture that is no longer in the library is left out, and so is a page that is
    gone."""
    for name in (*TEXTS, *STREAMS, *ALSO):
        if name in words:
            setattr(page, name, words[name])
    for name in PICTURES:
        if name in words:
            setattr(page, name, get_image_model().objects.filter(pk=words[name] or 0).first())
    for name in LINKS:
        if name in words:
            setattr(page, name, ActionPage.objects.filter(pk=words[name] or 0).first())


def _all_of(page: ActionPage) -> Words:
    also = {name: getattr(page, name) for name in ALSO} | {name: getattr(page, f"{name}_id") for name in LINKS}
    return words_of(page) | also


def pages_by_language(campaign: Campaign) -> dict[str, ActionPage]:
    """A campaign's page in each language: the live one, or else the newest."""
    pages = ActionPage.objects.filter(campaign=campaign).select_related("locale").order_by("live", "pk")
    return {page.locale.language_code: page for page in pages}


def _without_id(block: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in block.items() if name != "id"}
