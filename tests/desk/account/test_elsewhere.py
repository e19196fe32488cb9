"""Coming in by another house: known by a verified address, then by its number; everybody else stays out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from tests.desk.account import oidc_server
from tests.desk.account.codes import code_of
from tests.desk.account.conftest import SECRET, is_in, sign_in
from tests.desk.account.oidc_server import CLIENT, CLIENT_SECRET, House
from tests.desk.conftest import confirm
from tocsin.staff.models import AuditLine

GO = "/desk/account/elsewhere/"
BACK = "/desk/account/oidc/callback/"


@pytest.fixture
def house(settings: Settings, jane: User) -> Iterator[House]:
    """A house that would say it is Jane."""
    with oidc_server.running() as house:
        house.person = {"sub": "7", "email": "Jane.Doe@example.org", "email_verified": True, "name": "Jane Doe"}
        settings.TOCSIN_OIDC_URL, settings.TOCSIN_OIDC_NAME = urlsplit(house.url), "The house"
        app: dict[str, Any] = {"provider_id": "oidc", "name": "The house", "client_id": CLIENT, "secret": CLIENT_SECRET}
        app["settings"] = {"server_url": house.url, "oauth_pkce_enabled": True}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield house


def come(client: Client, house: House, query: str = "", code: str = "right") -> Any:
    state = house.goes_there(client.get(GO + query).headers["Location"])
    return client.get(BACK, {"state": state, "code": code})


def test_it_works(client: Client, house: House, jane: User) -> None:
    page = client.get("/desk/login/?next=/desk/campaigns/").content.decode()
    assert f'href="{GO}?next=%2Fdesk%2Fcampaigns%2F">Sign in with The house</a>' in page
    assert come(client, house, "?next=/desk/campaigns/").headers["Location"] == "/desk/campaigns/"
    assert is_in(client)
    assert house.asked[0]["redirect_uri"] == f"http://testserver{BACK}"
    assert set(house.asked[0]["scope"].split()) == {"openid", "profile", "email"}
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.extra_data) == (jane, "7", {})
    assert not SocialToken.objects.exists()
    jane.refresh_from_db()
    assert jane.has_usable_password()


def test_from_then_on_the_number_counts_and_not_the_address(client: Client, house: House, jane: User) -> None:
    come(client, house)
    house.person |= {"email": "jane.married@example.org"}
    second = Client()
    assert come(second, house).status_code == 302
    assert is_in(second)
    house.person = {"sub": "8", "email": "jane.doe@example.org", "email_verified": True}
    third = Client()
    assert come(third, house).status_code == 403
    assert not is_in(third)
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize(
    "person",
    [
        {"email": "stranger@example.org"},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "false"},
        {"email": ""},
        {"email": None},
        {"email": "%"},
    ],
)
def test_whoever_has_no_account_stays_out(client: Client, house: House, person: dict[str, Any]) -> None:
    User.objects.create_user("without-an-address", "")
    house.person |= person
    answer = come(client, house)
    assert answer.status_code == 403
    assert "You have no account here" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == 2
    assert not SocialAccount.objects.exists()


def test_two_accounts_with_one_address_open_neither(client: Client, house: House) -> None:
    User.objects.create_user("jane2", "JANE.DOE@example.org")
    assert come(client, house).status_code == 403


def test_an_account_without_a_desk_stays_out(client: Client, house: House, jane: User) -> None:
    jane.user_permissions.clear()
    assert come(client, house).headers["Location"] == "/desk/account/no-desk/"


def test_our_second_factor_is_asked_unless_theirs_is_trusted(
    client: Client, house: House, with_app: Authenticator, settings: Settings
) -> None:
    assert come(client, house).headers["Location"] == "/desk/account/code/"
    assert not is_in(client)
    assert client.post("/desk/account/code/", {"code": code_of(SECRET)}).status_code == 302
    settings.TOCSIN_OIDC_TRUSTED = True
    second = Client()
    come(second, house)
    assert is_in(second)


def test_whoever_comes_that_way_need_not_set_one_up_if_it_is_trusted(
    client: Client, house: House, settings: Settings, demanded: None
) -> None:
    come(client, house)
    assert client.get("/desk/").headers["Location"] == "/desk/account/how/"
    settings.TOCSIN_OIDC_TRUSTED = True
    assert is_in(client)
    by_password = Client()
    sign_in(by_password)
    assert by_password.get("/desk/").headers["Location"] == "/desk/account/how/"


def test_it_confirms_who_it_is_by_asking_there_again(client: Client, house: House, jane: User) -> None:
    come(client, house)
    jane.set_unusable_password()
    jane.save()
    client.force_login(jane)
    confirm(client, jane, ago=3600)
    page = client.get("/desk/account/again/?next=/desk/account/codes/new/").content.decode()
    assert f'href="{GO}?next=%2Fdesk%2Faccount%2Fcodes%2Fnew%2F"' in page
    assert come(client, house, "?next=/desk/account/codes/new/").headers["Location"] == "/desk/account/codes/new/"
    assert house.asked[-1]["prompt"] == "login"
    assert client.get("/desk/account/codes/new/").status_code == 200


# ── asked again, over there ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def late(client: Client, house: House, jane: User) -> Client:
    """Jane, who is tied to the house and came in an hour ago."""
    come(client, house)
    confirm(client, jane, ago=3600)
    return client


def test_that_house_is_told_to_ask_them(late: Client, house: House) -> None:
    come(late, house, "?next=/desk/account/codes/new/")
    assert (house.asked[-1]["prompt"], house.asked[-1]["max_age"]) == ("login", "0")
    assert late.get("/desk/account/codes/new/").status_code == 200
    assert set(AuditLine.objects.values_list("what", flat=True)) >= {"confirmed_again"}


@pytest.mark.parametrize("said", [None, 1, time.time() - 600, "now", True, [], 10**400, -(10**400)])
def test_a_session_over_there_confirms_nothing(late: Client, house: House, said: Any) -> None:
    """It let them through without asking, or does not say when it did."""
    house.token = {"auth_time": said}
    answer = come(late, house, "?next=/desk/account/codes/new/")
    assert answer.headers["Location"] == "/desk/account/again/?next=%2Fdesk%2Faccount%2Fcodes%2Fnew%2F"
    assert "The house did not ask you just now who you are" in late.get(answer.headers["Location"]).content.decode()
    assert late.get("/desk/account/codes/new/").status_code == 302
    assert AuditLine.objects.filter(what="not_confirmed").count() == 1
    assert is_in(late)


def test_somebody_else_over_there_confirms_nothing_and_takes_over_nothing(late: Client, house: House) -> None:
    other = User.objects.create_user("joe", "joe@example.org")
    house.person = {"sub": "8", "email": "joe@example.org", "email_verified": True}
    page = late.get(come(late, house).headers["Location"]).content.decode()
    assert "somebody else is there" in page
    assert late.session["_auth_user_id"] != str(other.pk)
    assert not SocialAccount.objects.filter(user=other).exists()


def test_whoever_never_came_in_that_way_is_told_so(client: Client, house: House, jane: User) -> None:
    """It is they, over there as here: “somebody else” would be wrong."""
    sign_in(client)
    confirm(client, jane, ago=3600)
    page = client.get(come(client, house).headers["Location"]).content.decode()
    assert "is not tied to any sign-in at The house yet" in page
    assert "somebody else is there" not in page
    assert not SocialAccount.objects.exists()
    assert client.get("/desk/account/codes/new/").status_code == 302


def test_a_form_that_was_sent_is_kept_on_the_way_there_and_back(late: Client, house: House, jane: User) -> None:
    User.objects.filter(pk=jane.pk).update(is_superuser=True)
    late.post("/desk/people/invite/", {"first_name": "Kept"})
    assert come(late, house, "?next=/desk/account/go-on/").headers["Location"] == "/desk/account/go-on/"
    assert 'name="first_name" value="Kept"' in late.get("/desk/account/go-on/").content.decode()


def test_a_second_factor_of_ours_is_not_asked_in_between(late: Client, house: House, with_app: Authenticator) -> None:
    assert come(late, house, "?next=/desk/account/codes/new/").headers["Location"] == "/desk/account/codes/new/"
    assert is_in(late)


def test_whoever_comes_in_by_an_old_session_over_there_is_asked_again(client: Client, house: House) -> None:
    """Else signing out and in would get round it."""
    house.token = {"auth_time": time.time() - 3600}
    come(client, house)
    assert is_in(client)
    assert client.get("/desk/account/codes/new/").headers["Location"].startswith("/desk/account/again/")
    client.post("/desk/logout/")
    house.token = {"auth_time": time.time() - 60}
    come(client, house)
    assert client.get("/desk/account/codes/new/").status_code == 200


@pytest.mark.parametrize(
    "token", [{"iss": "https://example.com"}, {"aud": "somebody"}, {"exp": 1}, {"sub": "9"}, {"sub": None}]
)
def test_a_token_that_is_not_for_us_is_refused(client: Client, house: House, token: dict[str, Any]) -> None:
    house.token = token
    assert come(client, house).status_code in {401, 502}
    assert not is_in(client)


def test_a_token_signed_by_somebody_else_is_refused(client: Client, house: House) -> None:
    house.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert come(client, house).status_code == 401
    assert not is_in(client)


@pytest.mark.parametrize("broken", ["openid-configuration", "token", "userinfo", "keys"])
def test_what_makes_no_sense_is_a_sentence(client: Client, house: House, broken: str) -> None:
    state = house.goes_there(client.get(GO).headers["Location"])
    house.broken = broken
    answer = client.get(BACK, {"state": state, "code": "right"})
    assert answer.status_code in {401, 502}
    assert "It did not work" in answer.content.decode()
    assert not is_in(client)


def test_a_house_that_is_away_is_a_sentence(client: Client, house: House, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = client.get(GO)
    assert answer.status_code == 502
    assert "It did not work" in answer.content.decode()


@pytest.mark.parametrize("query", [{}, {"state": "made up", "code": "right"}, {"code": "right"}, {"error": "x"}])
def test_nobody_comes_back_who_did_not_go(client: Client, house: House, query: dict[str, str]) -> None:
    assert client.get(BACK, query).status_code == 401
    assert not is_in(client)


def test_a_wrong_code_and_a_used_state_open_nothing(client: Client, house: House) -> None:
    assert come(client, house, code="wrong").status_code == 401
    come(client, house)
    client.post("/desk/logout/")
    assert client.get(BACK, {"state": house.asked[-1]["state"], "code": "right"}).status_code == 401


def test_whoever_stops_on_the_way_is_told(client: Client, house: House) -> None:
    state = house.goes_there(client.get(GO).headers["Location"])
    answer = client.get(BACK, {"state": state, "error": "access_denied"}, follow=True)
    assert "You are not signed in" in answer.content.decode()


@pytest.mark.parametrize(
    "asked", ["process=connect", "process=redirect&next=/desk/", "scope=admin", "auth_params=x%3D1"]
)
def test_an_address_asks_for_nothing_more(client: Client, house: House, asked: str) -> None:
    house.goes_there(client.get(f"{GO}?{asked}").headers["Location"])
    assert set(house.asked[0]["scope"].split()) == {"openid", "profile", "email"}
    assert "x" not in house.asked[0]
    assert client.get(BACK, {"state": house.asked[0]["state"], "code": "right"}).headers["Location"] == "/desk/"
    assert is_in(client)


def test_where_no_house_is_set_there_is_no_door(client: Client, jane: User) -> None:
    assert "Sign in with" not in client.get("/desk/login/").content.decode().replace("Sign in with a passkey", "")
    assert client.get(GO).status_code == 404
    assert client.get(BACK, {"state": "x", "code": "y"}).status_code == 404
    assert client.get("/desk/account/google/callback/").status_code == 404
