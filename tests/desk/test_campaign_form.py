"""Who gets a campaign's letters and how they travel: the form, and what the hub says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.desk.conftest import Write
from tests.desk.test_forms import CAMPAIGN, _errors
from tests.look.markup import Markup
from tocsin.campaigns.models import Campaign, ListMember, PostalDivision, ProviderHealth, Target, TargetList
from tocsin.outbox.models import State


@pytest.fixture
def parliament(target: Target) -> TargetList:
    parliament = TargetList.objects.create(name="Parliament")
    ListMember.objects.create(target_list=parliament, target=target, match="ON")
    return parliament


@pytest.fixture
def no_map(settings: Any, tmp_path: Path) -> Path:
    settings.TOCSIN_BOUNDARIES = tmp_path
    return tmp_path


def made(admin: Client, **fields: Any) -> Campaign:
    assert _errors(admin.post(reverse("campaign:add"), {**CAMPAIGN, **fields})) is None
    return Campaign.objects.get(slug="hear-them")


def hub(admin: Client, campaign: Campaign) -> str:
    return admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()


def test_it_works(admin: Client, parliament: TargetList) -> None:
    campaign = made(
        admin,
        targeting="postal",
        target_list=parliament.pk,
        provider="represent",
        letters_held="on",
        letters_not_before="2026-07-01 08:00",
        confirm_first="on",
        offer_own_mail="on",
        offer_print="on",
        show_taken="on",
        reply_to="alias",
    )
    assert (campaign.targeting, campaign.target_list, campaign.provider) == ("postal", parliament, "represent")
    assert campaign.letters_held
    assert campaign.confirm_first
    assert campaign.offer_own_mail
    assert campaign.offer_print
    assert campaign.show_taken
    assert campaign.reply_to == "alias"
    # In the campaign's own zone, Vancouver in summer.
    assert campaign.letters_not_before == datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
    html = admin.get(reverse("campaign:edit", args=[campaign.pk])).content.decode()
    assert 'value="2026-07-01 08:00"' in html


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"targeting": "postal", "provider": "table"}, "target_list"),
        ({"targeting": "answer", "matched_by": "province"}, "target_list"),
        ({"targeting": "postal", "target_list": "LIST"}, "provider"),
        ({"targeting": "answer", "target_list": "LIST"}, "matched_by"),
        ({"targeting": "postal", "target_list": "LIST", "provider": "table", "kind": "petition"}, "targeting"),
        ({"test_address": "nowhere"}, "test_address"),
    ],
)
def test_what_does_not_go_together_is_said(
    admin: Client, parliament: TargetList, fields: dict[str, Any], wrong: str
) -> None:
    fields = {name: parliament.pk if value == "LIST" else value for name, value in fields.items()}
    assert list(_errors(admin.post(reverse("campaign:add"), {**CAMPAIGN, **fields}))) == [wrong]


def test_test_mode_is_loud(admin: Client) -> None:
    campaign = made(admin, test_address="me@society.example")
    html = hub(admin, campaign)
    assert "Test mode: no letter reaches a target." in html
    assert "me@society.example" in html
    assert "test mode" in admin.get(reverse("campaign:index")).content.decode()
    Campaign.objects.update(test_address="")
    assert "Test mode" not in hub(admin, campaign)


def test_what_was_written_before_test_mode_is_held(admin: Client, campaign: Campaign, write: Write) -> None:
    real = write(State.WAITING)
    fields = {**CAMPAIGN, "slug": campaign.slug, "targets": [real.target_id], "test_address": "me@society.example"}
    assert _errors(admin.post(reverse("campaign:edit", args=[campaign.pk]), fields)) is None
    real.message.refresh_from_db()
    assert real.message.state == State.HELD


def test_the_hub_says_who_gets_the_letters(admin: Client, parliament: TargetList, target: Target) -> None:
    campaign = made(admin, targeting="answer", target_list=parliament.pk, matched_by="province")
    html = hub(admin, campaign)
    assert reverse("target_list:members", args=[parliament.pk]) in html
    assert "By an answer: Province or territory" in html
    parliament.members.all().delete()
    assert "Its list of targets is empty" in hub(admin, campaign)
    Campaign.objects.update(targeting="fixed")
    assert "It has no target yet" in hub(admin, campaign)


def test_many_targets_are_counted_not_listed(admin: Client, campaign: Campaign) -> None:
    campaign.targets.set([Target.objects.create(name=f"Target {number}") for number in range(15)])
    html = hub(admin, campaign)
    assert "and 3 more" in html


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        ("table", "There is no table of postal codes"),
        ("boundaries", "The map of postal codes lacks divisions.geojson"),
        ("represent", "Represent does not answer now"),
    ],
)
def test_a_look_up_that_cannot_say_is_said(
    admin: Client, parliament: TargetList, no_map: Path, provider: str, said: str
) -> None:
    campaign = made(admin, targeting="postal", target_list=parliament.pk, provider=provider)
    away_until = timezone.now() + timedelta(minutes=2)
    health = ProviderHealth.objects.create(provider="represent", failures=3, away_until=away_until)
    assert said in hub(admin, campaign)
    health.delete()
    for name in ("divisions.geojson", "postal-codes.csv"):
        (no_map / name).touch()
    PostalDivision.objects.create(postal_code="K1A 0A6", division="ocd-division/country:ca/ed:35079-2023")
    assert said not in hub(admin, campaign)


def test_held_letters_are_said(admin: Client) -> None:
    assert "New letters are held" in hub(admin, made(admin, letters_held="on"))


def opened(client: Client, campaign: Campaign) -> dict[str, str]:
    """What the form carries along of the fields that are decided elsewhere too."""
    html = client.get(reverse("campaign:edit", args=[campaign.pk])).content.decode()
    inputs = Markup(html).named("input")
    return {one["name"]: one["value"] for one in inputs if one["name"].startswith("initial-letters_")}


def test_an_old_form_does_not_undo_a_pause(admin: Client, campaign: Campaign) -> None:
    old = opened(admin, campaign)
    assert sorted(old) == ["initial-letters_held", "initial-letters_not_before", "initial-letters_paused"]
    at = timezone.now() + timedelta(days=1)
    Campaign.objects.update(letters_paused=True, letters_not_before=at)
    address = reverse("campaign:edit", args=[campaign.pk])
    assert _errors(admin.post(address, {**CAMPAIGN, "time_zone": campaign.time_zone, **old})) is None
    campaign.refresh_from_db()
    assert (campaign.name, campaign.letters_paused, campaign.letters_not_before) == ("Hear them", True, at)
    new = opened(admin, campaign)
    assert _errors(admin.post(address, {**CAMPAIGN, "time_zone": campaign.time_zone, **new})) is None
    campaign.refresh_from_db()
    assert (campaign.letters_paused, campaign.letters_not_before) == (False, None)


def test_letters_are_decided_on_by_those_who_may(colleague: Any, campaign: Campaign) -> None:
    at = timezone.now() + timedelta(days=1)
    Campaign.objects.update(letters_paused=True, letters_not_before=at)
    without = colleague("campaigns.change_campaign", "campaigns.view_campaign")
    posted = {**CAMPAIGN, **opened(without, campaign), "letters_held": "on"}
    assert _errors(without.post(reverse("campaign:edit", args=[campaign.pk]), posted)) is None
    campaign.refresh_from_db()
    assert (campaign.name, campaign.letters_held, campaign.letters_paused) == ("Hear them", False, True)
    assert campaign.letters_not_before == at


@pytest.mark.parametrize(
    ("field", "value"),
    [("data_kept_months", "0"), ("data_kept_months", "61"), ("words_kept_days", "0"), ("words_kept_days", "366")],
)
def test_data_are_kept_for_some_time_and_not_for_ever(admin: Client, field: str, value: str) -> None:
    errors = _errors(admin.post(reverse("campaign:add"), {**CAMPAIGN, field: value}))
    assert list(errors) == [field]


def test_how_long_data_are_kept_is_said_on_the_hub(admin: Client) -> None:
    page = hub(admin, made(admin, data_kept_months="12", words_kept_days="1"))
    assert "Kept for 12 months after it closed, until 2 Dec 2027." in page or "until 1 Dec 2027." in page
    assert "The words of a letter for 1 day after the last that became of it." in page
