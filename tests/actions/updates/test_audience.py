"""Who gets an update: by what they did, what they agreed to, their language; and nobody who left."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.actions.updates.conftest import WORDS, Signed, Written, send
from tests.cast import a_campaign, an_edition
from tocsin.actions.models import Action, Update, UpdateCopy
from tocsin.actions.states import State
from tocsin.actions.unsubscribe import Choice, Leaver, choose
from tocsin.actions.updates.audience import InLanguage, count_audience, people_in
from tocsin.campaigns.models import Edition
from tocsin.outbox.models import Suppression
from tocsin.outbox.suppress import suppress

pytestmark = pytest.mark.django_db
ACTED, ACTED_YES, YES = Update.Audience.ACTED, Update.Audience.ACTED_AND_AGREED, Update.Audience.AGREED


def who_got(update: Update) -> set[int]:
    send(update)
    return set(UpdateCopy.objects.filter(update_sent=update).values_list("supporter", flat=True))


def leave(action: Action, choice: Choice) -> None:
    choose(Leaver(action.edition, bytes(action.email_digest)), choice)


def test_it_works(edition_en: Edition, edition_fr: Edition, signed: Signed, written: Written) -> None:
    people = [signed(edition_en, "ann"), signed(edition_en, "bob"), signed(edition_fr, "claire")]
    update = written()
    assert count_audience(update) == [InLanguage("en", 2, True), InLanguage("fr", 1, True)]
    assert who_got(update) == {one.supporter_id for one in people}


@pytest.mark.parametrize("choice", [Choice.CAMPAIGN, Choice.EVERYTHING])
def test_who_left_gets_none_and_is_not_counted(
    edition_en: Edition, signed: Signed, written: Written, choice: Choice
) -> None:
    stays, goes = signed(edition_en, "ann"), signed(edition_en, "bob")
    leave(goes, choice)
    update = written()
    assert people_in(count_audience(update)) == 1
    assert who_got(update) == {stays.supporter_id}


def test_who_left_another_campaign_gets_it(edition_en: Edition, signed: Signed, written: Written) -> None:
    here = signed(edition_en, "ann")
    other = an_edition(a_campaign(slug="other"), "en")
    leave(signed(other, "ann"), Choice.CAMPAIGN)
    update = written()
    assert people_in(count_audience(update)) == 1
    assert who_got(update) == {here.supporter_id}


def test_whose_mail_comes_back_gets_none(edition_en: Edition, signed: Signed, written: Written) -> None:
    gone = signed(edition_en, "ann")
    suppress(bytes(gone.email_digest), Suppression.Scope.ALL, Suppression.Reason.BOUNCED)
    assert count_audience(written()) == []
    assert who_got(written()) == set()


def test_only_those_who_agreed(edition_en: Edition, signed: Signed, written: Written) -> None:
    agrees, _other = signed(edition_en, "ann"), signed(edition_en, "bob", consent_news=None)
    update = written(audience=ACTED_YES, purpose="news")
    assert people_in(count_audience(update)) == 1
    assert who_got(update) == {agrees.supporter_id}


def test_everybody_who_agreed_wherever_it_was(edition_en: Edition, signed: Signed, written: Written) -> None:
    elsewhere = signed(an_edition(a_campaign(slug="other"), "en"), "ann")
    signed(edition_en, "bob", consent_news=None)
    update = written(audience=YES, purpose="news")
    assert count_audience(update) == [InLanguage("en", 1, True)]
    assert who_got(update) == {elsewhere.supporter_id}


def test_wider_than_this_campaign_reaches_nobody_without_consent(
    edition_en: Edition, signed: Signed, written: Written
) -> None:
    signed(an_edition(a_campaign(slug="other"), "en"), "ann")
    assert count_audience(written(audience=ACTED)) == []
    assert count_audience(written(audience=YES, purpose="calls_by_night")) == []


def test_in_one_language_alone(edition_en: Edition, edition_fr: Edition, signed: Signed, written: Written) -> None:
    signed(edition_en, "ann")
    claire = signed(edition_fr, "claire")
    for update in (written(language="fr"), written(language="fr", audience=YES, purpose="news")):
        assert count_audience(update) == [InLanguage("fr", 1, True)]
        assert who_got(update) == {claire.supporter_id}


def test_without_words_in_their_language_nobody_gets_another(
    edition_en: Edition, edition_fr: Edition, signed: Signed, written: Written
) -> None:
    ann, _claire = signed(edition_en, "ann"), signed(edition_fr, "claire")
    update = written(words={"en": WORDS["en"], "fr": {"subject": "", "text": ""}})
    assert InLanguage("fr", 1, False) in count_audience(update)
    assert people_in(count_audience(update)) == 1
    assert who_got(update) == {ann.supporter_id}


def test_who_was_forgotten_gets_none(edition_en: Edition, signed: Signed, written: Written) -> None:
    signed(edition_en, "ann")
    bob = signed(edition_en, "bob")
    Action.objects.filter(pk=bob.pk).update(supporter=None)
    update = written()
    assert people_in(count_audience(update)) == 1
    send(update)
    assert UpdateCopy.objects.count() == 1


@pytest.mark.parametrize("state", [State.BLOCKED, State.HELD, State.UNCONFIRMED, State.INVALIDATED])
def test_who_does_not_count_gets_none(edition_en: Edition, signed: Signed, written: Written, state: State) -> None:
    signed(edition_en, "ann")
    Action.objects.update(state=state)
    assert count_audience(written()) == []


def test_counting_is_one_look(
    edition_en: Edition, signed: Signed, written: Written, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    signed(edition_en, "ann")
    update = written()
    with django_assert_num_queries(5):
        count_audience(update)


def test_who_acts_afterwards_gets_none(edition_en: Edition, signed: Signed, written: Written, client: Client) -> None:
    signed(edition_en, "ann")
    update = written()
    send(update)
    signed(edition_en, "bob")
    send(update)
    assert UpdateCopy.objects.count() == 1
