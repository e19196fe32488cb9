"""Fills an empty installation with two campaigns to try, in English and French. What is there already is left alone.

The words and pictures are in demo_content/; everything is published as a campaigner would, so that editions exist.
"""

from __future__ import annotations

import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import translation
from wagtail.images import get_image_model
from wagtail.models import Site

from tocsin.campaigns.models import Campaign, CounterEntry, Target, TargetWords
from tocsin.pages.beginning import Progress, make_homes, make_site
from tocsin.pages.brand import BrandSettings, BrandText
from tocsin.pages.defaults import first_words
from tocsin.pages.models import ActionPage, HomePage
from tocsin.pages.review import make_review

CONTENT = Path(__file__).parent / "demo_content"
CAMPAIGNS = ["safe-third-country", "first-hour"]
LANGUAGES = ["en", "fr"]
USER = "demo"
# Fields of an action page that stand in its file under the same name.
PLAIN = (
    "title",
    "slug",
    "demand",
    "hero_alt",
    "hero_credit",
    "form_headline",
    "form_intro",
    "letter_mode",
    "letter_subject",
    "letter_text",
    "letter_closing",
    "petition_text",
    "background_title",
    "thanks_headline",
    "thanks_text",
    "mail_subject",
    "mail_text",
    "share_text",
)


@dataclass(frozen=True, slots=True)
class DemoPage:
    title: str
    language: str
    url: str


@dataclass(frozen=True, slots=True)
class DemoFacts:
    """What to tell whoever started the demo. `password` is empty if the user was there already and none was given."""

    pages: list[DemoPage]
    desk_url: str
    username: str
    password: str


def prepare_demo(progress: Progress, base_url: str, *, password: str = "") -> DemoFacts:
    """Everything there is to try. May be called at every start: what somebody has changed meanwhile stays changed."""
    base_url = base_url.rstrip("/")
    with transaction.atomic():
        password = _user(password)
        organisation = _read("organisation")
        homes = make_homes(progress, {language: organisation[language]["home_intro"] for language in LANGUAGES})
        site = make_site(homes, urlsplit(base_url))
        _brand(site, progress)
        make_review()
    # The home page shows the newest first: what is to be seen first is made last.
    made = {slug: _campaign(slug, homes, progress) for slug in reversed(CAMPAIGNS)}
    pages = [page for slug in CAMPAIGNS for page in made[slug]]
    return DemoFacts(
        pages=[DemoPage(page.title, page.locale.language_code, base_url + page.path_in_site()) for page in pages],
        desk_url=f"{base_url}/desk/",
        username=USER,
        password=password,
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def _user(password: str) -> str:
    users = get_user_model().objects
    if users.filter(username=USER).exists():
        return password
    password = password or secrets.token_urlsafe(9)
    users.create_superuser(USER, "demo@example.org", password)
    return password


def _brand(site: Site, progress: Progress) -> None:
    if BrandSettings.objects.filter(site=site, texts__isnull=False).exists():
        return
    progress("Setting the brand")
    words = _read("organisation")
    brand = BrandSettings.for_site(site)
    brand.accent = words["accent"]
    said = ("organisation", "footer", "privacy_url", "postal_address", "contact")
    brand.texts.set(
        [BrandText(language=language, **{name: words[language][name] for name in said}) for language in LANGUAGES]
    )
    brand.save()


def _campaign(slug: str, homes: dict[str, HomePage], progress: Progress) -> list[ActionPage]:
    """A campaign with its target, its ledger and its live pages."""
    found = Campaign.objects.filter(slug=slug).first()
    with transaction.atomic():
        campaign = found or _new_campaign(slug, progress)
        pages = {
            page.locale.language_code: page for page in campaign.action_pages.filter(live=True).select_related("locale")
        }
        for language in LANGUAGES:
            if found is None and language not in pages:
                progress(f"Publishing “{campaign.name}” ({language})")
                twin = next(iter(pages.values()), None)
                pages[language] = _new_page(campaign, slug, homes[language], twin)
    return list(pages.values())


def _new_campaign(slug: str, progress: Progress) -> Campaign:
    words = _read(slug)
    progress(f"Making the campaign “{words['name']}”")
    campaign = Campaign.objects.create(slug=slug, name=words["name"], kind=words["kind"], goal=words["goal"])
    # No office is behind this address: a visitor at night must not wait for the morning to see a letter.
    at_once = {"per_hour_by_day": 0, "per_hour_by_night": 100_000}
    target = Target.objects.create(name=words["target"]["name"], email=words["target"]["email"], **at_once)
    for language in LANGUAGES:
        TargetWords.objects.create(target=target, language=language, **words["target"][language])
    campaign.targets.add(target)
    if elsewhere := words.get("counted_elsewhere"):
        CounterEntry.objects.create(
            campaign=campaign, source=CounterEntry.Source.OFFSET, entered_by_name="Tocsin demo", **elsewhere
        )
    return campaign


def _new_page(campaign: Campaign, slug: str, home: HomePage, twin: ActionPage | None) -> ActionPage:
    language = home.locale.language_code
    words = _read(f"{slug}.{language}")
    with translation.override(language):
        fields = first_words() | {name: words[name].strip() for name in PLAIN if name in words}
    page = ActionPage(campaign=campaign, locale=home.locale, **fields)
    page.hero_image = _picture(words["hero"], page.hero_alt)
    page.story = [_block(block) for block in words["story"]]
    page.background = [_block(block) for block in words["background"]]
    page.questions = [{"type": "question", "value": question} for question in words.get("questions", [])]
    page.consents = [{"type": "consent", "value": consent} for consent in words["consents"]]
    if twin is not None:
        page.translation_key = twin.translation_key
    page.live = False
    home.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def _block(block: dict[str, Any]) -> dict[str, Any]:
    """A block as its StreamField stores it."""
    kind, value = block["type"], {name: part for name, part in block.items() if name != "type"}
    if kind == "text":
        return {"type": kind, "value": value["html"]}
    for name in ("image", "poster"):
        if name in value:
            value[name] = _picture(value[name], value.get("alt") or value.get("title", "")).pk
    return {"type": kind, "value": value}


def _picture(name: str, description: str) -> Any:
    """A picture of demo_content/ in Wagtail's library, put there the first time it is needed."""
    pictures = get_image_model()
    found = pictures.objects.filter(title=f"Tocsin demo: {name}").first()
    if found is None:
        found = pictures(title=f"Tocsin demo: {name}", description=description)
        with (CONTENT / name).open("rb") as file:
            found.file.save(name, ImageFile(file), save=False)
            found.save()
    return found
