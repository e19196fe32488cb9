"""Publishing: a page's words, compiled with its campaign's, targets' and brand's into plain data and frozen.

All that acting, thanking and mailing will ever know of a page is what is written here. The heart never meets the page
tree. (docs/decisions/0007-editions-from-pages.md)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from wagtail.log_actions import get_active_log_context
from wagtail.rich_text import expand_db_html

from tocsin.actions.models import Action
from tocsin.actions.telling import tell_of_edition
from tocsin.campaigns.changed_words import ask_what_follows
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Edition, EditionTally, Kind, Trial
from tocsin.campaigns.words import ConsentWords, EditionWords, FieldWords, ShareWords, TargetSaid, ThanksWords
from tocsin.lib.plaintext import many_lines
from tocsin.pages import defaults
from tocsin.pages.afterwards import add_what_follows
from tocsin.pages.brand import brand_of
from tocsin.pages.publish_letter import add_ways_and_targeting, depends_on_who_writes, letter_words
from tocsin.pages.publish_questions import question_words
from tocsin.pages.wordings import with_other_words

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

SHARED_PICTURE = "fill-1200x630|format-jpeg|jpegquality-80"


def publish_page(page: ActionPage) -> Edition | None:
    """The edition that speaks for a live page from now on: a new one, or the last if no word has changed.

    Every way of publishing leads through here: so none gets round the question what follows from changed words."""
    if page.campaign is None:
        return None
    words = compile_words(page)
    campaign, language, by_name = page.campaign, words["language"], _who_is_at_the_desk()
    before = Edition.objects.current(campaign, language)
    with transaction.atomic():
        now = _published(campaign, words, by_name)
        for trial in campaign.trials.filter(language=language, state=Trial.State.RUNNING):
            other = with_other_words(words, trial.other)
            _published(campaign, other, by_name, trial)
        if before is not None and now.pk != before.pk and Action.objects.filter(campaign=campaign).exists():
            ask_what_follows(before=before, after=now, acted_before=_acted_on(before))
    return now


def _published(campaign: Campaign, words: EditionWords, by_name: str, trial: Trial | None = None) -> Edition:
    """The edition with these words. Other software is told, where they are new."""
    before = Edition.objects.current(campaign, words["language"], trial)
    now = publish_edition(
        campaign=campaign, language=words["language"], words=dict(words), by_name=by_name, trial=trial
    )
    if before is None or now.pk != before.pk:
        tell_of_edition(now)
    return now


def _acted_on(before: Edition) -> int:
    """How many had signed these words, or earlier ones of the page in its language."""
    tallies = EditionTally.objects.filter(edition__campaign=before.campaign_id, edition__language=before.language)
    return tallies.aggregate(people=Sum("counted"))["people"] or 0


def _who_is_at_the_desk() -> str:
    """Whose request this is, as Wagtail's log knows it; nobody where a schedule or a command publishes."""
    person = get_active_log_context().user
    return (person.get_full_name() or person.get_username())[:160] if person is not None else ""


def republish_campaign(campaign: Campaign) -> list[Edition]:
    """Lets the editions of all live pages of a campaign follow a change: of itself, a target, a page, the brand."""
    pages = campaign.action_pages.filter(live=True).select_related("campaign", "locale").order_by("pk")
    return [edition for page in pages if (edition := publish_page(page)) is not None]


def compile_words(page: ActionPage) -> EditionWords:
    """The words of a page as they stand on it. Of a draft too: what it has not got yet is empty."""
    campaign = page.campaign or Campaign()
    language = page.locale.language_code
    with translation.override(language):
        words: EditionWords = {
            "version": 1,
            "campaign": campaign.pk or 0,
            "kind": cast("Literal['letter', 'petition']", campaign.kind),
            "language": language,
            "page_path": page.path_in_site(),
            "title": page.title,
            "demand": page.demand,
            "form_headline": page.form_headline or defaults.form_headline(campaign.kind),
            "form_intro": many_lines(page.form_intro),
            "button": page.button or defaults.button(campaign.kind),
            "petition_text": many_lines(page.petition_text) if campaign.kind == Kind.PETITION else "",
            "letter": letter_words(page) if campaign.kind == Kind.LETTER else None,
            "targets": [] if depends_on_who_writes(campaign) else _targets(page, campaign, language),
            "fields": _fields(page),
            "consents": _consents(page),
            "data_note": many_lines(page.data_note) or _data_note(page, campaign),
            "thanks": _thanks(page),
            "share": _share(page),
            "brand": brand_of(page.get_site()).words(language),
        }
        if campaign.kind == Kind.LETTER:
            add_ways_and_targeting(words, page, campaign)
        if questions := question_words(page):
            words["questions"] = questions
        add_what_follows(words, page)
        return words


def _targets(page: ActionPage, campaign: Campaign, language: str) -> list[TargetSaid]:
    if campaign.pk is None:
        return []
    said: list[TargetSaid] = []
    for target in campaign.targets.prefetch_related("in_words").order_by("pk"):
        words = target.words(language)
        one: TargetSaid = {
            "id": target.pk,
            "name": str(words) or target.name,
            "address": words.address,
            "greeting": words.greeting,
        }
        if campaign.kind == Kind.LETTER and not many_lines(page.letter_closing):
            one["closing"] = words.closing
        said.append(one)
    return said


def _fields(page: ActionPage) -> list[FieldWords]:
    return [
        {
            "kind": detail.value["kind"],
            "label": detail.value["label"] or defaults.label(detail.value["kind"]),
            "help": detail.value["help"] or "",
            "required": bool(detail.value["required"]),
        }
        for detail in page.details
        if detail.value["kind"]
    ]


def _consents(page: ActionPage) -> list[ConsentWords]:
    return [
        {
            "purpose": consent.value["purpose"],
            "text": many_lines(consent.value["text"]),
            "control": consent.value["control"],
        }
        for consent in page.consents
    ]


def _data_note(page: ActionPage, campaign: Campaign) -> str:
    asked = [detail.value["kind"] for detail in page.details]
    kept = defaults.Kept(campaign.data_kept_months, campaign.closes_at is not None, bool(page.consents))
    return defaults.data_note(campaign.kind, campaign.reply_to, asked, questions=bool(question_words(page)), kept=kept)


def _thanks(page: ActionPage) -> ThanksWords:
    first = defaults.first_words()
    return {
        "headline": page.thanks_headline or first["thanks_headline"],
        "html": expand_db_html(page.thanks_text or first["thanks_text"]),
        "mail_subject": (page.mail_subject or first["mail_subject"]).strip(),
        "mail_text": many_lines(page.mail_text or first["mail_text"]),
    }


def _share(page: ActionPage) -> ShareWords:
    picture = page.share_image or page.hero_image
    return {
        "text": page.share_text or defaults.shared_words(page.title),
        "image_url": picture.get_rendition(SHARED_PICTURE).url if picture else "",
    }
