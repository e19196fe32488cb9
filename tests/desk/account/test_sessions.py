"""Where somebody is signed in: they see each place, and end what they do not know."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.desk.account.conftest import PASSWORD, is_in, sign_in
from tocsin.desk.account.sessions import browser_of

SESSIONS = "/desk/account/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18 Safari/604"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 (KHTML, like Gecko) Chrome/140.0 Safari/537 Edg/140.0"


def two_places(jane: User) -> tuple[Client, Client]:
    here, there = Client(), Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="192.0.2.7")
    for client in (here, there):
        sign_in(client)
    return here, there


def test_it_works(jane: User) -> None:
    here, there = two_places(jane)
    page = here.get(SESSIONS).content.decode()
    assert "Firefox, Windows" in page
    assert "192.0.2.7" in page
    [number] = re.findall(r'name="end" value="(\d+)"', page)
    here.post(SESSIONS, {"end": number})
    assert (is_in(here), is_in(there)) == (True, False)
    assert "You are signed in nowhere else." in here.get(SESSIONS).content.decode()


def test_all_others_end_at_once(jane: User) -> None:
    here, there = two_places(jane)
    here.post(SESSIONS, {"end": "others"})
    assert (is_in(here), is_in(there)) == (True, False)


@pytest.mark.parametrize("nonsense", ["", "0", "-1", "x", "９", "9" * 40])
def test_nonsense_ends_nothing(jane: User, nonsense: str) -> None:
    here, there = two_places(jane)
    assert here.post(SESSIONS, {"end": nonsense}).status_code == 302
    assert is_in(there)


def test_nobody_ends_anybody_elses(jane: User, boss: User) -> None:
    here, there = two_places(jane)
    boss.set_password(PASSWORD)
    boss.save()
    other = Client()
    sign_in(other, "boss")
    for number in range(1, 6):
        other.post(SESSIONS, {"end": str(number)})
    other.post(SESSIONS, {"end": "others"})
    assert (is_in(here), is_in(there)) == (True, True)


def test_what_has_ended_is_not_listed(jane: User) -> None:
    here, there = two_places(jane)
    there.post("/desk/logout/")
    assert "Firefox" not in here.get(SESSIONS).content.decode()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (SAFARI, "Safari, iPhone"),
        (EDGE, "Edge, Windows"),
        ("curl", "An unknown browser"),
    ],
)
def test_a_browser_by_its_name(agent: str, name: str) -> None:
    assert browser_of(agent) == name
