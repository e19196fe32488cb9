"""Accepting: one row, once for each person and campaign, sealed, before anybody is thanked."""

from __future__ import annotations

import pytest
from django.db import DataError, OperationalError, connections
from pytest_django import DjangoAssertNumQueries

from tests.cast import a_campaign, an_edition
from tocsin.actions import take as room
from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.actions.take import Row, TryLater, action_context, take
from tocsin.campaigns.models import Edition
from tocsin.lib.emailaddress import read_address
from tocsin.lib.vault import vault

ACT = {"given_name": "Jane", "email": "jane@example.org", "text": "Please.", "consents": {}}


def accept(edition: Edition, email: str = "jane@example.org", **act: object) -> bytes:
    return take(edition=edition, email=read_address(email), act=ACT | act, source={"utm_source": "news"}, signs=["x"])


def test_it_works(edition_en: Edition) -> None:
    digest = accept(edition_en)
    action = Action.objects.get()
    assert bytes(action.email_digest) == digest
    assert vault().open(action.sealed, action_context(digest)) == ACT
    assert (action.campaign_id, action.edition_id) == (edition_en.campaign_id, edition_en.pk)
    assert (action.source, action.signs) == ({"utm_source": "news"}, ["x"])
    assert (action.state, action.reason, action.attempts) == (State.RECEIVED, "", 0)
    assert action.accepted_at is not None


def test_the_second_act_of_a_person_stores_nothing_and_answers_the_same(edition_en: Edition) -> None:
    assert accept(edition_en) == accept(edition_en, "JANE+again@example.org", text="Other words.")
    assert vault().open(Action.objects.get().sealed, action_context(accept(edition_en)))["text"] == "Please."


def test_one_person_may_act_in_two_campaigns(edition_en: Edition) -> None:
    accept(edition_en)
    accept(an_edition(a_campaign(slug="another")))
    assert Action.objects.count() == 2


def test_it_costs_one_statement(edition_en: Edition, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        accept(edition_en)


def test_the_statement_names_every_column_that_the_database_does_not_fill_itself() -> None:
    filled_by_the_database = {"id", "accepted_at", "supporter", "way", "division", "next_at", "ended_at"}
    names = {field.name for field in Action._meta.concrete_fields} - filled_by_the_database
    assert {name.removesuffix("_id") for name in Row._fields} == names


def test_when_the_database_is_away_nobody_is_thanked(edition_en: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_rows: list[Row]) -> None:
        raise OperationalError

    monkeypatch.setattr(room, "_insert", away)
    with pytest.raises(TryLater) as later:
        accept(edition_en)
    assert 5 <= later.value.seconds <= 30


def test_a_row_that_the_database_refuses_is_nobodys_thanks_either(
    edition_en: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_rows: list[Row]) -> None:
        raise DataError

    monkeypatch.setattr(room, "_insert", refuse)
    with pytest.raises(TryLater):
        accept(edition_en)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    edition, insert, broken = an_edition(a_campaign()), room._insert, [True]

    def break_once(rows: list[Row]) -> None:
        if broken and broken.pop():
            raise OperationalError
        insert(rows)

    monkeypatch.setattr(room, "_insert", break_once)
    monkeypatch.setattr(type(connections["default"]), "is_usable", lambda _self: False)
    accept(edition)
    assert Action.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_only_waited_is_not_asked_to_wait_again(monkeypatch: pytest.MonkeyPatch) -> None:
    edition, tries = an_edition(a_campaign()), list[int]()

    def locked(rows: list[Row]) -> None:
        tries.append(len(rows))
        raise OperationalError

    monkeypatch.setattr(room, "_insert", locked)
    with pytest.raises(TryLater):
        accept(edition)
    assert tries == [1]
