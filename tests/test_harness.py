"""The tests' own house: the cast acts, the clock stands still, the network is off, a browser opens."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_socket import SocketConnectBlockedError

from tests.cast import sign, valid_post
from tests.conftest import NOON
from tocsin.actions.contract import read
from tocsin.actions.models import Action
from tocsin.campaigns.models import Edition


def test_the_cast_acts(client: Client, edition_en: Edition) -> None:
    response = sign(client, edition_en)

    assert response.status_code == 303
    assert Action.objects.get().edition == edition_en


@pytest.mark.parametrize("edition", ["edition_en", "edition_fr", "petition"])
def test_what_the_cast_posts_is_complete(request: pytest.FixtureRequest, edition: str) -> None:
    words = request.getfixturevalue(edition).words
    posted = valid_post(request.getfixturevalue(edition))

    offer = read(words, _Lists(posted))

    assert offer.problems == []
    assert offer.act["given_name"] == "Jane"


class _Lists(dict[str, str]):
    def getlist(self, key: str) -> list[str]:
        return [self[key]] if key in self else []


def test_the_clock_stands_still(noon: time_machine.Traveller) -> None:
    assert timezone.now() == NOON
    noon.shift(60)
    assert (timezone.now() - NOON).seconds == 60


@pytest.mark.filterwarnings("ignore:A test tried to use")
def test_the_network_is_off() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.browser
def test_a_browser_opens(new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    page.set_content("<title>hello</title>")

    assert page.title() == "hello"
