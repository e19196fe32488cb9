"""A site in two languages with its brand, and pages that are nearly what the demonstration has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings
from wagtail.images import get_image_model
from wagtail.models import Collection, Site

from tests.homes import two_homes
from tocsin.campaigns.models import Campaign, Target, TargetWords
from tocsin.pages.brand import BrandSettings, BrandText
from tocsin.pages.defaults import first_words
from tocsin.pages.models import ActionPage, HomePage

PICTURE = Path(__file__).parents[2] / "src/tocsin/pages/demo_content/road.jpg"

type MakePage = Callable[..., ActionPage]


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _addresses_forgotten() -> None:
    Site.clear_site_root_paths_cache()


@pytest.fixture
def homes(db: None) -> dict[str, HomePage]:
    """The home pages in English and French below one root, and the site that shows them."""
    made = two_homes()
    Site.objects.all().delete()
    Site.objects.create(hostname="testserver", root_page=made["en"], is_default_site=True)
    return made


@pytest.fixture
def brand(homes: dict[str, HomePage]) -> BrandSettings:
    brand: BrandSettings = BrandSettings.for_site(Site.objects.get())
    brand.texts.set(
        [
            BrandText(
                language="en",
                organisation="Refugee Rights Demo",
                postal_address="100 Example Street",
                contact="hello@example.org",
            ),
            BrandText(
                language="fr",
                organisation="Démo Droits",
                postal_address="100, rue de l’Exemple",
                contact="a@example.org",
            ),
        ]
    )
    brand.save()
    return brand


@pytest.fixture
def minister(db: None) -> Target:
    target = Target.objects.create(name="Minister of Immigration", email="minister@ircc.example")
    TargetWords.objects.create(
        target=target,
        language="en",
        style="The Honourable",
        office="Minister of Immigration",
        salutation="Dear Minister,",
    )
    TargetWords.objects.create(target=target, language="fr", office="Ministre de l’Immigration")
    return target


@pytest.fixture
def campaign(minister: Target) -> Campaign:
    campaign = Campaign.objects.create(name="Open door", slug="open-door", kind="letter", goal=1000)
    campaign.targets.add(minister)
    return campaign


@pytest.fixture
def petition(db: None) -> Campaign:
    return Campaign.objects.create(name="First hour", slug="first-hour", kind="petition")


@pytest.fixture
def draft(homes: dict[str, HomePage], brand: BrandSettings, campaign: Campaign) -> MakePage:
    """Makes a page that is ready and not yet published."""

    def make(language: str = "en", **changes: Any) -> ActionPage:
        with translation.override(language):
            fields = first_words()
        fields |= {
            "title": f"Keep the door open ({language})",
            "slug": "keep-the-door-open",
            "demand": "End the agreement.",
            "campaign": campaign,
            "letter_subject": "End the agreement",
            "letter_text": "I am writing about the agreement.",
            "story": [{"type": "heading", "value": {"text": "Why"}}, {"type": "text", "value": "<p>Because.</p>"}],
            "live": False,
        }
        page: ActionPage = homes[language].add_child(
            instance=ActionPage(locale=homes[language].locale, **fields | changes)
        )
        return page

    return make


@pytest.fixture
def live(draft: MakePage) -> MakePage:
    """Makes a page and publishes it."""

    def make(language: str = "en", **changes: Any) -> ActionPage:
        return publish(draft(language, **changes))

    return make


def publish(page: ActionPage) -> ActionPage:
    """As the button does: a revision, published. The page as it is in the database afterwards."""
    page.save_revision().publish()
    published: ActionPage = ActionPage.objects.get(pk=page.pk)
    return published


@pytest.fixture
def picture(db: None) -> Any:
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    found = get_image_model()(title="A road", description="A road")
    with PICTURE.open("rb") as file:
        found.file.save("road.jpg", ImageFile(file), save=False)
        found.save()
    return found


@pytest.fixture
def administrator(db: None) -> Any:
    return get_user_model().objects.create_superuser("administrator", "administrator@example.org", "a long password")


@pytest.fixture
def desk(client: Client, administrator: Any) -> Client:
    """A browser that an administrator is logged in with."""
    client.force_login(administrator)
    return client


@pytest.fixture
def yesterday() -> Any:
    return timezone.now() - timedelta(days=1)
