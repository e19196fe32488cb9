"""“4,812 letters were taken by the mail server of …”: only where it is wanted, true and cached as the number is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import a_target
from tests.pages.conftest import MakePage, publish
from tocsin.campaigns.models import Campaign, Tally, Targeting
from tocsin.pages.models import ActionPage

pytestmark = pytest.mark.django_db
PATH = "/en/keep-the-door-open/"


def shown(client: Client, path: str = PATH) -> str:
    return " ".join(client.get(path).content.decode().split())


@pytest.fixture
def campaign(live: MakePage) -> Campaign:
    page: Any = live()
    campaign: Campaign = page.campaign
    campaign.show_taken = True
    campaign.save()
    Tally.objects.update_or_create(campaign=campaign, defaults={"letters_taken": 4812})
    return campaign


def test_it_works(client: Client, campaign: Campaign) -> None:
    name = campaign.editions.get().words["targets"][0]["name"]
    page = shown(client)
    assert f"4,812 letters were taken by the mail server of {name}." in page
    assert client.get(PATH).headers["Cache-Control"].startswith("public")


def test_one_letter(client: Client, campaign: Campaign) -> None:
    Tally.objects.update(letters_taken=1)
    assert "1 letter was taken by the mail server of" in shown(client)


@pytest.mark.parametrize("unsaid", ["not wanted", "none taken", "no tally"])
def test_it_is_left_unsaid(client: Client, campaign: Campaign, unsaid: str) -> None:
    if unsaid == "not wanted":
        Campaign.objects.update(show_taken=False)
    elif unsaid == "none taken":
        Tally.objects.update(letters_taken=0)
    else:
        Tally.objects.all().delete()
    assert "count-taken" not in shown(client)


def test_several_targets_are_not_named(client: Client, campaign: Campaign) -> None:
    campaign.targets.add(a_target(name="Premier", email="premier@other.example"))
    publish(ActionPage.objects.get())
    assert "4,812 letters were taken by the mail servers of those they are for." in shown(client)


def test_where_a_look_up_decides_nobody_is_named(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(targeting=Targeting.POSTAL_CODE)
    assert "of those they are for." in shown(client)
