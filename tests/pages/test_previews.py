"""What a draft looks like in each of its states, and what would leave: nothing is stored, and nothing leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.lookups import a_parliament
from tests.pages.conftest import MakePage
from tocsin.campaigns.models import Campaign, Edition, EditionNote, ListMember, Target, Targeting, TargetList
from tocsin.outbox.models import Message
from tocsin.pages.models import ActionPage
from tocsin.pages.publish import compile_words
from tocsin.pages.sample import CannotBeTried, sample_letters
from tocsin.pages.sample import test_mails as mails_to_try

pytestmark = pytest.mark.django_db


def seen(page: ActionPage, mode: str) -> str:
    answer = page.make_preview_request(preview_mode=mode)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("open", "I am writing"),
        ("errors", "Error:"),
        ("thanks", "Thank you for acting"),
        ("thanks_mail", "Hello Jane,"),
        ("letter", "Jane Doe via Refugee Rights Demo"),
        ("receipt", "What became of your letter"),
        ("not_yet", "not open yet"),
        ("closed", "This action is closed"),
    ],
)
def test_it_works(draft: MakePage, mode: str, said: str) -> None:
    page = draft()
    assert mode in dict(page.preview_modes)
    assert said in seen(page, mode)
    assert not Edition.objects.exists()
    assert not Message.objects.exists()


def test_each_state_is_in_the_pages_language(draft: MakePage) -> None:
    page = draft("fr", slug="gardons")
    for mode, _said in page.preview_modes:
        assert '<html lang="fr"' in seen(page, mode)
    assert "Bonjour Jane" in seen(page, "thanks_mail")


def test_the_mail_that_asks_to_confirm_is_there_where_it_is_asked(draft: MakePage, campaign: Campaign) -> None:
    page = draft()
    assert "confirm_mail" not in dict(page.preview_modes)
    campaign.confirm_first = True
    page.campaign = campaign
    assert "confirm_mail" in dict(page.preview_modes)
    assert "press the button" in seen(page, "confirm_mail")


def test_a_letter_is_shown_with_its_headers_and_its_fields_filled_in(draft: MakePage) -> None:
    letter = seen(draft(letter_header="I live in {city}.", details=[_asked("email"), _asked("city")]), "letter")
    for said in ("minister@ircc.example", "Message-ID", "I live in Ottawa.", "Dear Minister,", "Yours sincerely,"):
        assert said in letter


def _asked(kind: str) -> dict[str, Any]:
    return {"type": "detail", "value": {"kind": kind, "required": True, "label": "", "help": ""}}


def test_letters_of_a_list_are_one_for_each_of_the_other_words(draft: MakePage, campaign: Campaign) -> None:
    parties = TargetList.objects.create(name="Parties")
    for number in range(12):
        target = Target.objects.create(
            name=f"M{number:02}", email=f"m{number}@parl.gc.ca", party="Blue" if number > 8 else "Red"
        )
        ListMember.objects.create(target_list=parties, target=target, match="ON")
    campaign.targeting, campaign.target_list, campaign.matched_by = Targeting.ANSWER, parties, "province"
    campaign.save()
    other = {"attribute": "party", "negated": "is", "values": "Blue", "header": "", "text": "", "closing": ""}
    page = draft(variants=[{"type": "variant", "value": {**other, "excluded": "They agree already."}}])
    letters = sample_letters(page, compile_words(page))
    assert [(letter.target, bool(letter.mail), letter.excluded) for letter in letters] == [
        ("M00", True, ""),
        ("M09", False, "They agree already."),
    ]


def test_a_target_that_no_mail_reaches_is_said_to_be_so(draft: MakePage, minister: Target) -> None:
    Target.objects.update(email="ministère@gov.ca")
    assert "No mail can be sent to their address." in seen(draft(), "letter")


def test_a_list_with_nobody_in_it_is_said_to_be_empty(draft: MakePage, campaign: Campaign) -> None:
    campaign.targeting, campaign.target_list = Targeting.POSTAL_CODE, TargetList.objects.create(name="Empty")
    campaign.save()
    assert "There is nobody to write to yet" in seen(draft(), "letter")


def test_a_letter_by_postal_code_is_shown_for_somebody_of_the_list(draft: MakePage, campaign: Campaign) -> None:
    campaign.targeting, campaign.target_list = Targeting.POSTAL_CODE, a_parliament()
    campaign.save()
    assert "Message-ID" in seen(draft(letter_header="I live in {riding}."), "letter")


def test_a_page_of_which_nothing_is_written_yet_is_previewed(homes: dict[str, Any], rf: Any) -> None:
    page = ActionPage(title="New", locale=homes["en"].locale)
    for mode, _said in page.preview_modes:
        assert page.serve_preview(rf.get("/"), mode).status_code == 200, mode


def test_a_test_goes_to_oneself_and_says_so(draft: MakePage, administrator: User) -> None:
    mails = mails_to_try(draft(), administrator)
    assert {mail.to_address for mail in mails} == {"administrator@example.org"}
    assert all(mail.subject.startswith("[Test] ") for mail in mails)
    assert "The letter would go to: The Honourable Minister of Immigration <minister@ircc.example>" in mails[1].text
    assert {mail.campaign_ref for mail in mails} == {None}


def test_a_test_needs_an_address_and_a_target(draft: MakePage, administrator: User, campaign: Campaign) -> None:
    page = draft()
    administrator.email = ""
    with pytest.raises(CannotBeTried, match="no e-mail address"):
        mails_to_try(page, administrator)
    administrator.email = "jane@example.org"
    campaign.targets.clear()
    with pytest.raises(CannotBeTried, match="nobody to write to"):
        mails_to_try(page, administrator)


def test_a_public_correction_stands_on_the_page(client: Client, live: MakePage, campaign: Campaign) -> None:
    first = live()
    before = Edition.objects.get()
    assert first.live
    correct(campaign, before)
    page = client.get("/en/keep-the-door-open/")
    assert "The words were changed on" in page.content.decode()
    assert "We put it right." in page.content.decode()
    assert "Vary" not in page.headers
    assert not page.cookies


def correct(campaign: Campaign, before: Edition) -> None:
    after = Edition.objects.create(campaign=campaign, language="en", number=2, words=before.words, sha256="x")
    EditionNote.objects.create(
        campaign=campaign,
        language="en",
        before=before,
        after=after,
        acted_before=1234,
        answer="correction",
        sentence="We put it right.",
        shown=[["demand", [["gone", "a"], ["new", "<b>"]]]],
    )
