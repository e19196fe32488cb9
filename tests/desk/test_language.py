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
