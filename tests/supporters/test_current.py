"""Which consents count now: eight orders of answers, expiry, and what leaving and coming back do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.supporters.current import (
    EVERYTHING,
    about_campaign,
    current_consents,
    may_be_mailed,
    purposes_of,
    withdrawals,
)
from tocsin.supporters.leaving import come_back, leave
from tocsin.supporters.models import Consent, Supporter

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = BEGIN + timedelta(days=400)


@pytest.fixture
def jane() -> Supporter:
    return Supporter.objects.create(email_digest=b"j" * 32, sealed=b"x", language="en")


def say(who: Supporter, word: str, day: int, purpose: str = "news") -> None:
    """One answer on a day: yes and no where both were offered, a box ticked or left, left and back by a link."""
    at = BEGIN + timedelta(days=day)
    if word == "leaves":
        leave(who.pk, purpose, Consent.Method.MAIL, at=at)
    elif word == "comes back":
        come_back(who.pk, purpose, Consent.Method.MAIL, at=at)
    else:
        control = Consent.Control.BOX if word in {"ticked", "unticked"} else Consent.Control.YES_NO
        yes = word in {"ticked", "yes", "implied"}
        implied = word == "implied"
        Consent.objects.create(
            supporter=who,
            purpose=purpose,
            yes=yes,
            control=Consent.Control.FILE if implied else control,
            basis=Consent.Basis.IMPLIED if implied else Consent.Basis.EXPRESS,
            expires_at=at + timedelta(days=730) if implied else None,
            given_at=at,
        )


# The eight orders of requirement L4.
ORDERS = [
    (["yes", "no"], False),  # a no that was chosen ends a yes
    (["no", "yes"], True),  # a later yes begins anew
    (["ticked", "unticked"], True),  # a box left alone says nothing
    (["yes", "leaves"], False),
    (["leaves", "yes"], False),  # anybody can type an address into a form: leaving wins
    (["leaves", "implied"], False),  # and no file brings anybody back
    (["yes", "leaves", "comes back"], True),  # their own link does
    (["yes", "leaves", "comes back", "leaves", "ticked"], False),
]


@pytest.mark.parametrize(("words", "counts"), ORDERS, ids=[" → ".join(words) for words, _ in ORDERS])
def test_eight_orders(jane: Supporter, words: list[str], *, counts: bool) -> None:
    for day, word in enumerate(words):
        say(jane, word, day)
    assert may_be_mailed("news", NOW).exists() is counts
    assert current_consents("news", NOW).exists() is counts
    assert purposes_of([jane.pk], NOW) == {jane.pk: ["news"] if counts else []}


def test_implied_consent_ends_by_itself_and_an_older_express_one_stands(jane: Supporter) -> None:
    say(jane, "implied", 1)
    assert may_be_mailed("news", BEGIN + timedelta(days=730)).exists()
    assert not may_be_mailed("news", BEGIN + timedelta(days=731)).exists()
    say(jane, "yes", 0)
    assert may_be_mailed("news", BEGIN + timedelta(days=5000)).exists()


def test_a_purpose_is_left_alone_by_what_is_said_of_another(jane: Supporter) -> None:
    say(jane, "yes", 0)
    say(jane, "no", 1, "calls")
    say(jane, "leaves", 2, about_campaign(7))
    assert may_be_mailed("news", NOW).exists()
    assert withdrawals(about_campaign(7)).exists()
    assert not withdrawals(about_campaign(8)).exists()


def test_who_leaves_everything_has_left_each_purpose(jane: Supporter) -> None:
    say(jane, "yes", 0)
    say(jane, "leaves", 1, EVERYTHING)
    assert not may_be_mailed("news", NOW).exists()
    assert withdrawals(about_campaign(8)).exists()
    assert withdrawals(EVERYTHING).exists()
    say(jane, "comes back", 2)
    assert may_be_mailed("news", NOW).exists()
    assert withdrawals(about_campaign(7)).exists()


def test_yes_and_no_of_one_moment_is_no(jane: Supporter) -> None:
    say(jane, "yes", 0)
    say(jane, "no", 0)
    assert not may_be_mailed("news", NOW).exists()


def test_implied_consent_without_an_end_is_refused(jane: Supporter) -> None:
    with pytest.raises(Exception, match="implied_consent_expires"):
        Consent.objects.create(
            supporter=jane, purpose="news", yes=True, control="file", basis="implied", given_at=BEGIN
        )
