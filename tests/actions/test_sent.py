"""What a receipt shows of the letter: no line of what left is missing, and none is there that did not leave."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import a_campaign, a_target, an_edition, follow_everything, letter_words, sign, valid_post
from tests.lookups import CENTRE, an_edition_by_postal_code
from tocsin.actions.models import Action
from tocsin.actions.receipts import receipt_key
from tocsin.actions.sent import sent_letter
from tocsin.campaigns.models import Edition, Target

pytestmark = pytest.mark.django_db


def the_act(edition: Edition, **changes: Any) -> dict[str, Any]:
    return valid_post(edition, **changes)


def shown(client: Client) -> str:
    return " ".join(client.get(f"/receipt/{receipt_key(Action.objects.get().pk)}/").content.decode().split())


def test_it_works(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    follow_everything()
    page = shown(client)
    assert "Yours sincerely,<br>Jane Doe<br>Ottawa, Ontario<br>K1A 0A6" in page


def test_the_closing_of_the_target_is_shown_where_the_page_has_none(client: Client, edition_en: Edition) -> None:
    edition = an_edition(edition_en.campaign, "fr", letter=letter_words("fr", closing=""))
    sign(client, edition)
    follow_everything()
    closing = edition_en.campaign.targets.get().words("fr").closing
    assert "Madame la Ministre" in closing
    assert f"{closing}<br>Jane Doe" in shown(client)


def test_the_locked_lines_are_filled_in_and_answers_stand_where_they_left(edition_en: Edition) -> None:
    letter = letter_words(header="I, {name}, write from {city}.", text="First.\n\nLast.", prompts=["Why?"])
    edition = an_edition(edition_en.campaign, letter=letter)
    sent = sent_letter(edition, {**the_act(edition), "prompts": ["Because."]}, "")
    assert sent.header == "I, Jane Doe, write from Ottawa."
    assert sent.body == "First.\n\nBecause.\n\nLast."


def test_whoever_was_found_for_the_letter_is_named_and_greeted() -> None:
    edition = an_edition_by_postal_code()
    sent = sent_letter(edition, the_act(edition), CENTRE.division)
    assert [one["name"] for one in sent.targets] == ["Jane Doe, Member of Parliament"]
    assert sent.targets[0]["greeting"] == "Dear Jane Doe,"


def test_it_stays_whom_it_was_left_for_when_somebody_else_sits_there() -> None:
    edition = an_edition_by_postal_code()
    was = Target.objects.get(name="Joan Roe")
    sent = sent_letter(edition, the_act(edition), CENTRE.division, [was])
    assert [one["name"] for one in sent.targets] == ["Joan Roe, Member of Parliament"]


def test_where_several_got_it_what_differs_is_left_out() -> None:
    campaign = a_campaign()
    other = a_target(name="Other", email="other@office.example")
    other.in_words.filter(language="fr").update(salutation="Monsieur le Ministre,")
    campaign.targets.add(other)
    edition = an_edition(campaign, "fr", letter=letter_words("fr", closing=""))
    assert sent_letter(edition, the_act(edition), "").signature[0] == "Jane Doe"
