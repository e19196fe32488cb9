"""What waits for a second person is on the first screen of those who may decide, who are told once, by mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from wagtail.users.models import UserProfile

from tests.desk.conftest import enter, make_a_site
from tocsin.campaigns.models import Campaign, CounterEntry
from tocsin.desk.rights import APPROVE_ENTRIES, APPROVE_SCRIPTS
from tocsin.pages.models import ActionPage, Script
from tocsin.pages.script_steps import Who, write_script
from tocsin.staff.giving import give_role
from tocsin.staff.holders import holders_of
from tocsin.staff.models import Role

LINE = {"source": "paper", "people": "500", "counted_on": "2026-01-02", "reason": "At the vigil"}


@pytest.fixture
def person(_site: None) -> Callable[..., User]:
    def make(name: str, role: str, campaign: Campaign | None = None, **changes: Any) -> User:
        user = User.objects.create_user(
            name, f"{name}@example.org", "x", first_name="Jane", last_name="Secret", **changes
        )
        give_role(user=user, role=role, campaign=campaign, by_name="boss")
        return user

    return make


def _add(client: Client, campaign: Campaign, **changes: str) -> None:
    assert (
        client.post(reverse("campaign:ledger", args=[campaign.pk]), {**LINE, "sure": "yes", **changes}).status_code
        == 302
    )


def test_it_works(
    admin: Client, campaign: Campaign, person: Callable[..., User], mailoutbox: list[EmailMessage]
) -> None:
    writer, moderator = person("writer", Role.CAMPAIGNER), person("moderator", Role.MODERATOR, campaign)
    _add(enter(writer), campaign)
    for approver in (admin, enter(moderator)):
        html = approver.get("/desk/").content.decode()
        assert f"1 line of the ledger of “{campaign.name}”" in html
        assert reverse("campaign:ledger", args=[campaign.pk]) in html
    assert sorted(mail.to[0] for mail in mailoutbox) == ["boss@example.org", "moderator@example.org"]
    assert f"/desk/campaigns/{campaign.pk}/ledger/" in str(mailoutbox[0].body)
    assert "Secret" not in "".join(f"{mail.subject}{mail.body}" for mail in mailoutbox)


def test_they_are_told_once(
    campaign: Campaign, boss: User, person: Callable[..., User], mailoutbox: list[EmailMessage]
) -> None:
    writer = enter(person("writer", Role.CAMPAIGNER))
    _add(writer, campaign)
    _add(writer, campaign, reason="At the march")
    assert len(mailoutbox) == 1
    assert CounterEntry.objects.waiting().count() == 2


def test_whoever_may_not_decide_is_neither_shown_nor_told(
    campaign: Campaign, person: Callable[..., User], mailoutbox: list[EmailMessage]
) -> None:
    other = Campaign.objects.create(name="Another", slug="another", kind="petition")
    writer, elsewhere = person("writer", Role.CAMPAIGNER), person("elsewhere", Role.MODERATOR, other)
    gone = person("gone", Role.MODERATOR, is_active=False)
    _add(enter(writer), campaign)
    for client in (enter(writer), enter(elsewhere)):
        assert "of the ledger of" not in client.get("/desk/").content.decode()
    assert mailoutbox == []
    assert gone not in holders_of(APPROVE_ENTRIES[0], campaign.pk)


def test_nobody_is_asked_to_decide_on_their_own(
    campaign: Campaign, person: Callable[..., User], mailoutbox: list[EmailMessage]
) -> None:
    moderator = person("moderator", Role.MODERATOR, campaign)
    give_role(user=moderator, role=Role.CAMPAIGNER, campaign=campaign, by_name="boss")
    client = enter(moderator)
    _add(client, campaign, people="99999")
    assert CounterEntry.objects.waiting().count() == 1
    assert "of the ledger of" not in client.get("/desk/").content.decode()
    assert mailoutbox == []


def test_a_script_is_told_to_those_who_may_approve_it(
    admin: Client, boss: User, campaign: Campaign, person: Callable[..., User], mailoutbox: list[EmailMessage]
) -> None:
    second = person("second", Role.ADMINISTRATOR)
    UserProfile.objects.create(user=second, preferred_language="fr")
    home = make_a_site("http://testserver")["en"]
    draft = ActionPage(title="Open", slug="open", campaign=campaign, locale=home.locale, live=False)
    page = home.add_child(instance=draft)
    script = write_script(Script(page=page, name="Counts", code="<script>count()</script>"), Who(boss, "boss"))
    admin.post(reverse("scripts:step", args=[script.pk, "ask"]))
    [mail] = mailoutbox
    assert (mail.to, "script" in str(mail.body)) == (["second@example.org"], True)
    assert "Une deuxième personne" in mail.subject
    assert script.name in enter(second).get("/desk/").content.decode()
    assert "for the page" not in admin.get("/desk/").content.decode()


def test_rights_by_a_group_or_an_account_count_too(boss: User, colleague: Callable[..., Client]) -> None:
    colleague("staff.approve_script")
    names = {user.username.rstrip("0123456789") for user in holders_of(APPROVE_SCRIPTS[0])}
    assert names == {"boss", "colleague"}
