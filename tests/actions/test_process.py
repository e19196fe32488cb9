"""What follows an action: supporter, consents, letters, thank-you; once, whatever happens in between."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from tests.actions.test_count import at_once
from tests.cast import a_campaign, a_target, an_edition, brand_words, follow_everything, sign
from tocsin.actions.fates import letters_by_fate, receipt_of
from tocsin.actions.models import Action, Letter
from tocsin.actions.process import LETTER_COLUMNS, follow_batch, paused_campaigns
from tocsin.actions.screen import screen_batch
from tocsin.actions.states import State
from tocsin.campaigns.models import Edition, Tally
from tocsin.lib.vault import vault
from tocsin.outbox.models import Kind, Message
from tocsin.supporters.keep import CONSENT_COLUMNS, SUPPORTER_COLUMNS
from tocsin.supporters.models import Consent, ConsentWording, Supporter, SupporterImport

pytestmark = pytest.mark.django_db


def test_it_works(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    follow_everything()
    action = Action.objects.get()
    assert action.state == State.FOLLOWED
    assert action.supporter is not None
    assert Message.objects.filter(kind=Kind.LETTER).count() == 1
    assert Message.objects.filter(kind=Kind.THANKS).count() == 1
    assert Letter.objects.get().message.key == f"letter:{action.pk}:{Letter.objects.get().target_id}"
    assert letters_by_fate(edition_en.campaign) == {"waiting": 1}


@pytest.mark.parametrize(
    ("model", "columns", "filled_by_the_database"),
    [
        (Letter, LETTER_COLUMNS, {"id", "hand_in_id", "number", "noted_at"}),
        (Consent, CONSENT_COLUMNS, {"id", "basis", "import_ref_id", "expires_at", "noted_at"}),
        (Supporter, SUPPORTER_COLUMNS, {"id", "import_ref_id"}),
    ],
)
def test_the_statement_names_every_column_that_the_database_does_not_fill_itself(
    model: type[Letter | Consent | Supporter], columns: tuple[str, ...], filled_by_the_database: set[str]
) -> None:
    assert {field.column for field in model._meta.concrete_fields} - filled_by_the_database == set(columns)


def test_the_supporter_is_sealed_and_known_by_digest(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    follow_everything()
    supporter = Supporter.objects.get()
    digest = bytes(supporter.email_digest)
    assert vault().open(supporter.sealed, b"supporter:" + digest)["email"] == "jane.doe@example.org"
    assert b"jane" not in bytes(supporter.sealed).lower()


def test_a_person_of_two_campaigns_is_one_supporter_with_their_latest_details(
    client: Client, edition_en: Edition
) -> None:
    sign(client, edition_en, city="Ottawa")
    sign(client, an_edition(a_campaign(slug="other")), city="Laval", email="Jane.Doe+x@example.org")
    follow_everything()
    supporter = Supporter.objects.get()
    assert supporter.actions.count() == 2
    assert vault().open(supporter.sealed, b"supporter:" + bytes(supporter.email_digest))["city"] == "Laval"


def test_an_action_that_is_followed_late_leaves_what_somebody_said_since(client: Client, edition_en: Edition) -> None:
    """Held for a week, and released after its writer moved and acted elsewhere."""
    sign(client, edition_en, city="Ottawa")
    screen_batch()
    held = Action.objects.get()
    Action.objects.filter(pk=held.pk).update(state=State.HELD)
    sign(client, an_edition(a_campaign(slug="other"), "fr"), city="Laval", language="fr")
    follow_everything()
    Action.objects.filter(pk=held.pk).update(state=State.COUNTED)
    follow_everything()
    supporter = Supporter.objects.get()
    assert supporter.actions.count() == 2
    assert vault().open(supporter.sealed, b"supporter:" + bytes(supporter.email_digest))["city"] == "Laval"
    assert supporter.language == "fr"


def test_what_is_said_after_the_column_came_renews_what_was_there_before(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, city="Ottawa")
    follow_everything()
    Supporter.objects.update(said_at=None)
    sign(client, an_edition(a_campaign(slug="other")), city="Laval")
    follow_everything()
    supporter = Supporter.objects.get()
    assert vault().open(supporter.sealed, b"supporter:" + bytes(supporter.email_digest))["city"] == "Laval"


def test_what_a_file_said_meanwhile_gives_way_to_what_somebody_said_before(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, given_name="Jane")
    digest = bytes(Action.objects.get().email_digest)
    upload = SupporterImport.objects.create(by_name="Staff", file_name="people.csv")
    sealed = vault().seal({"given_name": "Of a file"}, b"supporter:" + digest)
    Supporter.objects.create(email_digest=digest, sealed=sealed, language="fr", import_ref=upload)
    follow_everything()
    supporter = Supporter.objects.get()
    assert vault().open(supporter.sealed, b"supporter:" + digest)["given_name"] == "Jane"
    assert (supporter.language, supporter.import_ref) == ("en", upload)


def test_every_answer_is_kept_with_its_exact_words(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, consent_news=None, consent_calls="no")
    follow_everything()
    answers = set(Consent.objects.values_list("wording__text", "control", "yes"))
    assert answers == {("Send me news.", "box", False), ("May we call you?", "yes_no", False)}
    answer = Consent.objects.first()
    assert answer is not None
    assert answer.given_at == Action.objects.get().accepted_at
    assert answer.page_url == "http://testserver/en/fair-hearing/"
    assert (answer.language, answer.edition_ref) == ("en", edition_en.pk)
    assert answer.wording is not None
    assert "Fair Hearing Society" in answer.wording.controller


def test_other_words_are_another_wording_and_the_old_answers_keep_theirs(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    newer = an_edition(
        edition_en.campaign, consents=[{"purpose": "news", "text": "Send me all the news.", "control": "box"}]
    )
    sign(client, newer, email="b@example.org")
    follow_everything()
    assert set(ConsentWording.objects.filter(purpose="news").values_list("text", flat=True)) == {
        "Send me news.",
        "Send me all the news.",
    }


def test_following_twice_makes_nothing_twice(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    follow_everything()
    before = (Message.objects.count(), Consent.objects.count(), Supporter.objects.count(), Letter.objects.count())
    Action.objects.update(state=State.COUNTED)
    follow_batch()
    assert before == (
        Message.objects.count(), Consent.objects.count(), Supporter.objects.count(), Letter.objects.count()
    )  # fmt: skip
    assert Action.objects.get().state == State.FOLLOWED


def test_a_letter_goes_to_each_target(client: Client) -> None:
    targets = [a_target(), a_target(name="Critic", email="critic@parliament.example")]
    sign(client, an_edition(a_campaign(targets=targets)))
    follow_everything()
    assert set(Message.objects.filter(kind=Kind.LETTER).values_list("domain", flat=True)) == {
        "hearings.example",
        "parliament.example",
    }


def test_a_petition_sends_no_letter_and_a_thank_you(client: Client, petition: Edition) -> None:
    sign(client, petition)
    follow_everything()
    assert list(Message.objects.values_list("kind", flat=True)) == [Kind.THANKS]


def test_what_is_held_or_blocked_leaves_nothing(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, homepage="x")
    sign(client, edition_en, email="b@mailinator.com")
    follow_everything()
    assert not Message.objects.exists()
    assert not Supporter.objects.exists()


def test_a_poisoned_action_is_stuck_after_three_tries_and_the_others_go_on(
    client: Client, edition_en: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    sign(client, edition_en)
    gone = an_edition(a_campaign(slug="gone", targets=[a_target(name="Gone", email="gone@x.example")]))
    sign(client, gone, email="b@example.org")
    gone.campaign.targets.get().delete()
    with caplog.at_level(logging.ERROR):
        follow_everything()
    stuck, fine = Action.objects.get(edition=gone), Action.objects.get(edition=edition_en)
    assert (stuck.state, stuck.reason, stuck.attempts) == (State.STUCK, "TargetIsGone", 3)
    assert fine.state == State.FOLLOWED
    assert Tally.objects.get(campaign=gone.campaign).counted == 1
    assert "example.org" not in caplog.text


def test_paused_campaigns_are_named_for_the_outbox(edition_en: Edition) -> None:
    assert paused_campaigns() == frozenset()
    edition_en.campaign.letters_paused = True
    edition_en.campaign.save()
    assert paused_campaigns() == {edition_en.campaign_id}


def test_the_receipt_shows_the_words_and_the_fate(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, text="My own words.")
    action = Action.objects.get()
    before = receipt_of(action.pk)
    assert before is not None
    assert before.being_prepared
    follow_everything()
    after = receipt_of(action.pk)
    assert after is not None
    assert not after.being_prepared
    assert after.act["text"] == "My own words."
    assert [(fate.target, fate.state) for fate in after.letters] == [
        ("The Honourable Jane Doe, Minister of Hearings", "waiting")
    ]


def test_whether_the_words_are_their_own_is_known(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    sign(client, edition_en, email="b@example.org", text="My own words.")
    follow_everything()
    assert list(Letter.objects.order_by("pk").values_list("own_words", flat=True)) == [False, True]


def test_the_organisation_alone_is_the_sender_of_a_thank_you(client: Client, edition_en: Edition) -> None:
    sign(client, an_edition(edition_en.campaign, brand={**brand_words(), "postal_address": "", "contact": ""}))
    follow_everything()
    assert Message.objects.filter(kind=Kind.THANKS).exists()


@pytest.mark.django_db(transaction=True)
def test_three_workers_at_once_make_each_thing_once() -> None:
    edition = an_edition(a_campaign())
    for n in range(30):
        sign(Client(), edition, email=f"a{n}@example.org")
    while screen_batch():
        pass
    at_once(3, lambda: [follow_batch(most=10) for _ in range(6)])
    assert set(Action.objects.values_list("state", flat=True)) == {State.FOLLOWED}
    assert Message.objects.count() == 60
    assert Consent.objects.count() == 60
    assert Supporter.objects.count() == 30
