"""Coming in: a password, a second factor where there is one, limits, and nobody who has no desk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.desk.account.codes import code_of
from tests.desk.account.conftest import PASSWORD, SECRET, is_in, sign_in
from tocsin.desk.invitation import link_to_set_a_password
from tocsin.staff.models import AuditLine

CODE = "/desk/account/code/"


def test_it_works(client: Client, jane: User) -> None:
    assert sign_in(client).headers["Location"] == "/desk/"
    assert is_in(client)
    assert client.session.get_expiry_age() == 12 * 3600


def test_the_address_is_as_good_as_the_name_and_one_comes_where_one_wanted(client: Client, jane: User) -> None:
    refused = client.get("/desk/campaigns/").headers["Location"]
    assert refused == "/desk/login/?next=/desk/campaigns/"
    assert 'name="next" value="/desk/campaigns/"' in client.get(refused).content.decode()
    assert sign_in(client, "Jane.Doe@example.org", next="/desk/campaigns/").headers["Location"] == "/desk/campaigns/"


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(client: Client, jane: User, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere).headers["Location"] == "/desk/"


def test_an_unknown_name_is_answered_like_a_wrong_password(client: Client, jane: User) -> None:
    answers = [sign_in(client, login, "wrong") for login in ("jane", "nobody", "jane.doe@example.org", "x@example.org")]
    assert [answer.status_code for answer in answers] == [422] * 4
    said = {str(answer.context["form"].non_field_errors()) for answer in answers}
    assert len(said) == 1
    assert "The name or the password is not right." in said.pop()
    assert 'value="x@example.org"' in answers[-1].content.decode()


@pytest.mark.parametrize("login", ["jane", "nobody"])
def test_bad_attempts_lock_the_account_for_everybody(client: Client, jane: User, login: str) -> None:
    answers = [sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), login, "wrong") for number in range(8)]
    assert "too many attempts" in answers[-1].content.decode()
    assert "too many attempts" in sign_in(client, login).content.decode()
    assert not is_in(client)


def test_bad_attempts_lock_the_address_they_come_from(client: Client, jane: User) -> None:
    for number in range(30):
        sign_in(client, f"guess{number}", "wrong")
    assert sign_in(client).status_code in {422, 429}
    assert not is_in(client)
    assert sign_in(Client(REMOTE_ADDR="192.0.2.1")).headers["Location"] == "/desk/"


def test_a_lock_opens_by_itself(client: Client, jane: User) -> None:
    with time_machine.travel("2026-06-15 12:00", tick=False) as clock:
        for _ in range(7):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 422
        clock.shift(16 * 60)
        assert sign_in(client).headers["Location"] == "/desk/"


def test_right_passwords_lock_nobody(client: Client, jane: User) -> None:
    for _ in range(9):
        assert sign_in(Client()).status_code == 302


def test_the_second_factor_is_asked_after_the_password(client: Client, with_app: Authenticator) -> None:
    assert sign_in(client, next="/desk/campaigns/").headers["Location"] == CODE
    assert not is_in(client)
    assert client.post(CODE, {"code": code_of(SECRET)}).headers["Location"] == "/desk/campaigns/"
    assert is_in(client)


@pytest.mark.parametrize("wrong", ["000000", "", "x" * 5000, "１２３４５６"])
def test_a_wrong_code_is_refused_with_a_sentence(client: Client, with_app: Authenticator, wrong: str) -> None:
    sign_in(client)
    answer = client.post(CODE, {"code": wrong})
    assert answer.status_code == 422
    assert answer.context["form"].errors["code"]
    assert not is_in(client)


def test_a_code_works_once_and_on_one_browser_only(client: Client, with_app: Authenticator) -> None:
    code, second = code_of(SECRET), Client()
    sign_in(client)
    client.post(CODE, {"code": code})
    sign_in(second)
    assert second.post(CODE, {"code": code}).status_code == 422
    assert (is_in(client), is_in(second)) == (True, False)


def test_a_recovery_code_works_once(client: Client, with_app: Authenticator, jane: User) -> None:
    code = Authenticator.objects.get(user=jane, type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in(client)
    assert client.post(CODE, {"code": code}).status_code == 302
    second = Client()
    sign_in(second)
    assert second.post(CODE, {"code": code}).status_code == 422


def test_guessing_codes_locks_the_account(client: Client, with_app: Authenticator) -> None:
    sign_in(client)
    for _ in range(7):
        client.post(CODE, {"code": "000000"})
    assert "too many attempts" in client.post(CODE, {"code": code_of(SECRET)}).content.decode()


def test_nobody_meets_the_second_step_without_the_first(client: Client, with_app: Authenticator) -> None:
    assert client.get(CODE).headers["Location"] == "/desk/login/"


def test_one_can_leave_between_the_steps(client: Client, with_app: Authenticator) -> None:
    sign_in(client)
    assert client.get("/desk/login/").headers["Location"] == CODE
    assert client.post("/desk/account/leave/").headers["Location"] == "/desk/login/"
    assert client.get("/desk/login/").status_code == 200


def test_whoever_has_no_desk_is_told_so(client: Client, jane: User) -> None:
    jane.user_permissions.clear()
    assert sign_in(client).headers["Location"] == "/desk/account/no-desk/"
    assert "This account has no desk" in client.get("/desk/account/no-desk/").content.decode()
    assert "_auth_user_id" not in client.session


def test_whoever_loses_the_right_is_not_sent_in_a_circle(client: Client, jane: User) -> None:
    sign_in(client)
    jane.user_permissions.clear()
    answer = client.get("/desk/", follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/desk/login/"


def test_an_account_that_is_switched_off_stays_out(client: Client, jane: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(client).headers["Location"] == "/desk/account/no-desk/"


NOT_OURS = [
    "account_signup",
    "account_email",
    "account_reset_password",
    "account_change_password",
    "account_set_password",
]
NOT_OURS += ["socialaccount_signup", "socialaccount_connections", "socialaccount_login_error", "account_reauthenticate"]


@pytest.mark.parametrize("name", NOT_OURS)
def test_nobody_signs_up_nor_changes_addresses(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_forgotten_password_is_asked_for_a_few_times_only(client: Client, jane: User) -> None:
    sent = [client.post("/desk/password_reset/", {"email": "x@example.org"}).status_code for _ in range(6)]
    assert sent == [302] * 5 + [429]


def test_a_new_password_is_told_to_whom_it_belongs(client: Client, jane: User, mailoutbox: list[Any]) -> None:
    form = client.get(link_to_set_a_password(jane).removeprefix(settings.WAGTAILADMIN_BASE_URL), follow=True)
    words = {"new_password1": "another long password", "new_password2": "another long password"}
    client.post(form.redirect_chain[-1][0], words)
    assert User.objects.get().check_password("another long password")
    [mail] = mailoutbox
    assert mail.to == ["jane.doe@example.org"]
    assert "A new password was set." in mail.body
    line = AuditLine.objects.get(what="password_set")
    assert (line.kind, line.about) == ("sign_in", f"user:{jane.pk}")


def test_an_account_that_is_made_elsewhere_tells_nobody(jane: User, mailoutbox: list[Any]) -> None:
    assert not mailoutbox
    assert not AuditLine.objects.filter(what="password_set").exists()


def test_the_password_alone_is_not_enough_after_it_was_forgotten(client: Client, with_app: Authenticator) -> None:
    user = User.objects.get()
    user.set_password("another " + PASSWORD)
    user.save()
    assert sign_in(client, password="another " + PASSWORD).headers["Location"] == CODE


def test_french_is_french(client: Client, jane: User) -> None:
    page = client.get("/desk/login/", headers={"accept-language": "fr-CA"}).content.decode()
    assert '<html lang="fr"' in page
    assert "Mot de passe" in page


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_a_code_lets_one_in(with_app: Authenticator) -> None:
    """The used code is a row: threads here stand for the web processes of several machines."""
    code, gate = code_of(SECRET), Barrier(4)

    def attempt(_number: int) -> bool:
        try:
            gate.wait()
            return bool(Authenticator.objects.get(pk=with_app.pk).wrap().validate_code(code))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as together:
        assert sorted(together.map(attempt, range(4))) == [False, False, False, True]
