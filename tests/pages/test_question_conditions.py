"""Questions that wait for an answer: from the edit screen into an edition, refused where they cannot be asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.pages.conftest import MakePage, publish
from tests.pages.test_editing import add
from tests.pages.test_previews import seen
from tests.pages.test_questions import CHOICE, posted, question, said
from tocsin.campaigns.models import Campaign, Edition
from tocsin.campaigns.parts import changed_parts
from tocsin.pages.making import make_draft, words_of
from tocsin.pages.models import ActionPage, HomePage
from tocsin.pages.preflight import drafts_of, preflight
from tocsin.pages.preflight_lines import Level
from tocsin.pages.publish import compile_words
from tocsin.pages.sample import sample_act

pytestmark = pytest.mark.django_db
HEARD = question(**CHOICE)
BOX = question("member", "I am a member.", control="box")
LINE = question("union", "Your union?")


def waiting(word: str = "heard_of_us", answers: str = "The news", **changes: Any) -> dict[str, Any]:
    """A question that is asked after an answer to another."""
    return question(**{"key": "paper", "text": "Which?", "only_if": word, "answer_is": answers, **changes})


def test_it_works(live: MakePage) -> None:
    live(
        questions=[
            HEARD,
            BOX,
            waiting(answers=" The  news \r\n\r\nA friend\r\nThe news"),
            waiting("member", "", key="x"),
        ]
    )
    *first, paper, other = Edition.objects.get().words["questions"]
    assert paper["only_if"] == {"key": "heard_of_us", "answers": ["The news", "A friend"]}
    assert other["only_if"] == {"key": "member", "answers": []}
    assert not any("only_if" in one for one in first)


def test_it_is_asked_for_on_the_edit_screen(
    desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: object
) -> None:
    desk.post(add(homes["en"]), posted(HEARD, waiting(), campaign=campaign.pk, **{"action-publish": "yes"}))
    assert Edition.objects.get().words["questions"][1]["only_if"]["answers"] == ["The news"]
    html = desk.get("/en/open-the-door/").content.decode()
    assert "If you answered “The news” to “How did you hear of us?”:" in html


@pytest.mark.parametrize(
    ("questions", "sentence"),
    [
        ([waiting()], "“Which?” is asked only after an answer to “heard_of_us”, and no question is filed under that."),
        ([waiting(), HEARD], "“Which?” is asked only after an answer to “heard_of_us”, which is not before it."),
        ([waiting("paper", "A", control="choice", options="A\nB")], "“paper”, which is not before it."),
        ([LINE, waiting("union", "x")], "waits for an answer to “Your union?”, which people write in their own words."),
        ([HEARD, waiting(answers="The News")], "waits for the answer “The News”, which is no option of “How did you"),
        ([HEARD, waiting(answers="")], "“Which?” waits for an answer to “How did you hear of us?”. Write which"),
        (
            [BOX, waiting("member", "yes")],
            "waits for the box “I am a member.” to be ticked. Leave “the answer is” empty",
        ),
        ([HEARD, waiting("")], "“Which?” waits for an answer, and does not say to which question."),
    ],
)
def test_what_cannot_be_asked_is_not_published(  # noqa: PLR0917  (four of them are fixtures)
    desk: Client,
    homes: dict[str, HomePage],
    campaign: Campaign,
    draft: MakePage,
    questions: list[dict[str, Any]],
    sentence: str,
) -> None:
    [reason] = said(draft(questions=questions))
    assert sentence in reason
    answer = desk.post(add(homes["en"]), posted(*questions, campaign=campaign.pk, **{"action-publish": "yes"}))
    assert list(answer.context["form"].errors) == ["questions"]
    assert ActionPage.objects.count() == 1


def test_a_draft_is_saved_and_shown_whatever_it_waits_for(desk: Client, homes: dict[str, HomePage]) -> None:
    desk.post(add(homes["en"]), posted(waiting("later", "x"), HEARD))
    page = ActionPage.objects.get()
    assert "If you answered “x” to “later”:" in seen(page, "open")


def test_a_changed_condition_is_another_edition_and_is_told(live: MakePage) -> None:
    page = live(questions=[HEARD, waiting()])
    page.questions = [HEARD, waiting(answers="A friend")]
    publish(page)
    before, after = Edition.objects.order_by("number")
    [changed] = changed_parts(before.words, after.words)
    assert changed.part == "form"
    assert "heard_of_us = " in "".join(piece.text for piece in changed.pieces)


def test_a_copy_and_a_translation_keep_them(draft: MakePage, homes: dict[str, HomePage], petition: Campaign) -> None:
    page = draft(questions=[HEARD, waiting()])
    asked = compile_words(page)["questions"]
    assert compile_words(page.copy_for_translation(homes["fr"].locale))["questions"] == asked
    copied = make_draft(petition, homes["fr"], {**words_of(page), "title": "Copie"}, person=None)
    assert compile_words(copied)["questions"] == asked


@pytest.mark.parametrize(
    ("french", "remark"),
    [
        (waiting(answers="Aux nouvelles", text="Lequel?"), ""),
        (waiting(answers="Des amis", text="Lequel?"), "Asked after another answer than in the other language: Lequel?"),
        (waiting("", "", text="Lequel?"), "Asked after another answer than in the other language: Lequel?"),
    ],
)
def test_both_languages_wait_for_the_same(
    draft: MakePage, campaign: Campaign, french: dict[str, Any], remark: str
) -> None:
    draft(questions=[HEARD, waiting()])
    heard = question(text="Comment?", control="choice", options="Des amis\nAux nouvelles")
    draft("fr", slug="gardons", questions=[heard, french])
    lines = preflight(campaign, drafts_of(campaign)).groups[0].of(Level.LOOK)
    assert [str(line.said) for line in lines if "Asked after" in str(line.said)] == ([remark] if remark else [])


def test_a_sample_answers_only_what_it_is_asked(draft: MakePage) -> None:
    """The first of the list is chosen, which is a friend."""
    page = draft(questions=[HEARD, waiting(), waiting(answers="A friend", key="friend", control="box")])
    assert sample_act(compile_words(page))["answers"] == {"heard_of_us": "A friend", "friend": True}
    assert "Which?" not in seen(page, "errors").split("problems-title")[1].split("</ul>")[0]
