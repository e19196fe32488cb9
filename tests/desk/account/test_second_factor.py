"""Where a second factor is demanded, nothing at the desk is reached without one; it is set up, sealed, and reset."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from wagtail.models import ModelLogEntry

from tests.desk.account.codes import code_of
from tests.desk.account.conftest import SECRET, is_in, sign_in
from tests.desk.conftest import confirm
from tocsin.desk.account.doorkeeper import OPEN
from tocsin.desk.account.second_factor import has_second_factor, reset_second_factor
from tocsin.desk.account.urls import INSIDE

HOW = "/desk/account/how/"
APP = "/desk/account/app/"
CODES = "/desk/account/codes/"


@pytest.fixture
def within(client: Client, jane: User) -> Client:
    """Jane's browser, signed in by the password alone."""
    sign_in(client)
    return client


def set_up_app(client: Client) -> tuple[str, Any]:
    secret = str(re.findall(r'desk-key-text">([A-Z2-7]+)<', client.get(APP).content.decode())[0])
    return secret, client.post(APP, {"code": code_of(secret)})


def test_it_works(within: Client, demanded: None) -> None:
    assert within.get("/desk/").headers["Location"] == HOW
    assert "Before you go on: a second factor." in within.get(HOW).content.decode()
    _secret, answer = set_up_app(within)
    assert answer.headers["Location"] == CODES
    assert len(re.findall(r"<code>\d{8}</code>", within.get(CODES).content.decode())) == 10
    assert is_in(within)


