"""The letter as it leaves: who writes, who carries, and the supporter's words untouched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import a_campaign, an_edition, valid_post
from tocsin.actions.addressees import TargetIsGone, named
from tocsin.actions.letters import Composed, compose_letters
from tocsin.campaigns.models import Edition, ReplyTo, Target

pytestmark = pytest.mark.django_db


def all_composed(edition: Edition, **changes: Any) -> list[Composed]:
    """The letters of one act to the targets that its edition names."""
    act = valid_post(edition) | {"consents": {}} | changes
    return compose_letters(edition, 7, act, named(edition.words, Target.objects.in_bulk()))


def composed(edition: Edition, **changes: Any) -> Composed:
    """The one letter of an act."""
    (letter,) = all_composed(edition, **changes)
    return letter


def test_it_works(edition_en: Edition) -> None:
    letter = composed(edition_en)
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
    assert letter.mail.target_ref == letter.target_id == Target.objects.get().pk


def test_the_french_letter_is_french(edition_fr: Edition) -> None:
    letter = composed(edition_fr)
    assert letter.mail.text.startswith("Madame la Ministre,\n")
    assert "Sent through" not in letter.mail.text
    assert "via" not in letter.mail.sender_name


@pytest.mark.parametrize("text", ["{{ settings }} {% load x %}", "{name} {0} %(name)s %s", "${7*7} {{#open"])
def test_a_supporters_words_are_never_a_template(edition_en: Edition, text: str) -> None:
    letter = composed(edition_en, text=text, given_name="{name}")
    assert text in letter.mail.text


def test_where_replies_go_to_nobody_the_address_is_left_out() -> None:
    edition = an_edition(a_campaign(reply_to=ReplyTo.NOBODY))
    letter = composed(edition)
    assert letter.mail.reply_to == ""
    assert "jane.doe@example.org" not in letter.mail.text


def test_one_name_and_no_address_make_a_letter_too(edition_en: Edition) -> None:
    letter = composed(edition_en, family_name="", city="", province="", postal_code="", given_name="李")
    assert "Yours sincerely,\n李\njane.doe@example.org\n" in letter.mail.text


def test_abroad_is_said(edition_en: Edition) -> None:
    letter = composed(edition_en, country="DE", province="--", city="Berlin", postal_code="10115")
    assert "Berlin\n10115\nGermany\n" in letter.mail.text


def test_a_target_that_is_gone_is_an_error_and_no_letter_to_nobody(edition_en: Edition) -> None:
    Target.objects.all().delete()
    with pytest.raises(TargetIsGone):
        composed(edition_en)


# ── lines that are locked ───────────────────────────────────────────────────────────────────────────────────────
def framed(edition: Edition, **letter: Any) -> Edition:
    """The same campaign with other letter words."""
    return an_edition(edition.campaign, letter={**edition.words["letter"], **letter})


def test_the_locked_lines_stand_around_the_supporters_words(edition_en: Edition) -> None:
    edition = framed(edition_en, header="As one of your constituents in {city}:", closing="In hope, from {city},")
    assert (
        "Dear Minister,\n\nAs one of your constituents in Ottawa:\n\nMy words.\n\nIn hope, from Ottawa,\nJane Doe\n"
    ) in composed(edition, text="My words.").mail.text


def test_a_field_is_resolved_once_and_never_in_what_people_wrote(edition_en: Edition) -> None:
    edition = framed(edition_en, header="{name} writes.")
    text = composed(edition, text="I am {city}.", given_name="{city}").mail.text
    assert "{city} Doe writes." in text
    assert "I am {city}." in text


def test_answers_become_paragraphs_after_the_first(edition_en: Edition) -> None:
    text = composed(edition_en, text="First.\n\nSecond.", prompts=["My aunt fled.", "", "{{ x }}"]).mail.text
    assert "First.\n\nMy aunt fled.\n\n{{ x }}\n\nSecond." in text


VARIANT = {
    "rule": {"attribute": "party", "values": ["Green Party"], "negated": False},
    "header": "Your party agreed.",
    "closing": "",
    "text": "",
    "excluded": "",
}


def test_the_first_variant_whose_rule_matches_has_its_own_lines(edition_en: Edition) -> None:
    Target.objects.update(party="green party")
    edition = framed(edition_en, header="Please agree.", variants=[VARIANT, VARIANT | {"header": "Never this."}])
    assert "Your party agreed." in composed(edition).mail.text
    Target.objects.update(party="Other")
    assert "Please agree." in composed(edition).mail.text


def test_who_is_excluded_gets_no_letter(edition_en: Edition) -> None:
    Target.objects.update(party="Green Party")
    edition = framed(edition_en, variants=[VARIANT | {"excluded": "Your minister supports this already."}])
    assert all_composed(edition) == []


# ── to whom, and when ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_test_goes_to_the_test_address_and_to_nobody_else(edition_en: Edition) -> None:
    edition_en.campaign.test_address = "me@hearing.example"
    mail = composed(edition_en).mail
    assert (mail.to_address, mail.target_ref, mail.pace) == ("me@hearing.example", None, None)
    assert mail.subject.startswith("[Test] ")
    assert mail.text.startswith("This is a test. The letter would go to: ")


def test_whoever_follows_gets_the_letter_with_their_own_greeting(edition_en: Edition) -> None:
    successor = Target.objects.create(name="John Doe", email="new@hearings.example")
    Target.objects.exclude(pk=successor.pk).update(status=Target.Status.AWAY, successor=successor)
    letter = composed(edition_en)
    assert (letter.target_id, letter.mail.to_address) == (successor.pk, "new@hearings.example")
    assert letter.mail.text.startswith("Dear John Doe,")
    assert not letter.mail.held


def test_letters_to_whom_nobody_follows_are_held(edition_en: Edition) -> None:
    Target.objects.update(status=Target.Status.AWAY)
    assert composed(edition_en).mail.held


def test_letters_for_a_digest_are_gathered(edition_en: Edition) -> None:
    Target.objects.update(mode=Target.Mode.WEEKLY)
    assert composed(edition_en).mail.gathered


def test_the_pace_is_the_targets(edition_en: Edition) -> None:
    Target.objects.update(per_hour_by_day=0, per_hour_by_night=3, time_zone="America/Vancouver")
    pace = composed(edition_en).mail.pace
    assert pace is not None
    assert (pace.per_hour_by_day, pace.per_hour_by_night, pace.time_zone) == (None, 3, "America/Vancouver")


def test_answers_through_us_have_no_address_in_the_letter() -> None:
    mail = composed(an_edition(a_campaign(reply_to=ReplyTo.ALIAS))).mail
    assert mail.reply_alias
    assert "jane.doe@example.org" not in mail.text + mail.reply_to


def test_one_whose_letters_are_handed_in_needs_no_address(edition_en: Edition) -> None:
    Target.objects.update(email="", mode=Target.Mode.HAND_IN)
    mail = composed(edition_en).mail
    assert (mail.to_address, mail.gathered, mail.held) == ("letters@tocsin.example", True, False)
    Target.objects.update(mode=Target.Mode.EACH)
    assert composed(edition_en).mail.held
