"""Before publishing, one page: what publishing refuses, and what a careful colleague would notice on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.models import Page

from tocsin.campaigns.models import Campaign, Edition, Kind, ReplyTo
from tocsin.lib.merging import fields_in
from tocsin.lib.plaintext import many_lines
from tocsin.pages.brand import brand_of
from tocsin.pages.preflight_lines import Check, Level, Look
from tocsin.pages.readiness import reasons_against_publishing
from tocsin.pages.readiness_letter import required_details
from tocsin.supporters.purposes import purpose_said

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

LONGEST_TITLE = 65
LEAST_SHARED_WIDTH = 600
FILE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|heic)$|^(?:img|dsc|image|photo)[ _-]?\d+$", re.IGNORECASE)
NOT_PAGES = ("media", "static", "documents", "desk", "count.json")
# How each thing that a target gets to know is called in a text that a campaigner wrote.
CALLED = {
    "name": re.compile(r"\bnames?\b|\bnoms?\b", re.IGNORECASE),
    "email": re.compile(r"\be-?mail\b|\bcourriels?\b", re.IGNORECASE),
    "postal_code": re.compile(
        r"\bpostal codes?\b|\bcodes? posta(?:l|ux)\b|\baddress|\badresses? postale", re.IGNORECASE
    ),
}


# ── what publishing refuses ─────────────────────────────────────────────────────────────────────────────────────
def _what_publishing_refuses(page: ActionPage, campaign: Campaign | None) -> Iterator[Look]:  # noqa: ARG001
    said: set[tuple[str, str]] = set()
    for field, reason in (*_what_the_fields_miss(page), *reasons_against_publishing(page)):
        sentence = " ".join(reason.messages) if isinstance(reason, ValidationError) else str(reason)
        if (field, sentence) not in said:
            said.add((field, sentence))
            yield Look(sentence, field, level=Level.MEND)


def _what_the_fields_miss(page: ActionPage) -> Iterator[tuple[str, ValidationError]]:
    """What Wagtail's own form asks for: a draft is saved without it."""
    try:
        page.full_clean()
    except ValidationError as wrong:
        for field, errors in wrong.error_dict.items():
            yield "title" if field == NON_FIELD_ERRORS else field, ValidationError(errors)
    for part in page._meta.get_fields():
        if isinstance(part, StreamField):
            yield from _what_the_blocks_miss(page, part)


def _what_the_blocks_miss(page: ActionPage, field: Any) -> Iterator[tuple[str, ValidationError]]:
    try:
        field.stream_block.clean(getattr(page, field.name))
    except ValidationError:
        yield field.name, ValidationError(_("Something in it is still to be filled in, or is not as it must be."))


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _long_title(page: ActionPage, campaign: Campaign | None) -> Iterator[Look]:  # noqa: ARG001
    title = page.seo_title or page.title
    if len(title) > LONGEST_TITLE:
        yield Look(
            gettext("The title has %(length)d characters. Search engines and phones cut it after about %(most)d.")
            % {"length": len(title), "most": LONGEST_TITLE},
            "seo_title" if page.seo_title else "title",
        )


def _fields_in_brackets(page: ActionPage, campaign: Campaign | None) -> Iterator[Look]:  # noqa: ARG001
    for name in ("mail_subject", "mail_text"):
        if others := [field for field in fields_in(getattr(page, name)) if field != "name"]:
            yield Look(
                gettext("The mail that thanks knows {name} only: people would read {%(field)s} as it stands.")
                % {"field": others[0]},
                name,
            )
    for name in ("petition_text", "thanks_text", "demand", "form_intro", "data_note", "share_text"):
        if found := fields_in(getattr(page, name)):
            yield Look(
                gettext("{%(field)s} is not filled in here: people would read it as it stands.") % {"field": found[0]},
                name,
            )
    if "{name}" in page.mail_subject + page.mail_text and not required_details(page) & {"given_name", "family_name"}:
        yield Look(_("Nobody has to give a name, so {name} in the mail that thanks may be empty."), "mail_text")


# ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────────
def _pictures(page: ActionPage, campaign: Campaign | None) -> Iterator[Look]:  # noqa: ARG001
    if page.hero_image is not None and FILE_NAME.search(page.hero_alt.strip()):
        yield Look(_("The description of the picture at the top is the name of a file."), "hero_alt")
    for field in ("story", "background"):
        for block in getattr(page, field):
            if block.block_type == "picture" and FILE_NAME.search((block.value["alt"] or "").strip()):
                yield Look(_("The description of a picture is the name of a file. Say what it shows."), field)


def _shared_picture(page: ActionPage, campaign: Campaign | None) -> Iterator[Look]:  # noqa: ARG001
    picture = page.share_image or page.hero_image
    if picture is None:
        yield Look(_("There is no picture to go along when people pass the page on. Choose one."), "share_image")
    elif picture.width < LEAST_SHARED_WIDTH:
        yield Look(
            gettext("The picture that goes along is only %(width)d pixels wide: take one of 1200.")
            % {"width": picture.width},
            "share_image",
        )


