"""Giving and taking roles: once each, with who gave it; and somebody who may do all of it always stays."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests.staff.conftest import fresh
from tocsin.campaigns.models import Campaign
from tocsin.staff.giving import LastAdministrator, administrators, give_role, switch_off, switch_on, take_role
from tocsin.staff.models import Membership, Role


@pytest.fixture
def boss(db: None) -> User:
    boss = User.objects.create_user("boss", "boss@example.org", "x")
    give_role(user=boss, role=Role.ADMINISTRATOR, campaign=None, by_name="The command")
    return boss


def test_it_works(jane: User, border: Campaign) -> None:
    assert give_role(user=jane, role=Role.MODERATOR, campaign=border, by_name="Boss")
    row = Membership.objects.get()
    assert (row.given_by_name, row.short_role) == ("Boss", "Moderator")
    take_away = User.objects.create_superuser("root", "", "x")
    take_role(row)
    assert not Membership.objects.exists()
    assert list(administrators()) == [take_away]


def test_a_role_is_given_once(jane: User, border: Campaign) -> None:
    for campaign in (None, border):
        assert give_role(user=jane, role=Role.VIEWER, campaign=campaign, by_name="Boss")
        assert not give_role(user=jane, role=Role.VIEWER, campaign=campaign, by_name="Boss")
    assert Membership.objects.count() == 2


def test_a_role_on_the_site_is_a_group_without_rights_for_wagtails_reviews(jane: User, boss: User) -> None:
    give_role(user=jane, role=Role.CAMPAIGNER, campaign=None, by_name="Boss")
    group = jane.groups.get()
    assert (group.name, group.permissions.count()) == ("tocsin: campaigner", 0)
    take_role(Membership.objects.get(user=jane))
    assert not jane.groups.exists()


def test_the_last_administrator_stays(boss: User) -> None:
    with pytest.raises(LastAdministrator):
        take_role(Membership.objects.get())
    with pytest.raises(LastAdministrator):
        switch_off(boss)
    assert fresh(boss).has_perm("staff.manage_staff")


def test_an_administrator_who_is_switched_off_is_none(boss: User, jane: User) -> None:
    give_role(user=jane, role=Role.ADMINISTRATOR, campaign=None, by_name="Boss")
    switch_off(jane)
    with pytest.raises(LastAdministrator):
        take_role(Membership.objects.get(user=boss))
    switch_on(jane)
    take_role(Membership.objects.get(user=boss))
    assert list(administrators()) == [jane]


def test_an_administrator_of_one_campaign_is_none_of_the_site(boss: User, jane: User, border: Campaign) -> None:
    give_role(user=jane, role=Role.ADMINISTRATOR, campaign=border, by_name="Boss")
    with pytest.raises(LastAdministrator):
        take_role(Membership.objects.get(user=boss))


@pytest.mark.django_db(transaction=True)
def test_two_who_take_each_others_role_do_not_both_succeed() -> None:
    pair = [User.objects.create_user(name, "", "x") for name in ("one", "two")]
    for user in pair:
        give_role(user=user, role=Role.ADMINISTRATOR, campaign=None, by_name="Boss")
    ready, refused = threading.Barrier(2), []

    def take(membership: Membership) -> None:
        ready.wait()
        try:
            take_role(membership)
        except LastAdministrator:
            refused.append(membership.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[membership]) for membership in Membership.objects.all()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert administrators().count() == 1
