"""What each role gives: by Django's own question, on the whole site and for one campaign, in one query."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from pytest_django import DjangoAssertNumQueries

from tests.staff.conftest import fresh
from tocsin.campaigns.models import Campaign
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role
from tocsin.staff.roles import ANYWHERE, OF_THE_SITE, RIGHTS

EVERY_RIGHT = RIGHTS[Role.ADMINISTRATOR]


def test_it_works(jane: User, border: Campaign, forest: Campaign) -> None:
    give_role(user=jane, role=Role.CAMPAIGNER, campaign=border, by_name="Boss")
    found = fresh(jane)
    assert found.has_perm("campaigns.change_campaign", border)
    assert not found.has_perm("campaigns.change_campaign", forest)
    assert not found.has_perm("campaigns.change_campaign")
    assert found.has_perm("wagtailadmin.access_admin")


def test_every_right_of_the_table_is_one_that_django_knows(db: None) -> None:
    known = {
        f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.select_related("content_type")
    }
    assert set().union(*RIGHTS.values()) <= known


@pytest.mark.parametrize("role", Role.values)
def test_a_role_on_the_site_gives_its_rights_everywhere(jane: User, border: Campaign, role: str) -> None:
    give_role(user=jane, role=role, campaign=None, by_name="Boss")
    found = fresh(jane)
    assert {right for right in EVERY_RIGHT if found.has_perm(right)} == RIGHTS[role]
    assert {right for right in EVERY_RIGHT if found.has_perm(right, border)} == RIGHTS[role]


@pytest.mark.parametrize("role", Role.values)
def test_a_role_for_a_campaign_gives_what_belongs_to_it(
    jane: User, border: Campaign, forest: Campaign, role: str
) -> None:
    give_role(user=jane, role=role, campaign=border, by_name="Boss")
    found = fresh(jane)
    assert {right for right in EVERY_RIGHT if found.has_perm(right, border)} == RIGHTS[role] - OF_THE_SITE
    assert {right for right in EVERY_RIGHT if found.has_perm(right)} == RIGHTS[role] & ANYWHERE
    assert not [right for right in EVERY_RIGHT if found.has_perm(right, forest)]


def test_only_administrators_say_who_may_do_what_and_only_they_touch_scripts() -> None:
    for right in ("staff.manage_staff", "pages.add_script", "staff.approve_script", "pages.change_brandsettings"):
        assert [role for role, rights in RIGHTS.items() if right in rights] == [Role.ADMINISTRATOR], right


def test_those_who_see_numbers_open_nobody(jane: User) -> None:
    assert RIGHTS[Role.VIEWER] == {"wagtailadmin.access_admin", "campaigns.view_campaign"}
    for role in (Role.VIEWER, Role.CAMPAIGNER):
        assert "actions.view_action" not in RIGHTS[role]


def test_whoever_is_switched_off_may_nothing(jane: User, border: Campaign) -> None:
    give_role(user=jane, role=Role.ADMINISTRATOR, campaign=None, by_name="Boss")
    User.objects.update(is_active=False)
    assert not [right for right in EVERY_RIGHT if fresh(jane).has_perm(right) or fresh(jane).has_perm(right, border)]


def test_many_questions_are_one_query(
    jane: User, border: Campaign, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    give_role(user=jane, role=Role.VIEWER, campaign=border, by_name="Boss")
    give_role(user=jane, role=Role.MODERATOR, campaign=border, by_name="Boss")
    found = fresh(jane)
    found.has_perm("campaigns.view_campaign")  # Django's own groups are read with the first question
    with django_assert_num_queries(0):
        assert found.has_perm("actions.change_action", border)
        assert not found.has_perm("actions.change_action")
        assert not found.has_perm("staff.manage_staff", border)


def test_a_right_about_something_else_is_not_ours_to_give(jane: User, border: Campaign) -> None:
    give_role(user=jane, role=Role.ADMINISTRATOR, campaign=None, by_name="Boss")
    assert not fresh(jane).has_perm("campaigns.change_campaign", jane)
