"""Choosing afterwards where one lives: the link shows, the button chooses, once."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import sign
from tests.lookups import CENTRE, VANIER, Provider, an_edition_by_postal_code, provider, variant
from tocsin.actions.choose import choice_key
from tocsin.actions.confirm import confirm_key
from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.campaigns.models import Edition

__all__ = ["provider"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def seeking(client: Client) -> Action:
    return sought(client, an_edition_by_postal_code(letter={"variants": [variant(excluded="She agrees.")]}))


def sought(client: Client, edition: Edition) -> Action:
    sign(client, edition, postal_code="K1N 5Y3", division="later")
    Action.objects.update(state=State.SEEKING)
    return Action.objects.get()


def address(action: Action) -> str:
    return f"/choose/{choice_key(action.pk)}/"


def division(action: Action) -> str:
    return Action.objects.get(pk=action.pk).division


def test_it_works(client: Client, seeking: Action, provider: Provider) -> None:
    html = client.get(address(seeking)).content.decode()
    assert "Ottawa Centre" in html
    assert "Joan Roe, Member of Parliament" in html
    assert " checked" not in html
    done = client.post(address(seeking), {"division": VANIER.division})
    assert division(seeking) == VANIER.division
    assert "Your letter goes to whoever represents Ottawa—Vanier." in done.content.decode()


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_follows_the_link_chooses_nothing(
    client: Client, seeking: Action, provider: Provider, method: str
) -> None:
    assert getattr(client, method)(f"{address(seeking)}?division={VANIER.division}").status_code == 200
    assert division(seeking) == ""


@pytest.mark.parametrize("chosen", ["", "ocd-division/country:ca/ed:1-2023", "later"])
def test_only_one_of_those_can_be_chosen(client: Client, seeking: Action, provider: Provider, chosen: str) -> None:
    response = client.post(address(seeking), {"division": chosen})
    assert response.status_code == 422
    assert "Choose where you live." in response.content.decode()
    assert division(seeking) == ""


def test_it_is_chosen_once(client: Client, seeking: Action, provider: Provider) -> None:
    client.post(address(seeking), {"division": VANIER.division})
    client.post(address(seeking), {"division": CENTRE.division})
    assert division(seeking) == VANIER.division
    assert "Your letter goes to whoever represents Ottawa—Vanier." in client.get(address(seeking)).content.decode()


def test_one_whose_target_needs_no_letter_can_be_chosen_too(
    client: Client, seeking: Action, provider: Provider
) -> None:
    client.post(address(seeking), {"division": f"look:{CENTRE.division}"})
    assert division(seeking) == CENTRE.division


def test_while_nobody_can_say_it_waits(client: Client, seeking: Action, provider: Provider) -> None:
    provider.is_away = True
    html = client.get(address(seeking)).content.decode()
    assert "come back to this page later" in html
    assert "<form" not in html


def test_a_wrong_key_opens_nothing(client: Client, seeking: Action, provider: Provider) -> None:
    assert client.get("/choose/x/").status_code == 404
    assert client.get(f"/choose/{confirm_key(seeking.pk)}/").status_code == 404
    assert client.get(f"/choose/{choice_key(seeking.pk + 1)}/").status_code == 404


def test_where_nothing_is_to_be_chosen(client: Client, edition_en: Edition, provider: Provider) -> None:
    sign(client, edition_en)
    assert client.get(address(Action.objects.get())).status_code == 404
