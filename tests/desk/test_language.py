"""The desk speaks the language of whoever is signed in, also where it says no."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.users.models import UserProfile

from tests.desk.conftest import enter
from tocsin.campaigns.models import Campaign
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role


@pytest.fixture
def french(boss: User) -> User:
    UserProfile.objects.create(user=boss, preferred_language="fr")
    return boss


@pytest.mark.parametrize("address", ["/desk/campaigns/999/", "/desk/nothing/", "/desk/pages/999/edit/"])
def test_an_address_with_nothing_at_it(french: User, address: str) -> None:
    answer = enter(french).get(address, headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert "Il n’y a rien ici" in answer.content.decode()
    assert answer.headers["Content-Language"] == "fr"


def test_a_refusal(campaign: Campaign) -> None:
    user = User.objects.create_user("one", "one@example.org", "x")
    give_role(user=user, role=Role.VIEWER, campaign=campaign, by_name="Boss")
    UserProfile.objects.create(user=user, preferred_language="fr")
    browser = enter(user)
    html = browser.get("/desk/images/", follow=True, headers={"accept-language": "en"}).content.decode()
    assert "les autorisations pour accéder à cette zone." in html
    plain = browser.get("/desk/images/", headers={"accept-language": "en", "x-requested-with": "XMLHttpRequest"})
    assert plain.status_code == 403
    assert '<html lang="fr"' in plain.content.decode()


def test_whoever_chose_none_is_answered_as_the_browser_asks(admin: Client) -> None:
    assert "Il n’y a rien ici" in admin.get("/desk/nothing/", headers={"accept-language": "fr"}).content.decode()
    assert "Nothing is here" in admin.get("/desk/nothing/", headers={"accept-language": "en"}).content.decode()


def test_the_next_reader_is_not_answered_in_it(french: User, client: Client) -> None:
    enter(french).get("/desk/nothing/")
    assert "Nothing is here" not in client.get("/nothing/", headers={"accept-language": "en"}).content.decode()


def test_an_account_without_a_name_can_choose_its_language() -> None:
    user = User.objects.create_superuser("made by a command", "x@example.org", "x")
    browser = enter(user)
    form = {"name_email-first_name": "", "name_email-last_name": "", "locale-preferred_language": "fr"}
    theme = {"theme-theme": "system", "theme-contrast": "system", "theme-density": "default"}
    answer = browser.post("/desk/account/", {**form, **theme})
    assert answer.status_code == 302
    assert 'lang="fr"' in browser.get("/desk/account/").content.decode()

    browser.post("/desk/account/", {**form, **theme, "name_email-first_name": "Jane"})
    user.refresh_from_db()
    assert (user.first_name, user.last_name) == ("Jane", "")


def test_the_account_is_behind_the_door(client: Client) -> None:
    assert client.get("/desk/account/").status_code == 302
    assert client.post("/desk/account/").status_code == 302