@pytest.mark.parametrize(
    "path", ["/desk/campaigns/", "/desk/pages/", "/desk/account/", "/desk/api/main/pages/", "/desk/x/"]
)
def test_every_other_door_is_shut(within: Client, demanded: None, path: str) -> None:
    assert within.get(path).headers["Location"] == HOW
    assert within.post(path).headers["Location"] == HOW
    assert within.get(path, headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 403


def test_the_screens_of_setting_one_up_are_open(within: Client, demanded: None) -> None:
    for path in (HOW, APP, "/desk/account/passkeys/add/", "/desk/account/again/", "/desk/sprite/", "/desk/jsi18n/"):
        assert within.get(path).status_code == 200, path
    assert within.post("/desk/logout/").status_code == 302


def test_every_open_door_is_a_door() -> None:
    needs = {"uidb64": "MQ", "token": "x", "provider_id": "oidc"}
    for name in OPEN:
        wanted = ("provider_id",) if name == "openid_connect_callback" else ("uidb64", "token")
        known = name.endswith(("callback", "reset_confirm"))
        assert reverse(name, kwargs={key: needs[key] for key in wanted} if known else None).startswith("/desk/")


def test_where_it_is_offered_every_door_is_open(within: Client) -> None:
    assert is_in(within)


def test_whoever_has_one_passes_with_one_query_more(
    within: Client, with_app: Authenticator, settings: Settings, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for demanding in ("offered", "demanded", "offered", "demanded"):
        settings.TOCSIN_SECOND_FACTOR = demanding
        with django_assert_max_num_queries(60) as seen:
            assert within.get("/desk/account/sessions/").status_code == 200
        counts.append(len(seen.captured_queries))
    assert counts[3] == counts[2] + 1


def test_the_public_is_asked_nothing(demanded: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/health/live")
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_wrong_first_code_keeps_the_key(within: Client) -> None:
    first = within.get(APP).content.decode()
    answer = within.post(APP, {"code": "000000"})
    key = re.findall(r'desk-key-text">([A-Z2-7]+)<', first)
    assert answer.status_code == 422
    assert key == re.findall(r'desk-key-text">([A-Z2-7]+)<', answer.content.decode())


def test_secrets_are_sealed(within: Client, jane: User) -> None:
    secret, _answer = set_up_app(within)
    codes = Authenticator.objects.get(user=jane, type="recovery_codes").data
    assert secret not in str(Authenticator.objects.get(user=jane, type="totp").data)
    assert re.fullmatch(r"[A-Za-z0-9+/=]{100,}", codes["seed"])


def test_a_secret_whose_key_is_lost_opens_nothing(client: Client, with_app: Authenticator) -> None:
    Authenticator.objects.filter(pk=with_app.pk).update(data={"secret": "AAAA"})
    Authenticator.objects.filter(type="recovery_codes").delete()
    sign_in(client)
    assert client.post("/desk/account/code/", {"code": code_of(SECRET)}).status_code == 422


def test_changes_are_told_to_whom_they_belong_and_written_down(
    within: Client, jane: User, django_capture_on_commit_callbacks: Any, mailoutbox: list[EmailMessage]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(within)
        within.post("/desk/account/codes/new/")
        within.post("/desk/account/app/remove/")
    entries = set(ModelLogEntry.objects.filter(user=jane).values_list("action", flat=True))
    assert {"tocsin.app_added", "tocsin.recovery_codes_made", "tocsin.app_removed"} <= entries
    assert [mail.to for mail in mailoutbox] == [["jane.doe@example.org"]] * 3
    words = [str(mail.body) for mail in mailoutbox if mail.subject == "How you sign in to Tocsin was changed"]
    assert any(text.startswith("Codes from an app were added.\n\nThis was on ") for text in words)
    assert all(text.endswith("\nhttp://testserver/desk/") for text in words)


def test_new_recovery_codes_end_the_old(within: Client, jane: User) -> None:
    set_up_app(within)
    before = within.get(CODES).content.decode()
    assert "The 10 that are left work no longer." in within.get("/desk/account/codes/new/").content.decode()
    within.post("/desk/account/codes/new/")
    after = within.get(CODES).content.decode()
    codes = [set(re.findall(r"<code>(\d{8})</code>", page)) for page in (before, after)]
    assert not codes[0] & codes[1]
    assert within.get("/desk/account/codes/recovery-codes.txt").content.decode().split() == sorted(
        codes[1], key=after.index
    )


def test_the_last_one_stays_where_one_is_demanded(within: Client, demanded: None) -> None:
    set_up_app(within)
    page = within.get("/desk/account/app/remove/").content.decode()
    assert "This is your only second factor" in page
    assert within.post("/desk/account/app/remove/").status_code == 200
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_last_passkey_stays_too(within: Client, jane: User, demanded: None) -> None:
    passkey = Authenticator.objects.create(user=jane, type="webauthn", data={"name": "Key", "credential": {}})
    remove = f"/desk/account/passkeys/{passkey.pk}/remove/"
    within.post(remove)
    assert Authenticator.objects.filter(pk=passkey.pk).exists()
    cache.clear()
    Authenticator.objects.create(user=jane, type="totp", data={})
    assert within.get(remove).status_code == 200
    within.post(remove)
    assert not Authenticator.objects.filter(pk=passkey.pk).exists()


def test_a_passkey_is_renamed_by_its_owner_only(within: Client, jane: User, boss: User) -> None:
    own, other = (
        Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key", "credential": {}})
        for user in (jane, boss)
    )
    assert within.post(f"/desk/account/passkeys/{own.pk}/rename/", {"name": "Telephone"}).status_code == 302
    assert within.post(f"/desk/account/passkeys/{own.pk}/rename/", {"name": ""}).status_code == 422
    own.refresh_from_db()
    assert own.data["name"] == "Telephone"
    for step in ("rename", "remove"):
        assert within.post(f"/desk/account/passkeys/{other.pk}/{step}/", {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("path", [APP, CODES, "/desk/account/passkeys/add/", "/desk/account/codes/new/"])
def test_what_changes_how_one_signs_in_asks_again(within: Client, jane: User, path: str) -> None:
    confirm(within, jane, ago=16 * 60)
    assert within.get(path).headers["Location"].startswith("/desk/account/again/")
    assert within.post(path, {"code": "1"}).headers["Location"].startswith("/desk/account/again/")


def test_a_reset_leaves_the_password_and_ends_every_session(
    client: Client, with_app: Authenticator, jane: User, demanded: None
) -> None:
    sign_in(client)
    client.post("/desk/account/code/", {"code": code_of(SECRET)})
    SocialAccount.objects.create(user=jane, provider="oidc", uid="1")
    unlisted = Client()
    unlisted.force_login(jane)
    assert is_in(client)
    reset_second_factor(jane)
    assert not is_in(unlisted)
    assert not has_second_factor(jane)
    assert not SocialAccount.objects.exists()
    assert client.get("/desk/").headers["Location"].startswith("/desk/login/")
    assert sign_in(client).headers["Location"] == "/desk/"
    assert client.get("/desk/").headers["Location"] == HOW


def test_nothing_of_allauths_addresses_is_kept(within: Client, jane: User) -> None:
    set_up_app(within)
    assert not EmailAddress.objects.exists()


def test_a_passkey_that_is_none_is_refused(within: Client, jane: User) -> None:
    for nonsense in (
        "",
        "{",
        "{}",
        "[]",
        '{"id": 1}',
        "null",
        '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
    ):
        answer = within.post("/desk/account/passkeys/add/", {"name": "x", "credential": nonsense})
        assert answer.status_code == 422, nonsense
        answer = Client().post("/desk/account/passkey/", {"credential": nonsense})
        assert answer.headers["Location"] == "/desk/login/", nonsense


@pytest.mark.parametrize("address", [route.name for route in INSIDE])
def test_strangers_are_asked_who_they_are(db: None, address: str) -> None:
    numbered = [1] if address in {"mfa_edit_webauthn", "mfa_remove_webauthn"} else []
    for answer in (Client().get(reverse(address, args=numbered)), Client().post(reverse(address, args=numbered))):
        assert answer.headers["Location"].startswith("/desk/login/")
