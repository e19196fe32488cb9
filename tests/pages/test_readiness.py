"""What keeps a page from being published, and that a draft may be unready."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.pages.conftest import MakePage, publish
from tocsin.campaigns.models import Campaign
from tocsin.pages.brand import BrandSettings
from tocsin.pages.models import ActionPage
from tocsin.pages.readiness import reasons_against_publishing

pytestmark = pytest.mark.django_db


def fields(page: ActionPage) -> list[str]:
    return [field for field, _reason in reasons_against_publishing(page)]


def detail(kind: str, *, required: bool = True) -> dict[str, Any]:
    return {"type": "detail", "value": {"kind": kind, "required": required, "label": "", "help": ""}}


def consent(purpose: str) -> dict[str, Any]:
    return {"type": "consent", "value": {"purpose": purpose, "text": "May we?", "control": "box"}}


def test_it_works(draft: MakePage) -> None:
    assert fields(draft()) == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("campaign", {"campaign": None}),
        ("letter_subject", {"letter_subject": " "}),
        ("letter_text", {"letter_text": ""}),
        ("talking_points", {"letter_mode": "blank"}),
        ("details", {"details": [detail("given_name")]}),
        ("details", {"details": [detail("given_name"), detail("email", required=False)]}),
        ("details", {"details": [detail("given_name"), detail("email"), detail("email")]}),
        ("details", {"details": [detail("email")]}),
        ("consents", {"consents": [consent("news"), consent("news")]}),
    ],
)
def test_each_thing_still_to_do_is_said_once(draft: MakePage, field: str, changes: dict[str, Any]) -> None:
    assert fields(draft(**changes)) == [field]


def test_a_letter_needs_somebody_to_write_to(draft: MakePage, campaign: Campaign) -> None:
    campaign.targets.clear()
    assert fields(draft()) == ["campaign"]


def test_a_petition_needs_its_text_but_neither_letter_nor_name(draft: MakePage, petition: Campaign) -> None:
    page = draft(campaign=petition, letter_text="", letter_subject="", details=[detail("email")])
    assert fields(page) == ["petition_text"]
    page.petition_text = "We ask."
    assert fields(page) == []


def test_a_picture_needs_to_be_described(draft: MakePage, picture: Any) -> None:
    assert fields(draft(hero_image=picture)) == ["hero_alt"]


def test_a_campaign_has_one_live_page_in_each_language(live: MakePage, draft: MakePage) -> None:
    live("en")
    live("fr", slug="gardons")
    assert fields(draft("en", slug="another")) == ["campaign"]


def test_nothing_is_published_before_it_is_said_who_asks(draft: MakePage, brand: BrandSettings) -> None:
    brand.texts.all().delete()
    brand.texts.clear()
    brand.save()
    assert fields(draft()) == ["title"]


def test_publishing_what_is_not_ready_is_refused_whoever_does_it(draft: MakePage) -> None:
    page = draft(letter_text="")
    with pytest.raises(ValidationError, match="Write the letter"):
        publish(page)
    assert not ActionPage.objects.get(pk=page.pk).live


def test_a_draft_may_lack_everything(draft: MakePage) -> None:
    page = draft(campaign=None, demand="", letter_text="", details=[])
    page.save_revision(clean=False)  # as the edit screen saves a draft
    assert ActionPage.objects.get(pk=page.pk).has_unpublished_changes
