"""The path's cast: a site with a home page in each language, and an organisation that has said who it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import Site

from tests.desk.conftest import make_a_site
from tocsin.campaigns.models import Campaign
from tocsin.desk.path.models import Plan
from tocsin.pages.brand import BrandSettings, BrandText
from tocsin.pages.models import HomePage

LETTER = {
    "title_en": "Keep the door open",
    "demand_en": "End the agreement.",
    "title_fr": "Gardons la porte ouverte",
    "demand_fr": "Mettez fin à l’accord.",
}
OFFICE = {
    "who": "new",
    "email": "minister@ircc.example",
    "kind": "minister",
    "person": "",
    "gender": "",
    "office_en": "Minister of Immigration",
    "organisation_en": "Government of Canada",
    "office_fr": "Ministre de l’Immigration",
    "organisation_fr": "Gouvernement du Canada",
}
WORDS = {
    "letter_mode": "editable",
    "letter_subject_en": "End it",
    "letter_text_en": "Please end it.",
    "letter_subject_fr": "Mettez-y fin",
    "letter_text_fr": "Merci d’y mettre fin.",
}
RULES = {
    "ask_postal_code": "must",
    "ask_city": "may",
    "ask_province": "no",
    "ask_country": "no",
    "ask_phone": "no",
    "asks_to_write": "on",
    "consent_en": "Write to me.",
    "consent_fr": "Écrivez-moi.",
    "time_zone": "America/Toronto",
    "reply_to": "supporter",
}
ANSWERS = {"demand": LETTER, "who": OFFICE, "words": WORDS, "rules": RULES}


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def homes(_site: None) -> dict[str, HomePage]:
    return make_a_site("http://testserver")


@pytest.fixture
def brand(homes: dict[str, HomePage]) -> BrandSettings:
    brand: BrandSettings = BrandSettings.for_site(Site.objects.get())
    said = {"postal_address": "100 Example Street", "contact": "hello@example.org"}
    brand.texts.set([BrandText(language=one, organisation="Rights Demo", **said) for one in ("en", "fr")])
    brand.save()
    return brand


@pytest.fixture
def begin(admin: Client) -> Callable[..., Plan]:
    """A plan as the first screen makes it."""

    def make(with_: str = "letter", languages: tuple[str, ...] = ("en", "fr"), name: str = "Open door") -> Plan:
        posted: dict[str, Any] = {"name": name, "begin_with": with_, "languages": list(languages)}
        answer = admin.post(reverse("campaign:new"), posted)
        assert answer.status_code == 302, answer.content.decode()
        return Plan.objects.latest("pk")

    return make


@pytest.fixture
def walk(admin: Client, begin: Callable[..., Plan]) -> Callable[..., Campaign]:
    """Everything up to the last screen, on which the drafts are made."""

    def make(**changes: Any) -> Campaign:
        plan = begin()
        for step, answers in ANSWERS.items():
            answer = admin.post(reverse("campaign:plan", args=[plan.pk, step]), answers | changes.get(step, {}))
            assert answer.status_code == 302, answer.content.decode()
        plan.refresh_from_db()
        assert plan.campaign is not None
        return plan.campaign

    return make
