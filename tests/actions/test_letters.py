"""The letter as it leaves: who writes, who carries, and the supporter's words untouched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import a_campaign, an_edition, valid_post
from tocsin.actions.letters import Composed, TargetIsGone, compose
from tocsin.campaigns.models import Edition, ReplyTo, Target
from tocsin.outbox.models import Kind

pytestmark = pytest.mark.django_db


def composed(edition: Edition, **changes: Any) -> tuple[Composed, Composed]:
    """The letter and the thank-you of one act."""
    act = valid_post(edition) | {"consents": {}} | changes
    letter, thanks = compose(edition, 7, act, Target.objects.in_bulk())
    return letter, thanks


def test_it_works(edition_en: Edition) -> None:
    letter, thanks = composed(edition_en)
    assert letter.mail.text == (
        "Dear Minister,\n"
        "\n"
        "Dear readers of the file,\n\nPlease give every family a fair hearing.\n\nWe are watching.\n"
        "\n"
        "Yours sincerely,\n"
        "Jane Doe\n"
        "Ottawa, Ontario\n"
        "K1A 0A6\n"
        "jane.doe@example.org\n"
        "\n"
        "-- \n"
        "Sent through Fair Hearing Society at the request of the person named above.\n"
        "1 Main Street, Ottawa ON  K1A 0A6 · hello@hearing.example\n"
        f"Reference: {edition_en.campaign_id}-7\n"
    )
    assert letter.mail.sender_name == "Jane Doe via Fair Hearing Society"
    assert letter.mail.reply_to == "jane.doe@example.org"
    assert letter.mail.to_address == "minister@hearings.example"
    assert not letter.mail.automatic
    assert (thanks.mail.kind, thanks.mail.to_address, thanks.target_id) == (Kind.THANKS, "jane.doe@example.org", None)
    assert thanks.mail.automatic


def test_the_french_letter_is_french(edition_fr: Edition) -> None:
    letter, thanks = composed(edition_fr)
    assert letter.mail.text.startswith("Madame la Ministre,\n")
    assert "Sent through" not in letter.mail.text
    assert "via" not in letter.mail.sender_name
    assert "You get this mail" not in thanks.mail.text


@pytest.mark.parametrize("text", ["{{ settings }} {% load x %}", "{name} {0} %(name)s %s", "${7*7} {{#open"])
def test_a_supporters_words_are_never_a_template(edition_en: Edition, text: str) -> None:
    letter, _thanks = composed(edition_en, text=text, given_name="{name}")
    assert text in letter.mail.text


def test_the_name_is_put_into_the_thank_you_once(edition_en: Edition) -> None:
    _letter, thanks = composed(edition_en, given_name="{name}")
    assert thanks.mail.subject == "Thank you, {name}"
    _letter, thanks = composed(edition_en)
    assert thanks.mail.text.startswith("Hello Jane,")


def test_the_thank_you_says_nothing_that_the_supporter_wrote(edition_en: Edition) -> None:
    _letter, thanks = composed(edition_en, text="Buy my pills", subject="Cheap pills")
    assert "pills" not in thanks.mail.text + thanks.mail.html + thanks.mail.subject


def test_the_thank_you_has_the_receipts_key_and_who_wrote(edition_en: Edition) -> None:
    _letter, thanks = composed(edition_en)
    for form in (thanks.mail.text, thanks.mail.html):
        assert "http://testserver/receipt/" in form
        assert "1 Main Street" in form
        assert "If it was not you" in form


def test_names_in_html_are_escaped(edition_en: Edition) -> None:
    _letter, thanks = composed(edition_en, given_name="<b>Jane</b>")
    assert "<b>Jane" not in thanks.mail.html
    assert "<b>Jane" in thanks.mail.text


def test_where_replies_go_to_nobody_the_address_is_left_out() -> None:
    edition = an_edition(a_campaign(reply_to=ReplyTo.NOBODY))
    letter, _thanks = composed(edition)
    assert letter.mail.reply_to == ""
    assert "jane.doe@example.org" not in letter.mail.text


def test_one_name_and_no_address_make_a_letter_too(edition_en: Edition) -> None:
    letter, _thanks = composed(edition_en, family_name="", city="", province="", postal_code="", given_name="李")
    assert "Yours sincerely,\n李\njane.doe@example.org\n" in letter.mail.text


def test_abroad_is_said(edition_en: Edition) -> None:
    letter, _thanks = composed(edition_en, country="DE", province="--", city="Berlin", postal_code="10115")
    assert "Berlin\n10115\nGermany\n" in letter.mail.text


def test_a_target_that_is_gone_is_an_error_and_no_letter_to_nobody(edition_en: Edition) -> None:
    Target.objects.all().delete()
    with pytest.raises(TargetIsGone):
        composed(edition_en)
