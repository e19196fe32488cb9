"""Making and changing campaigns and targets: time zones, forms of address, and what is told to the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.desk.conftest import Sign
from tocsin.campaigns import republish
from tocsin.campaigns.models import Campaign, Edition, Target

CAMPAIGN = {
    "name": "Hear them",
    "slug": "hear-them",
    "kind": "letter",
    "targeting": "fixed",
    "opens_at": "2026-06-01 09:00",
    "closes_at": "2026-12-01 23:59",
    "time_zone": "America/Vancouver",
    "goal": "5000",
    "show_count_from": "10",
    "reply_to": "supporter",
    "moderation": "flagged",
    "data_kept_months": "6",
    "words_kept_days": "28",
}
TARGET = {
    "name": "Minister of Examples",
    "email": "minister@target.example",
    "language": "en",
    "mode": "each",
    "status": "active",
    "time_zone": "America/Toronto",
    "per_hour_by_day": "20",
    "per_hour_by_night": "5",
    "in_en-style": "The Honourable",
    "in_en-office": "Minister of Examples",
    "in_en-salutation": "Dear Minister,",
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Campaign]:
    heard: list[Campaign] = []
    monkeypatch.setattr(republish, "_listeners", [heard.append])
    return heard


def _errors(response: Any) -> Any:
    return response.context["form"].errors if response.status_code == 200 else None


def test_it_works(admin: Client, target: Target) -> None:
    response = admin.post(reverse("campaign:add"), {**CAMPAIGN, "targets": [target.pk]})
    assert _errors(response) is None
    campaign = Campaign.objects.get(slug="hear-them")
    assert response.headers["Location"] == reverse("campaign:hub", args=[campaign.pk])
    assert list(campaign.targets.all()) == [target]


def test_dates_are_in_the_campaigns_own_time_zone(admin: Client) -> None:
    admin.post(reverse("campaign:add"), CAMPAIGN)
    campaign = Campaign.objects.get(slug="hear-them")
    assert campaign.opens_at == datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # summer in Vancouver
    assert campaign.closes_at == datetime(2026, 12, 2, 7, 59, tzinfo=UTC)  # winter
    html = admin.get(reverse("campaign:edit", args=[campaign.pk])).content.decode()
    assert 'value="2026-06-01 09:00"' in html
    assert 'value="2026-12-01 23:59"' in html


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"closes_at": "2026-05-01 09:00"}, "closes_at"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"name": ""}, "name"),
        ({"goal": "0"}, "goal"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(admin: Client, wrong: dict[str, str], field: str) -> None:
    assert field in _errors(admin.post(reverse("campaign:add"), {**CAMPAIGN, **wrong}))


def test_a_changed_campaign_is_told_to_its_pages(admin: Client, campaign: Campaign, told: list[Campaign]) -> None:
    response = admin.post(reverse("campaign:edit", args=[campaign.pk]), {**CAMPAIGN, "letters_paused": "on"})
    assert _errors(response) is None
    assert told == [campaign]
    campaign.refresh_from_db()
    assert campaign.letters_paused


def test_the_kind_stays_once_people_have_acted(admin: Client, campaign: Campaign, sign: Sign) -> None:
    sign()
    admin.post(reverse("campaign:edit", args=[campaign.pk]), {**CAMPAIGN, "kind": "petition"})
    campaign.refresh_from_db()
    assert campaign.kind == "letter"


def test_a_campaign_with_people_in_it_is_not_deleted(admin: Client, campaign: Campaign, sign: Sign) -> None:
    sign()
    response = admin.post(reverse("campaign:delete", args=[campaign.pk]))
    assert response.headers["Location"] == reverse("campaign:edit", args=[campaign.pk])
    assert Campaign.objects.filter(pk=campaign.pk).exists()


def test_a_target_is_made_with_its_forms_of_address(admin: Client) -> None:
    response = admin.post(reverse("target:add"), TARGET)
    assert _errors(response) is None
    target = Target.objects.get()
    assert [words.language for words in target.in_words.all()] == ["en"]
    assert target.words("en").greeting == "Dear Minister,"
    assert target.words("fr").greeting == "Madame, Monsieur,"


def test_emptied_forms_of_address_are_removed_and_the_pages_told(
    admin: Client, campaign: Campaign, target: Target, told: list[Campaign]
) -> None:
    address = reverse("target:edit", args=[target.pk])
    admin.post(address, {**TARGET, "in_fr-office": "Ministre des Exemples"})
    assert target.in_words.count() == 2
    admin.post(address, {key: value for key, value in TARGET.items() if not key.startswith("in_")})
    assert target.in_words.count() == 0
    assert told == [campaign, campaign]


def test_a_target_needs_an_address(admin: Client) -> None:
    response = admin.post(reverse("target:add"), {**TARGET, "email": "nowhere"})
    assert "email" in _errors(response)
    assert "The Honourable" in response.content.decode()
    assert not Target.objects.exists()


def test_a_target_with_letters_is_not_deleted(admin: Client, campaign: Campaign, write: Any) -> None:
    letter = write()
    admin.post(reverse("target:delete", args=[letter.target_id]))
    assert Target.objects.filter(pk=letter.target_id).exists()


def test_a_target_that_pages_write_to_is_not_deleted(
    admin: Client, campaign: Campaign, edition: Edition, target: Target
) -> None:
    """First while the campaign has it, then while an edition names it; once that is retired it may go."""
    address = reverse("target:delete", args=[target.pk])
    refused = admin.post(address, follow=True)
    assert "cannot be removed" in refused.content.decode()
    campaign.targets.clear()
    admin.post(address)
    assert Target.objects.filter(pk=target.pk).exists()
    Edition.objects.update(retired_at=timezone.now())
    admin.post(address)
    assert not Target.objects.filter(pk=target.pk).exists()


def test_a_short_name_is_made_from_the_name_and_is_free(admin: Client) -> None:
    for _ in range(2):
        assert _errors(admin.post(reverse("campaign:add"), {**CAMPAIGN, "slug": ""})) is None
    assert sorted(Campaign.objects.values_list("slug", flat=True)) == ["hear-them", "hear-them-2"]
