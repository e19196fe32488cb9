"""Publishing what a letter can have besides its text; and that a page which has none of it keeps its edition."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lookups import a_parliament
from tests.pages.conftest import MakePage
from tests.pages.test_readiness import detail
from tests.pages.test_readiness_letter import variant
from tocsin.actions.form import show_form
from tocsin.campaigns.editions import fingerprint
from tocsin.campaigns.models import Campaign, Edition, Target, Targeting
from tocsin.pages.publish import compile_words

pytestmark = pytest.mark.django_db


def blocks(kind: str, *texts: str) -> list[dict[str, Any]]:
    return [{"type": kind, "value": text} for text in texts]


def test_it_works(live: MakePage, campaign: Campaign) -> None:
    campaign.offer_own_mail = campaign.offer_print = True
    campaign.save()
    live(
        letter_header="I am\r\n{name}. ",
        openings=blocks("opening", "One.\r\n", "Two.", " "),
        subjects=blocks("subject", "Another"),
        prompts=blocks("question", "Why?"),
        variants=[variant(values="Green\r\n\r\n Orange ", negated="is_not", text="Other.")],
    )
    words = Edition.objects.get().words
    letter = words["letter"]
    assert letter["header"] == "I am\n{name}."
    assert letter["openings"] == ["One.", "Two."]
    assert letter["subjects"] == ["Another"]
    assert letter["prompts"] == ["Why?"]
    rule = {"attribute": "party", "values": ["Green", "Orange"], "negated": True}
    assert letter["variants"] == [{"rule": rule, "header": "", "closing": "", "text": "Other.", "excluded": ""}]
    assert words["ways"] == ["own_mail", "print"]


def test_what_is_not_used_leaves_no_trace(live: MakePage) -> None:
    """The words, and so the hash, are what the version before this one made of the same page."""
    words = compile_words(live())
    assert set(words["letter"] or {}) == {"mode", "subject", "text", "closing", "talking_points"}
    assert not {"targeting", "ways", "extra"} & set(words)


def test_by_postal_code_nobody_is_compiled_in(draft: MakePage, campaign: Campaign) -> None:
    campaign.targeting, campaign.target_list, campaign.provider = "postal", a_parliament(), "represent"
    page = draft()
    words = compile_words(page)
    assert words["targets"] == []
    assert words["targeting"] == {
        "by": "postal",
        "field": "postal_code",
        "target_list": campaign.target_list_id,
        "provider": "represent",
        "said": "your member of Parliament",
    }
    page.targets_said = "your senator"
    assert compile_words(page)["targeting"]["said"] == "your senator"
    assert fingerprint(dict(words)) != fingerprint(dict(compile_words(page)))


def test_by_an_answer(draft: MakePage, campaign: Campaign) -> None:
    campaign.targeting, campaign.target_list, campaign.matched_by = Targeting.ANSWER, a_parliament(), "province"
    targeting = compile_words(draft(details=[detail("email"), detail("province")]))["targeting"]
    assert (targeting["by"], targeting["field"], targeting["provider"]) == ("answer", "province", "")
    assert "province" in targeting["said"]


def test_the_way_of_writing_leaves_out_what_it_has_no_use_for(draft: MakePage) -> None:
    page = draft(openings=blocks("opening", "One."), prompts=blocks("question", "Why?"))
    page.letter_mode = "blank"
    assert "openings" not in (compile_words(page)["letter"] or {})
    page.letter_mode = "locked"
    assert "prompts" not in (compile_words(page)["letter"] or {})


def test_a_petition_has_none_of_it(draft: MakePage, petition: Campaign) -> None:
    petition.offer_print, petition.targeting = True, Targeting.POSTAL_CODE
    words = compile_words(draft(campaign=petition, letter_header="Hello"))
    assert words["letter"] is None
    assert not {"targeting", "ways"} & set(words)


def test_without_a_closing_of_its_own_a_page_shows_that_of_its_target(live: MakePage, minister: Target) -> None:
    """As the letter will leave: what people see before they sign is what is sent."""
    live(letter_closing="")
    edition = Edition.objects.get()
    assert edition.words["targets"][0]["closing"] == minister.words("en").closing == "Yours sincerely,"
    shown = show_form(edition.pk, edition.words)
    assert shown.letter is not None
    assert shown.letter.closing == "Yours sincerely,"
