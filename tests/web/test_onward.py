"""The next action: offered on the thanks, filled in for whoever just acted, and telling nobody else anything."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from time_machine import Traveller

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tests.web.test_straight import Asking, body
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign, Edition
from tocsin.web.carried import open_details, seal_details

pytestmark = pytest.mark.django_db
HERE = {"REMOTE_ADDR": "192.0.2.7", "HTTP_USER_AGENT": "A browser"}


@pytest.fixture
def following(db: None) -> Edition:
    """The action that comes next, open and in English."""
    return an_edition(a_campaign(slug="next", name="Next"), "en", title="The next thing", page_path="/en/next/")


@pytest.fixture
def edition(campaign_open: Campaign, following: Edition) -> Edition:
    return an_edition(campaign_open, "en", follows={"campaign": following.campaign_id})


def thanked(client: Client, edition: Edition, **changes: Any) -> tuple[str, str]:
    """The address of the thanks, and the page."""
    address = sign(client, edition, **changes).headers["Location"]
    return address, client.get(address).content.decode()


def carried_in(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found
    return found[1]


def go_on(client: Client, edition: Edition, carried: str, **extra: Any) -> HttpResponse:
    there = f"/onward/{edition.pk}/"
    response = client.post(there, {"carried": carried}, headers={"sec-fetch-site": "same-origin"}, **extra)
    return cast("HttpResponse", response)


def value(page: str, name: str) -> str:
    found = re.search(rf'id="{name}" name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def test_it_works(client: Client, edition: Edition, following: Edition) -> None:
    address, page = thanked(client, edition, given_name="Kanarie")
    assert "One more thing you can do now" in page
    response = go_on(client, following, carried_in(page))
    form = response.content.decode()
    assert [value(form, name) for name in ("given_name", "email", "postal_code")] == [
        "Kanarie",
        "jane.doe@example.org",
        "K1A 0A6",
    ]
    assert '<option value="ON" selected>' in form
    assert f'action="/act/{following.pk}/"' in form
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not response.cookies
    for trace in ("Kanarie", "jane.doe", "613 555"):
        assert trace not in address + page
    assert Action.objects.count() == 1  # nothing is sent before the button


def test_no_consent_is_carried_along(client: Client, edition: Edition, following: Edition) -> None:
    form = go_on(client, following, carried_in(thanked(client, edition)[1])).content.decode()
    assert "checked" not in form


def test_the_letter_is_the_next_ones_own(client: Client, edition: Edition, following: Edition) -> None:
    page = thanked(client, edition, text="My very own words about the first.")[1]
    form = go_on(client, following, carried_in(page)).content.decode()
    assert "My very own words" not in form
    assert "Please give every family a fair hearing." in form


def test_where_it_came_from_is_kept(client: Client, edition: Edition, following: Edition) -> None:
    form = go_on(client, following, carried_in(thanked(client, edition)[1])).content.decode()
    assert 'name="came_from" value="source=next-action"' in form
    sign(client, following, came_from="source=next-action")
    assert Action.objects.latest("pk").source == {"source": "next-action"}


def test_only_for_half_an_hour(client: Client, edition: Edition, following: Edition, noon: Traveller) -> None:
    address, page = thanked(client, edition)
    noon.shift(timedelta(minutes=29))
    assert value(go_on(client, following, carried_in(page)).content.decode(), "email")
    noon.shift(timedelta(minutes=2))
    assert value(go_on(client, following, carried_in(page)).content.decode(), "email") == ""
    assert 'href="/en/next/"' in client.get(address).content.decode()


@pytest.mark.parametrize("other", [{"REMOTE_ADDR": "198.51.100.9"}, {"HTTP_USER_AGENT": "Another"}])
def test_whoever_is_passed_the_address_sees_nobodys_details(
    client: Client, edition: Edition, following: Edition, other: dict[str, str]
) -> None:
    address, page = thanked(client, edition)
    assert 'name="carried"' not in client.get(address, **other).content.decode()  # type: ignore[arg-type]
    assert value(go_on(client, following, carried_in(page), **other).content.decode(), "email") == ""


def test_a_stranger_who_types_somebodys_address_learns_nothing(
    client: Client, edition: Edition, following: Edition, noon: object
) -> None:
    thanked(client, edition)
    follow_everything()
    said = {"given_name": "Some", "family_name": "Body", "city": "", "postal_code": "H2X 1Y4"}
    address, page = thanked(client, edition, **said)
    form = go_on(client, following, carried_in(page)).content.decode()
    assert (value(form, "given_name"), value(form, "city")) == ("Some", "")
    Action.objects.all().delete()
    assert thanked(Client(), edition, **said)[0] == address  # as if nobody had signed before


@pytest.mark.parametrize("wrong", ["", "x", "é", "A" * 5000])
def test_what_was_tampered_with_opens_nothing(client: Client, edition: Edition, following: Edition, wrong: str) -> None:
    _address, page = thanked(client, edition)
    for carried in (wrong, carried_in(page)[:-2] + wrong):
        response = go_on(client, following, carried)
        assert response.status_code == 200
        assert value(response.content.decode(), "email") == ""


def test_without_a_next_action_nothing_is_carried(client: Client, edition_en: Edition) -> None:
    address, page = thanked(client, edition_en)
    assert "?" not in address
    assert "One more thing" not in page


def test_a_closed_action_is_not_offered_and_leads_to_its_page(
    client: Client, edition: Edition, following: Edition
) -> None:
    _address, page = thanked(client, edition)
    Campaign.objects.filter(pk=following.campaign_id).update(closes_at=timezone.now() - timedelta(hours=1))
    assert "One more thing" not in thanked(client, edition)[1]
    response = go_on(client, following, carried_in(page))
    assert (response.status_code, response.headers["Location"]) == (303, "/en/next/")


def test_reading_the_address_leads_to_the_page(client: Client, following: Edition) -> None:
    assert client.get(f"/onward/{following.pk}/").headers["Location"] == "/en/next/"
    assert client.post("/onward/999999/", headers={"sec-fetch-site": "same-origin"}).status_code == 404


def test_another_site_cannot_open_it(client: Client, edition: Edition, following: Edition) -> None:
    carried = carried_in(thanked(client, edition)[1])
    there = f"/onward/{following.pk}/"
    assert client.post(there, {"carried": carried}, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_who_carries_their_letter_themselves_goes_on_too(
    client: Client, campaign_open: Campaign, following: Edition
) -> None:
    edition = an_edition(campaign_open, "en", follows={"campaign": following.campaign_id}, ways=["print"])
    address, page = thanked(client, edition, way="print")
    assert "?way=print&carried=" in address
    assert carried_in(page)


def test_only_what_the_form_asks_is_carried() -> None:
    act = {"given_name": "Jane", "text": "My words", "consents": {"news": True}, "email": "jane@example.org"}
    assert open_details(HERE, seal_details(act, HERE)) == {"given_name": "Jane", "email": "jane@example.org"}


def test_the_straight_way_carries_the_same(client: Client, edition: Edition, noon: object) -> None:
    asking = Asking(edition.pk, body(edition), REMOTE_ADDR="127.0.0.1")
    assert asking.said[1]["Location"] == sign(client, edition).headers["Location"]
