"""One person: found by an exact address however it is spelled, opened with everything, and each opening known."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign
from tocsin.actions.models import Action
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign
from tocsin.supporters.leaving import leave
from tocsin.supporters.models import Supporter


@pytest.fixture
def jane(sign: Sign) -> Supporter:
    sign(ActionState.COUNTED, phone="613 555-0100")
    follow_batch()
    return Supporter.objects.get()


def find(client: Client, text: str) -> str | int:
    response = client.post(reverse("desk_find_person"), {"email": text})
    return response.headers.get("Location", "") or response.status_code


@pytest.mark.parametrize("text", ["jane0@example.org", "  Jane0+news@Example.ORG "])
def test_it_works(admin: Client, jane: Supporter, text: str) -> None:
    assert find(admin, text) == reverse("desk_supporter", args=[jane.pk])


def test_a_person_is_opened_with_everything(admin: Client, jane: Supporter, campaign: Campaign) -> None:
    leave(jane.pk, "news", "mail")
    page = admin.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    for said in ("jane0@example.org", "613 555-0100", "Send me news.", "1 Main Street", campaign.name, "Thank-you"):
        assert said in page, said
    assert "Minister of Examples" in page
    assert "no consent that counts today" in page
    assert "boss" in page or "Jane Doe" in page


def test_who_opened_it_is_told(admin: Client, colleague: Callable[..., Client], jane: Supporter) -> None:
    colleague("actions.view_action").get(reverse("desk_supporter", args=[jane.pk]))
    assert "colleague" in admin.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    assert ModelLogEntry.objects.filter(action="tocsin.person_opened").count() == 2


@pytest.mark.parametrize("state", [ActionState.HELD, ActionState.BLOCKED, ActionState.UNCONFIRMED])
def test_whoever_did_not_become_a_supporter_is_found_too(
    admin: Client, sign: Sign, campaign: Campaign, state: ActionState
) -> None:
    action = sign(state)
    page = admin.post(reverse("desk_find_person"), {"email": "jane0@example.org"}).content.decode()
    assert f"{campaign.pk}-{action.pk}" in page


def test_nobody_is_explained_and_noted_without_the_address(admin: Client, jane: Supporter) -> None:
    page = admin.post(reverse("desk_find_person"), {"email": "nobody@example.org"}).content.decode()
    assert "only a whole address finds somebody" in page
    line = ModelLogEntry.objects.get(action="tocsin.person_searched")
    assert line.data == {"found": False}
    assert "nobody@" not in str(line.__dict__)


@pytest.mark.parametrize("text", ["", "jane", "jane@", "é@example.org", "a@b\x00.ca", "x" * 400])
def test_what_is_no_address_is_said_and_kept(admin: Client, text: str) -> None:
    response = admin.post(reverse("desk_find_person"), {"email": text})
    assert response.status_code == 422


def test_only_for_those_who_may(colleague: Callable[..., Client], jane: Supporter) -> None:
    assert find(colleague("actions.view_action"), "jane0@example.org") == "/desk/"
    finder = colleague("staff.find_people")
    page = finder.post(reverse("desk_find_person"), {"email": "jane0@example.org"}).content.decode()
    assert "Secret" not in page
    assert finder.get(reverse("desk_supporter", args=[jane.pk])).headers["Location"] == "/desk/"


def test_in_a_campaign_of_theirs_the_whole_person_opens(admin: Client, jane: Supporter, campaign: Campaign) -> None:
    address = reverse("campaign:person", args=[campaign.pk, jane.pk])
    assert admin.get(address).headers["Location"] == reverse("desk_supporter", args=[jane.pk])


def test_what_is_sealed_with_a_lost_key_is_said(admin: Client, jane: Supporter) -> None:
    Supporter.objects.update(sealed=b"x")
    page = admin.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    assert "TOCSIN_KEYS" in page
    assert Action.objects.get().supporter_id == jane.pk
