"""What we write to supporters: thanks, a request to confirm, a request to choose."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import valid_post
from tocsin.actions.mails import request_to_choose, request_to_confirm, thanks
from tocsin.campaigns.models import Edition
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing

pytestmark = pytest.mark.django_db


def thanked(edition: Edition, **changes: Any) -> Outgoing:
    return thanks(edition, 7, valid_post(edition) | changes)


def test_it_works(edition_en: Edition) -> None:
    mail = thanked(edition_en)
    assert (mail.kind, mail.to_address, mail.automatic) == (Kind.THANKS, "jane.doe@example.org", True)
    assert mail.text.startswith("Hello Jane,")
    assert mail.target_ref is None


def test_in_french(edition_fr: Edition) -> None:
    for mail in (thanked(edition_fr), request_to_confirm(edition_fr, 7, valid_post(edition_fr), 1)):
        assert mail.text.rstrip().endswith("hello@hearing.example")
        assert "You get this mail" not in mail.text + mail.html


def test_the_name_is_put_into_the_thank_you_once(edition_en: Edition) -> None:
    assert thanked(edition_en, given_name="{name}").subject == "Thank you, {name}"


def test_nothing_says_what_the_supporter_wrote(edition_en: Edition) -> None:
    act = valid_post(edition_en, text="Buy my pills", subject="Cheap pills")
    for mail in (
        thanks(edition_en, 7, act),
        request_to_confirm(edition_en, 7, act, 1),
        request_to_choose(edition_en, 7, act, 1),
    ):
        assert "pills" not in mail.text + mail.html + mail.subject


def test_a_request_to_confirm_does_not_even_say_the_name(edition_en: Edition) -> None:
    mail = request_to_confirm(edition_en, 7, valid_post(edition_en), 1)
    assert "Jane" not in mail.text + mail.html + mail.subject + mail.to_name


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda edition, act: thanks(edition, 7, act), "/receipt/"),
        (lambda edition, act: request_to_confirm(edition, 7, act, 1), "/confirm/"),
        (lambda edition, act: request_to_choose(edition, 7, act, 1), "/choose/"),
    ],
)
def test_each_has_its_link_and_says_who_wrote(edition_en: Edition, make: Any, path: str) -> None:
    mail = make(edition_en, valid_post(edition_en))
    for form in (mail.text, mail.html):
        assert f"http://testserver{path}" in form
        assert "1 Main Street" in form
        assert "If it was not you" in form


def test_a_second_request_is_another_mail(edition_en: Edition) -> None:
    act = valid_post(edition_en)
    keys = {request_to_confirm(edition_en, 7, act, number).key for number in (1, 2)}
    assert len(keys) == 2


def test_whoever_left_before_is_told_that_it_still_holds(edition_en: Edition) -> None:
    """Only where something was asked: who it is sent to is not looked up, so it is said to all."""
    mail = thanked(edition_en)
    for form in (mail.text, mail.html):
        assert "If you once asked us to send you nothing" in form
    edition_en.words, edition_en.sha256 = {**edition_en.words, "consents": []}, "another"
    mail = thanked(edition_en)
    assert "If you once asked" not in mail.text + mail.html


def test_names_in_html_are_escaped(edition_en: Edition) -> None:
    mail = thanked(edition_en, given_name="<b>Jane</b>")
    assert "<b>Jane" not in mail.html
    assert "<b>Jane" in mail.text
