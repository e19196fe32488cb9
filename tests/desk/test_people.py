"""People: invited by mail, given roles here and there, switched off; and never the last who may do all of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from tests.desk.conftest import enter
from tocsin.campaigns.models import Campaign
from tocsin.staff import audit
from tocsin.staff.giving import give_role
from tocsin.staff.models import AuditLine, Membership, Role

INVITED = {
    "first_name": "Jane",
    "last_name": "Newcomer",
    "email": "Jane@Example.org",
    "language": "en",
    "role": "viewer",
}


@pytest.fixture
def jane(_site: None) -> User:
    return User.objects.create_user("jane", "jane@example.org", "x", first_name="Jane", last_name="Doe")


def invite(admin: Client, **changes: Any) -> Any:
    return admin.post(reverse("desk_invite"), INVITED | changes)


def test_it_works(admin: Client, jane: User, campaign: Campaign) -> None:
    give_role(user=jane, role=Role.MODERATOR, campaign=campaign, by_name="Boss")
    html = admin.get(reverse("desk_people")).content.decode()
    assert "Jane Doe" in html
    assert "Moderator · Open the border" in html
    assert "Everything, without limits" in html
    assert "Moderator: reads what is held" in admin.get(reverse("desk_person", args=[jane.pk])).content.decode()


def test_people_are_found_by_name_or_address(admin: Client, jane: User) -> None:
    for wanted, there in (("doe", True), ("jane@ex", True), ("nobody", False)):
        html = admin.get(reverse("desk_people"), {"q": wanted}).content.decode()
        assert (reverse("desk_person", args=[jane.pk]) in html) == there, wanted


@pytest.mark.parametrize("odd", ["%00", "%00jane", "%ff", "a" * 5000, "p=x", "p=99999999999999999999"])
def test_odd_questions_are_answered(admin: Client, jane: User, odd: str) -> None:
    query = odd if "=" in odd else f"q={odd}"
    assert admin.get(f"{reverse('desk_people')}?{query}").status_code == 200


def test_an_invitation_is_an_account_a_role_and_a_mail(
    admin: Client, campaign: Campaign, mailoutbox: list[Any]
) -> None:
    response = invite(admin, campaign=campaign.pk)
    user = User.objects.get(email="jane@example.org")
    assert response.headers["Location"] == reverse("desk_person", args=[user.pk])
    assert (user.username, user.has_usable_password()) == ("jane@example.org", False)
    assert list(user.memberships.values_list("role", "campaign")) == [("viewer", campaign.pk)]
    assert [one.to for one in mailoutbox] == [["jane@example.org"]]


def test_the_link_in_the_mail_sets_a_password_once(admin: Client, mailoutbox: list[Any]) -> None:
    invite(admin)
    link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body)[1]  # type: ignore[index]
    theirs = Client()
    form = theirs.get(link, follow=True)
    assert form.status_code == 200
    assert "Set the password" in form.content.decode()
    assert "Reset password" not in form.content.decode()
    words = {"new_password1": "a long enough password", "new_password2": "a long enough password"}
    theirs.post(form.redirect_chain[-1][0], words)
    user = User.objects.get(email="jane@example.org")
    assert user.check_password("a long enough password")
    used = Client().get(link, follow=True).content.decode()
    assert "new_password1" not in used
    assert "This link no longer works" in used
    assert f'href="{reverse("wagtailadmin_password_reset")}"' in used


def test_the_mail_speaks_their_language(admin: Client, mailoutbox: list[Any]) -> None:
    with translation.override("fr"):
        admin.get(reverse("desk_people"))
    invite(admin)
    invite(admin, email="jean@example.org", language="fr")
    assert mailoutbox[0].subject == "Your desk is ready"
    assert UserProfile.objects.get(user__email="jean@example.org").preferred_language == "fr"


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "jane"},
        {"email": ""},
        {"email": '"ab"@example.org'},
        {"role": "king"},
        {"campaign": "99999"},
        {"first_name": ""},
    ],
)
def test_bad_input_is_said_and_nothing_is_lost(admin: Client, mailoutbox: list[Any], wrong: dict[str, str]) -> None:
    response = invite(admin, **wrong)
    assert response.status_code == 422
    assert 'value="Newcomer"' in response.content.decode()
    assert not User.objects.filter(last_name="Newcomer").exists()
    assert not mailoutbox


@pytest.mark.parametrize("address", ["jane@example.org", "JANE@example.org"])
def test_nobody_is_invited_twice(admin: Client, jane: User, address: str) -> None:
    response = invite(admin, email=address)
    assert response.status_code == 422
    assert "is here already" in response.content.decode()
    assert User.objects.filter(email__iexact="jane@example.org").count() == 1


def test_roles_are_given_and_taken(admin: Client, jane: User, campaign: Campaign) -> None:
    give = reverse("desk_role_give", args=[jane.pk])
    admin.post(give, {"role": "moderator", "campaign": campaign.pk})
    row = Membership.objects.get()
    assert (row.user, row.campaign, row.given_by_name) == (jane, campaign, "Jane Doe")
    assert "already" in admin.post(give, {"role": "moderator", "campaign": campaign.pk}, follow=True).content.decode()
    admin.post(reverse("desk_role_take", args=[jane.pk, row.pk]))
    assert not Membership.objects.exists()
    kept = list(AuditLine.objects.filter(kind="team").order_by("pk").values_list("what", "about", "details"))
    said = {"role": "moderator", "campaign": campaign.pk}
    assert kept == [("role_given", f"user:{jane.pk}", said), ("role_taken", f"user:{jane.pk}", said)]
    assert set(AuditLine.objects.filter(kind="team").values_list("campaign_ref", flat=True)) == {campaign.pk}
    assert ModelLogEntry.objects.filter(action="tocsin.role_given").count() == 1


@pytest.mark.parametrize("act", ["invite", "give", "take", "off", "on", "reset"])
def test_nothing_is_done_that_cannot_be_written_down(
    admin: Client, jane: User, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    give_role(user=jane, role=Role.MODERATOR, campaign=campaign, by_name="Boss")
    Authenticator.objects.create(user=jane, type="totp", data={})
    User.objects.filter(pk=jane.pk).update(is_active=act != "on")
    address = {
        "invite": reverse("desk_invite"),
        "give": reverse("desk_role_give", args=[jane.pk]),
        "take": reverse("desk_role_take", args=[jane.pk, Membership.objects.get().pk]),
        "off": reverse("desk_account_off", args=[jane.pk]),
        "on": reverse("desk_account_on", args=[jane.pk]),
        "reset": reverse("desk_second_factor_reset", args=[jane.pk]),
    }[act]
    before = everything()
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        admin.post(address, {**INVITED, "email": "new@example.org"})
    assert everything() == before


def everything() -> list[Any]:
    rows = (User.objects.order_by("pk").values_list("pk", "is_active"), Membership.objects.values_list("pk"))
    return [*map(list, rows), Authenticator.objects.count()]


def test_a_role_that_there_is_not_is_refused_in_words(admin: Client, jane: User) -> None:
    response = admin.post(reverse("desk_role_give", args=[jane.pk]), {"role": "king"})
    assert response.status_code == 422
    assert not Membership.objects.exists()


def test_anothers_role_is_not_taken_by_a_wrong_address(admin: Client, jane: User, boss: User) -> None:
    give_role(user=jane, role=Role.VIEWER, campaign=None, by_name="Boss")
    url = reverse("desk_role_take", args=[boss.pk, Membership.objects.get().pk])
    assert admin.post(url, follow=True).status_code == 404
    assert Membership.objects.exists()


def test_whoever_is_switched_off_is_out_at_once(admin: Client, jane: User) -> None:
    give_role(user=jane, role=Role.VIEWER, campaign=None, by_name="Boss")
    theirs = enter(jane)
    assert theirs.get("/desk/").status_code == 200
    admin.post(reverse("desk_account_off", args=[jane.pk]))
    assert theirs.get("/desk/").status_code == 302
    admin.post(reverse("desk_account_on", args=[jane.pk]))
    assert User.objects.get(pk=jane.pk).is_active
    assert theirs.get("/desk/").status_code == 302  # they sign in anew: whoever had their browser is out
    assert set(AuditLine.objects.filter(kind="team").values_list("what", flat=True)) == {"account_off", "account_on"}


def test_nobody_switches_themselves_off(admin: Client, boss: User) -> None:
    admin.post(reverse("desk_account_off", args=[boss.pk]))
    assert User.objects.get(pk=boss.pk).is_active


def test_the_last_administrator_stays(jane: User) -> None:
    give_role(user=jane, role=Role.ADMINISTRATOR, campaign=None, by_name="Boss")
    row = Membership.objects.get()
    response = enter(jane).post(reverse("desk_role_take", args=[jane.pk, row.pk]), follow=True)
    assert "Nobody would be left" in response.content.decode()
    assert Membership.objects.exists()
    assert not AuditLine.objects.filter(what="role_taken").exists()


def test_accounts_without_limits_are_changed_by_their_like(jane: User, boss: User) -> None:
    """An administrator who could invite a superuser anew, or switch one off, would be one."""
    give_role(user=jane, role=Role.ADMINISTRATOR, campaign=None, by_name="Boss")
    theirs = enter(jane)
    theirs.post(reverse("desk_account_off", args=[boss.pk]))
    theirs.post(reverse("desk_role_give", args=[boss.pk]), {"role": "viewer"})
    assert User.objects.get(pk=boss.pk).is_active
    assert not boss.memberships.exists()
    html = theirs.get(reverse("desk_person", args=[boss.pk])).content.decode()
    assert "Only somebody who has such an account may change it" in html
    assert "Give this role" not in html


def test_an_invitation_is_sent_again_until_they_came(admin: Client, jane: User, mailoutbox: list[Any]) -> None:
    invite(admin, email="new@example.org")
    new = User.objects.get(email="new@example.org")
    admin.post(reverse("desk_invite_again", args=[new.pk]))
    assert [one.to for one in mailoutbox] == [["new@example.org"], ["new@example.org"]]
    admin.post(reverse("desk_invite_again", args=[jane.pk]))
    assert len(mailoutbox) == 2


def test_whoever_is_nobody_is_not_found(admin: Client) -> None:
    assert admin.get(reverse("desk_person", args=[99999])).status_code == 404


def test_the_list_asks_as_much_for_many_as_for_few(
    admin: Client, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        user = User.objects.create_user(f"u{number}")
        give_role(user=user, role=Role.VIEWER, campaign=campaign, by_name="Boss")
    admin.get(reverse("desk_people"))
    with django_assert_max_num_queries(16):
        admin.get(reverse("desk_people"))


def test_a_lost_second_factor_is_reset_and_told(admin: Client, jane: User, mailoutbox: list[Any]) -> None:
    address, reset = reverse("desk_person", args=[jane.pk]), reverse("desk_second_factor_reset", args=[jane.pk])
    assert reset not in admin.get(address).content.decode()
    Authenticator.objects.create(user=jane, type="totp", data={})
    theirs = enter(jane)
    assert reset in admin.get(address).content.decode()
    assert admin.get(reset).status_code == 405
    assert admin.post(reset).headers["Location"] == address
    assert not Authenticator.objects.exists()
    assert theirs.get("/desk/").headers["Location"].startswith("/desk/login/")
    assert "reset by an administrator" in mailoutbox[0].body
    assert AuditLine.objects.filter(what="second_factor_reset", kind="team", about=f"user:{jane.pk}").count() == 1


def test_nobody_resets_their_own_nor_one_without_limits(admin: Client, boss: User, jane: User) -> None:
    give_role(user=jane, role=Role.ADMINISTRATOR, campaign=None, by_name="Boss")
    Authenticator.objects.create(user=boss, type="totp", data={})
    admin.post(reverse("desk_second_factor_reset", args=[boss.pk]))
    enter(jane).post(reverse("desk_second_factor_reset", args=[boss.pk]))
    assert Authenticator.objects.filter(user=boss).exists()
