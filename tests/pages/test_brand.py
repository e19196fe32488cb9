"""Who asks: the brand's colour, its languages, its screen."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from tocsin.lib.colour import DARK_BACKGROUND, readable
from tocsin.pages.brand import BrandSettings, brand_of, check_accent

pytestmark = pytest.mark.django_db


def test_it_works(brand: BrandSettings) -> None:
    words = brand_of(Site.objects.get()).words("fr")
    assert words["organisation"] == "Démo Droits"
    assert readable(words["accent"])
    assert readable(words["accent_dark"], DARK_BACKGROUND)


@pytest.mark.parametrize("colour", ["#ffcc00", "#00ccff", "#ffffff", "#777777", "red", "#a3262f}body{"])
def test_a_colour_that_cannot_be_read_is_refused(colour: str) -> None:
    with pytest.raises(ValidationError):
        check_accent(colour)


def test_the_refusal_says_how_much_and_what_to_do(brand: BrandSettings) -> None:
    brand.accent = "#ffcc00"
    with pytest.raises(ValidationError, match=r"1\.5 to 1.+Choose a darker one"):
        brand.full_clean()


def test_a_language_without_a_text_has_the_default_ones(brand: BrandSettings) -> None:
    brand.texts.get(language="fr").delete()
    assert brand_of(Site.objects.get()).words("fr")["organisation"] == "Refugee Rights Demo"


def test_asking_for_a_brand_that_nobody_has_set_stores_nothing(homes: object) -> None:
    assert brand_of(Site.objects.get()).words("en")["organisation"] == ""
    assert brand_of(None).words("en")["organisation"] == ""
    assert not BrandSettings.objects.exists()


def test_the_logo_is_of_this_site(brand: BrandSettings, picture: Any) -> None:
    brand.logo = picture
    brand.save()
    words = brand_of(Site.objects.get()).words("en")
    assert words["logo_url"].startswith("/media/")
    assert words["logo_alt"] == "Refugee Rights Demo"


def test_the_screen_refuses_a_light_colour(client: Client, brand: BrandSettings, administrator: Any) -> None:
    client.force_login(administrator)
    address = reverse("wagtailsettings:edit", args=["pages", "brandsettings", Site.objects.get().pk])
    assert client.get(address).status_code == 200
    answer = client.post(
        address,
        {
            "accent": "#ffcc00",
            "texts-TOTAL_FORMS": "0",
            "texts-INITIAL_FORMS": "0",
            "texts-MIN_NUM_FORMS": "0",
            "texts-MAX_NUM_FORMS": "1000",
        },
    )
    assert "is too light" in answer.content.decode()
    assert BrandSettings.objects.get().accent != "#ffcc00"