# ── links ───────────────────────────────────────────────────────────────────────────────────────────────────────
class _Links(HTMLParser):
    """Gathers the links of a rich text as the database holds it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append({name: value or "" for name, value in attrs})


def _links(page: ActionPage, campaign: Campaign | None) -> Iterator[Look]:  # noqa: ARG001
    for field, html in _rich_texts(page):
        links = _Links()
        links.feed(html)
        for link in links.found:
            if not _leads_somewhere(link):
                shown = link.get("href") or gettext("a page that is not live")
                yield Look(gettext("A link leads nowhere: %(link)s.") % {"link": shown}, field)


def _rich_texts(page: ActionPage) -> Iterator[tuple[str, str]]:
    for field in ("story", "background"):
        for block in getattr(page, field):
            if block.block_type == "text":
                yield field, block.value.source
    yield "thanks_text", page.thanks_text


def _leads_somewhere(link: dict[str, str]) -> bool:
    """Only links inside the site are followed: nobody else's server is asked."""
    if link.get("linktype") == "page":
        return bool(Page.objects.live().filter(pk=link.get("id") or 0).exists())
    address = urlsplit(link.get("href", ""))
    here = settings.TOCSIN_BASE_URL.hostname
    if address.scheme in {"http", "https"} and address.hostname != here:
        return True
    if address.scheme not in {"", "http", "https"}:
        return True
    return _is_a_page(address.path) if address.path else bool(address.fragment)


def _is_a_page(path: str) -> bool:
    parts = [part for part in path.split("/") if part]
    if not parts or parts[0] in NOT_PAGES:
        return True
    slugs = [parts[-1]] if len(parts) > 1 else [f"home-{parts[0]}"]
    found = Page.objects.live().filter(slug__in=slugs)
    return any(_path_of(page) == f"/{'/'.join(parts)}/" for page in found)


def _path_of(page: Page) -> str:
    parts = page.get_url_parts()
    return str(parts[2]) if parts else ""


# ── consents and data ───────────────────────────────────────────────────────────────────────────────────────────
def _consents(page: ActionPage, campaign: Campaign | None) -> Iterator[Look]:
    if not len(page.consents):
        yield Look(_("The form asks for no permission, so you may write to nobody about anything else."), "consents")
    edition = Edition.objects.current(campaign, page.locale.language_code) if campaign and campaign.pk else None
    if edition is None:
        return
    before = {one["purpose"]: one["text"] for one in edition.words["consents"]}
    for consent in page.consents:
        purpose, text = consent.value["purpose"], many_lines(consent.value["text"] or "")
        if purpose in before and before[purpose] != text:
            yield Look(
                gettext(
                    "The question “%(purpose)s” is another than in edition %(number)d. Whoever answered that keeps it."
                )
                % {"purpose": purpose_said(purpose), "number": edition.number},
                "consents",
            )


def _who_gets_what(page: ActionPage, campaign: Campaign | None) -> Iterator[Look]:
    """Requirement L8. The text that the house makes says it; one of the campaigner's own may have forgotten it."""
    own = page.data_note.strip()
    if own and campaign is not None and campaign.kind == Kind.LETTER:
        for missing in _not_told(own, page, campaign):
            yield Look(
                gettext("Your text about the data leaves out that the target gets this: %(what)s.") % {"what": missing},
                "data_note",
            )
    if not brand_of(page.get_site()).text_in(page.locale.language_code).privacy_url:
        yield Look(_("There is no link to a privacy policy. Add its address under Settings, Brand."), url="brand")


def _not_told(own: str, page: ActionPage, campaign: Campaign) -> Iterable[str]:
    asked = {detail.value["kind"] for detail in page.details}
    told = {"name": gettext("name")}
    if campaign.reply_to == ReplyTo.SUPPORTER:
        told["email"] = gettext("e-mail address")
    if "postal_code" in asked:
        told["postal_code"] = gettext("postal code")
    return [called for what, called in told.items() if not CALLED[what].search(own)]


PAGE_CHECKS = [
    Check(_("All that publishing asks for is there."), _what_publishing_refuses),
    Check(_("The title is short enough for phones and search engines."), _long_title),
    Check(_("Each picture is described."), _pictures),
    Check(_("A picture goes along when people pass the page on."), _shared_picture),
    Check(_("Each link inside the site leads somewhere."), _links),
    Check(_("No field in curly brackets comes out empty, or as it stands."), _fields_in_brackets),
    Check(_("The questions of consent are as they were signed before, or new."), _consents),
    Check(_("Before the button it says who gets what."), _who_gets_what),
]
