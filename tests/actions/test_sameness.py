"""How alike a campaign's letters are, told from their sketches alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.handin.conftest import write_letter
from tests.cast import a_target
from tocsin.actions.models import Letter
from tocsin.actions.sameness import compared, sameness_of
from tocsin.actions.sketch import sketch_of
from tocsin.campaigns.models import Campaign, Edition
from tocsin.outbox.models import Message, State

pytestmark = pytest.mark.django_db
OFFERED = " ".join(f"offered{number}" for number in range(200))


def own(seed: int) -> str:
    return " ".join(f"own{seed}x{number}" for number in range(200))


def write(edition: Edition, text: str, *, own_words: bool) -> Letter:
    letter = write_letter(edition, own_words=text if own_words else "")
    letter.sketch = sketch_of(text)
    letter.save()
    return letter


def test_it_works(campaign_open: Campaign, edition_en: Edition, edition_fr: Edition) -> None:
    for _ in range(6):
        write(edition_en, OFFERED, own_words=False)
    write(edition_en, OFFERED + " with three more words", own_words=True)
    for seed in range(3):
        write(edition_fr, own(seed), own_words=True)
    found = sameness_of(campaign_open)
    assert (found.letters, found.changed, found.compared, found.largest) == (10, 4, 10, 7)
    assert (found.percent_changed, found.tenths_the_same) == (40, 7)
    assert found.mean == pytest.approx((6 * 5 / 2 + 6 * 0.97) / 45, abs=0.03)
    assert [(one.language, one.letters, one.changed) for one in found.wordings] == [("en", 7, 1), ("fr", 3, 3)]


def test_a_persons_letters_to_two_targets_are_one(campaign_open: Campaign, edition_en: Edition) -> None:
    letter = write(edition_en, OFFERED, own_words=False)
    second = Message.objects.get(pk=letter.message_id)
    second.pk, second.key, second.ref = None, "letter:second", "second"
    second._state.adding = True
    other = a_target(name="Another")
    second.target_ref = other.pk
    second.save()
    Letter.objects.create(action=letter.action, target=other, message=second, own_words=False, sketch=letter.sketch)
    assert sameness_of(campaign_open).letters == 1
    assert sameness_of(campaign_open, other).letters == 1


def test_no_letter_says_nothing(campaign_open: Campaign) -> None:
    found = sameness_of(campaign_open)
    assert not found.says_something
    assert (found.percent_changed, found.percent_alike, found.tenths_the_same) == (0, 0, 0)


def test_letters_without_a_sketch_are_counted_and_not_compared(campaign_open: Campaign, edition_en: Edition) -> None:
    for _ in range(5):
        write_letter(edition_en)
    found = sameness_of(campaign_open)
    assert (found.letters, found.compared, found.tenths_the_same) == (5, 0, 0)


def test_the_same_queries_however_many(
    campaign_open: Campaign, edition_en: Edition, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        write(edition_en, OFFERED, own_words=False)
    with django_assert_num_queries(len(State) + 1):
        sameness_of(campaign_open)


def test_groups_hang_together() -> None:
    """One is nearly the same as the next, the next as the third: they are one group."""
    chain = [sketch_of(OFFERED + f" tail{number}" * number) for number in range(4)]
    assert compared([*chain, sketch_of(own(1))])[1] == 4
    assert compared([])[1] == 0
    assert compared([chain[0]])[1] == 1
