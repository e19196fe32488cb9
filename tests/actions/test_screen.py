"""Screening: what is counted, held and blocked, and that the signer cannot tell."""

from __future__ import annotations

import pytest

from tests.actions.test_take import ACT
from tests.cast import a_target
from tocsin.actions.count import shown_count
from tocsin.actions.models import Action
from tocsin.actions.screen import REASONS, Seen, judge, screen_batch
from tocsin.actions.states import State
from tocsin.actions.take import take
from tocsin.campaigns.models import Edition, Moderation
from tocsin.lib.emailaddress import read_address


def seen(*, text: str = "Please.", signs: tuple[str, ...] = (), domain: str = "example.org", moderated: bool = True,
         is_target: bool = False) -> Seen:  # fmt: skip
    return Seen({"text": text, "subject": "S"}, list(signs), domain, moderated, is_target)


def test_it_works() -> None:
    assert judge(seen()) == (State.COUNTED, "")


@pytest.mark.parametrize(
    ("what", "verdict"),
    [
        (seen(signs=("honeypot",)), (State.BLOCKED, "honeypot")),
        (seen(is_target=True), (State.HELD, "target_itself")),
        (seen(domain="mailinator.com"), (State.HELD, "thrown_away")),
        (seen(text="https://a.ca " * 20), (State.HELD, "many_links")),
        (seen(text="I will kill you"), (State.HELD, "threat")),
        (seen(text="Je vais vous tuer"), (State.HELD, "threat")),
        (seen(text="https://a.ca " * 20, moderated=False), (State.COUNTED, "")),
        (seen(text="I will kill you", moderated=False), (State.COUNTED, "")),
    ],
)
def test_what_is_not_simply_counted(what: Seen, verdict: tuple[State, str]) -> None:
    assert judge(what) == verdict


@pytest.mark.parametrize(
    "text",
    [
        "People were killed at the border, and you could end it.",
        "Read the ruling: https://court.example/ruling",
        "Cette politique tue.",
        "The bomb that destroyed their house made them refugees.",
    ],
)
def test_strong_words_about_strong_things_are_counted(text: str) -> None:
    assert judge(seen(text=text)) == (State.COUNTED, "")


def test_every_reason_has_a_sentence_for_staff() -> None:
    seen = {"honeypot", "target_itself", "thrown_away", "many_links", "threat", "cannot_open"}
    assert seen | {"never_confirmed", "cannot_ask"} == set(REASONS)


def accept(edition: Edition, email: str, **act: str) -> Action:
    address = read_address(email)
    take(edition=edition, email=address, act=ACT | {"email": email} | act, source={}, signs=[])
    screen_batch()
    return Action.objects.latest("pk")


def test_the_targets_own_address_is_held(edition_en: Edition) -> None:
    edition_en.campaign.targets.add(a_target(name="Another", email="Minister@Office.example"))
    assert accept(edition_en, "minister+x@office.example").reason == "target_itself"
    assert shown_count(edition_en.campaign).count == 0


def test_a_campaign_may_do_without_moderation(edition_en: Edition) -> None:
    edition_en.campaign.moderation = Moderation.OFF
    edition_en.campaign.save()
    assert accept(edition_en, "a@example.org", text="I will kill you").state == State.COUNTED


def test_what_was_sealed_with_a_lost_key_is_held_and_the_others_go_on(edition_en: Edition) -> None:
    accept(edition_en, "a@example.org")
    Action.objects.update(sealed=b"rubbish", state=State.RECEIVED)
    assert accept(edition_en, "b@example.org").state == State.COUNTED
    assert Action.objects.earliest("pk").reason == "cannot_open"
