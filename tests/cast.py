"""The stock cast: one campaign with its target and editions, and what a supporter would post. Imported by any test."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from django.test import Client

from tocsin.actions.process import follow_batch
from tocsin.actions.screen import screen_batch
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Edition, Target, TargetWords
from tocsin.campaigns.words import BrandWords, EditionWords, FieldWords, LetterWords, TargetSaid

ENGLISH = "Dear readers of the file,\n\nPlease give every family a fair hearing.\n\nWe are watching."
FRENCH = "Merci d’accorder à chaque famille une audience équitable."
EVERY_FIELD: tuple[tuple[str, str, str, bool], ...] = (
    ("given_name", "First name", "Prénom", True),
    ("family_name", "Last name", "Nom de famille", True),
    ("email", "E-mail address", "Adresse courriel", True),
    ("city", "City", "Ville", False),
    ("province", "Province or territory", "Province ou territoire", False),
    ("postal_code", "Postal code", "Code postal", True),
    ("country", "Country", "Pays", False),
    ("phone", "Telephone number", "Numéro de téléphone", False),
)


def a_target(**changes: Any) -> Target:
    """An office, addressed in both languages."""
    target = Target.objects.create(**{"name": "Minister of Hearings", "email": "minister@hearings.example", **changes})
    TargetWords.objects.create(
        target=target,
        language="en",
        style="The Honourable",
        person="Jane Doe",
        office="Minister of Hearings",
        organisation="Government",
        salutation="Dear Minister,",
    )
    TargetWords.objects.create(
        target=target,
        language="fr",
        style="L’honorable",
        person="Jane Doe",
        office="Ministre des Audiences",
        organisation="Gouvernement",
        salutation="Madame la Ministre,",
    )
    return target


def a_campaign(*, targets: list[Target] | None = None, **changes: Any) -> Campaign:
    """A campaign that is open and has one target, unless told otherwise."""
    campaign = Campaign.objects.create(**{"name": "Fair hearing", "slug": "fair-hearing", **changes})
    campaign.targets.set([a_target()] if targets is None else targets)
    return campaign


def an_edition(campaign: Campaign, language: str = "en", **changes: Any) -> Edition:
    """The published words of a campaign in one language; `changes` replace whole keys of them."""
    words = {**words_of(campaign, language), **changes}
    return publish_edition(campaign=campaign, language=language, words=words)


def words_of(campaign: Campaign, language: str = "en") -> EditionWords:
    """Words with every field, both kinds of consent, and a letter or a petition's text as the campaign's kind asks."""
    french, is_letter = language == "fr", campaign.kind == "letter"
    path = f"/{language}/{campaign.slug}/"
    return {
        "version": 1,
        "campaign": campaign.pk,
        "kind": "letter" if is_letter else "petition",
        "language": language,
        "page_path": path,
        "title": "Une audience équitable" if french else "A fair hearing",
        "demand": "Entendez chaque famille." if french else "Hear every family.",
        "form_headline": "Écrivez à la ministre" if french else "Write to the minister",
        "form_intro": "",
        "button": "Envoyer ma lettre" if french else "Send my letter",
        "petition_text": "" if is_letter else (FRENCH if french else ENGLISH),
        "letter": letter_words(language) if is_letter else None,
        "targets": [_said(target, language) for target in campaign.targets.order_by("pk")],
        "fields": field_words(language),
        "consents": [
            {"purpose": "news", "text": "Écrivez-moi." if french else "Send me news.", "control": "box"},
            {"purpose": "calls", "text": "M’appeler?" if french else "May we call you?", "control": "yes_no"},
        ],
        "data_note": "La ministre reçoit votre nom." if french else "The minister gets your name.",
        "thanks": {
            "headline": "Merci!" if french else "Thank you!",
            "html": "<p>Merci.</p>" if french else "<p>Tell others.</p>",
            "mail_subject": "Merci, {name}" if french else "Thank you, {name}",
            "mail_text": "Bonjour {name},\n\nmerci." if french else "Hello {name},\n\nthank you.",
        },
        "share": {"text": "Une audience équitable" if french else "A fair hearing", "image_url": ""},
        "brand": brand_words(),
    }


def letter_words(language: str = "en", **changes: Any) -> LetterWords:
    french = language == "fr"
    words: dict[str, Any] = {
        "mode": "editable",
        "subject": "Une audience équitable" if french else "A fair hearing for every family",
        "text": FRENCH if french else ENGLISH,
        "closing": "Veuillez agréer mes salutations," if french else "Yours sincerely,",
        "talking_points": [],
    }
    return cast("LetterWords", {**words, **changes})


def field_words(language: str = "en") -> list[FieldWords]:
    rows = [
        {"kind": kind, "label": french if language == "fr" else english, "help": "", "required": required}
        for kind, english, french, required in EVERY_FIELD
    ]
    return cast("list[FieldWords]", rows)


def brand_words() -> BrandWords:
    return {
        "organisation": "Fair Hearing Society",
        "logo_url": "",
        "logo_alt": "",
        "accent": "#8a1c1c",
        "accent_dark": "#ff9d9d",
        "footer": "Fair Hearing Society, registered charity",
        "privacy_url": "https://hearing.example/privacy",
        "postal_address": "1 Main Street\nOttawa ON  K1A 0A6",
        "contact": "hello@hearing.example",
    }


def _said(target: Target, language: str) -> TargetSaid:
    words = target.words(language)
    return {
        "id": target.pk,
        "name": str(words) or target.name,
        "address": words.address,
        "greeting": words.greeting,
    }


def valid_post(edition: Edition, **changes: Any) -> dict[str, Any]:
    """What a browser would post for this edition. `changes` replace fields; None leaves one out."""
    words = edition.words
    answers = {
        "given_name": "Jane",
        "family_name": "Doe",
        "email": "jane.doe@example.org",
        "city": "Ottawa",
        "province": "ON",
        "postal_code": "K1A 0A6",
        "country": "CA",
        "phone": "613 555-0100",
    }
    posted = {field["kind"]: answers[field["kind"]] for field in words["fields"]}
    posted |= {f"consent_{consent['purpose']}": "yes" for consent in words["consents"]}
    if words["letter"] and words["letter"]["mode"] != "locked":
        posted |= {"subject": words["letter"]["subject"], "text": words["letter"]["text"] or "Please listen."}
    return {name: value for name, value in {**posted, **changes}.items() if value is not None}


def sign(client: Client, edition: Edition, **changes: Any) -> HttpResponse:
    """Posts the form as a browser on our own page does."""
    response = client.post(
        f"/act/{edition.pk}/", valid_post(edition, **changes), headers={"sec-fetch-site": "same-origin"}
    )
    return cast("HttpResponse", response)


def follow_everything() -> None:
    """What the worker's heart does until nothing is left: screens and counts, then makes what follows."""
    while screen_batch():
        pass
    while follow_batch():
        pass
