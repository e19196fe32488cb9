"""Questions of the campaigner's own, from the edit screen into an edition, in two languages, copied and looked at."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.test.utils.form_data import streamfield

from tests.pages.conftest import MakePage, publish
from tests.pages.test_editing import add, filled
from tests.pages.test_previews import seen
from tocsin.campaigns.changed_words import ask_what_follows
from tocsin.campaigns.models import Campaign, Edition, EditionNote
from tocsin.campaigns.parts import changed_parts
from tocsin.pages.making import make_draft, put, words_of
from tocsin.pages.models import ActionPage, HomePage
from tocsin.pages.preflight import drafts_of, preflight
from tocsin.pages.preflight_lines import Level
from tocsin.pages.publish import compile_words
from tocsin.pages.readiness import reasons_against_publishing
from tocsin.pages.sample import sample_act, sample_letters

pytestmark = pytest.mark.django_db
CHOICE = {"control": "choice", "options": "A friend\r\n\r\n The  news "}


def question(key: str = "heard_of_us", text: str = "How did you hear of us?", **changes: Any) -> dict[str, Any]:
    value = {"key": key, "text": text, "control": "line", "options": "", "required": False, "help": "", **changes}
    return {"type": "question", "value": value}


def said(page: ActionPage) -> list[str]:
    return [" ".join(getattr(reason, "messages", [str(reason)])) for _field, reason in reasons_against_publishing(page)]


def test_it_works(live: MakePage) -> None:
    live(questions=[question(**CHOICE, required=True), question("union", "Your union?", help="Its name.")])
    words = Edition.objects.get().words
    assert words["questions"] == [
        {
            "key": "heard_of_us",
            "text": "How did you hear of us?",
            "help": "",
            "control": "choice",
            "options": ["A friend", "The news"],
            "required": True,
        },
        {
            "key": "union",
            "text": "Your union?",
            "help": "Its name.",
            "control": "line",
            "options": [],
            "required": False,
        },
    ]
    assert words["data_note"].endswith("Your answers to our questions are for our own use and go to nobody else.")


def test_a_page_that_asks_nothing_keeps_its_words_and_its_hash(live: MakePage) -> None:
    words = compile_words(live())
    assert "questions" not in words
    assert "Your answers" not in words["data_note"]


def test_a_changed_question_is_another_edition_and_takes_no_new_signatures(live: MakePage) -> None:
    page = live(questions=[question(**CHOICE)])
    page.questions = [question(control="choice", options="A friend\nThe news\nA poster")]
    publish(page)
    before, after = Edition.objects.order_by("number")
    [changed] = changed_parts(before.words, after.words)
    assert changed.part == "form"
    assert "A poster" in "".join(str(piece) for piece in changed.pieces)
    ask_what_follows(before=before, after=after, acted_before=1)
    assert not EditionNote.objects.exists()


# ── the edit screen ─────────────────────────────────────────────────────────────────────────────────────────────
def posted(*questions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    values = [{**one["value"], "required": "on" if one["value"]["required"] else ""} for one in questions]
    return filled(questions=streamfield([("question", value) for value in values]), **changes)


def test_it_is_asked_for_on_the_edit_screen(
    desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: object
) -> None:
    desk.post(add(homes["en"]), posted(question(**CHOICE), campaign=campaign.pk, **{"action-publish": "yes"}))
    [asked] = Edition.objects.get().words["questions"]
    assert (asked["key"], asked["options"]) == ("heard_of_us", ["A friend", "The news"])
    html = desk.get("/en/open-the-door/").content.decode()
    assert "How did you hear of us?" in html


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"control": "choice", "options": "Only one"}, "needs at least two options"),
        ({"control": "choice", "options": "A\nB\nA "}, "has an option twice: A."),
        ({"control": "choice", "options": "\n".join(map(str, range(21)))}, "has more than 20 options"),
        ({"control": "line", "options": "A\nB"}, "is not answered by choosing one"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(  # noqa: PLR0917  (five of them are fixtures)
    desk: Client,
    homes: dict[str, HomePage],
    campaign: Campaign,
    brand: object,
    draft: MakePage,
    changes: dict[str, Any],
    sentence: str,
) -> None:
    wrong = question(**changes)
    answer = desk.post(add(homes["en"]), posted(wrong, campaign=campaign.pk, **{"action-publish": "yes"}))
    [error] = answer.context["form"].errors.as_data()["questions"]
    assert sentence in error.block_errors[0].block_errors["options"].messages[0]
    assert not ActionPage.objects.exists()
    [reason] = said(draft(questions=[wrong]))
    assert reason.startswith("“How did you hear of us?”")
    assert sentence in reason


def test_a_draft_is_saved_whatever_it_asks(desk: Client, homes: dict[str, HomePage]) -> None:
    answer = desk.post(add(homes["en"]), posted(question(key="", text="", control="choice", options="A\nA")))
    assert answer.status_code == 302
    assert len(ActionPage.objects.get().questions) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"key": ""}, "Say what “How did you hear of us?” is filed under."),
        ({"text": " "}, "A question has no words: write it, or take it away."),
    ],
)
def test_a_draft_that_asks_half_a_question_passes_no_review(
    brand: object, draft: MakePage, changes: dict[str, Any], sentence: str
) -> None:
    """A review publishes what was saved as a draft: no field of the edit screen is asked any more."""
    two = [question(**changes), question(**{"key": "other", **changes})]
    assert said(draft(questions=two)) == [sentence, sentence]


@pytest.mark.parametrize("key", ["Heard", "1st", "heard of us", "entendu_é", "x" * 41])
def test_what_it_is_filed_under_is_a_plain_word(
    desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: object, key: str
) -> None:
    answer = desk.post(add(homes["en"]), posted(question(key), campaign=campaign.pk, **{"action-publish": "yes"}))
    assert list(answer.context["form"].errors) == ["questions"]


def test_there_are_ten_at_most(desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: object) -> None:
    many = [question(f"q{number}") for number in range(11)]
    answer = desk.post(add(homes["en"]), posted(*many, campaign=campaign.pk, **{"action-publish": "yes"}))
    assert list(answer.context["form"].errors) == ["questions"]


def test_two_are_not_filed_under_the_same_word(draft: MakePage) -> None:
    assert said(draft(questions=[question(), question(text="Another?")])) == [
        "“How did you hear of us?” and “Another?” are both filed under “heard_of_us”. Give each a word of its own."
    ]


def test_that_two_are_is_said_at_the_questions(
    desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: object
) -> None:
    two = [question(), question(text="Another?")]
    answer = desk.post(add(homes["en"]), posted(*two, campaign=campaign.pk, **{"action-publish": "yes"}))
    assert list(answer.context["form"].errors) == ["questions"]
    assert "are both filed under" in answer.content.decode()


# ── two languages, copies ───────────────────────────────────────────────────────────────────────────────────────
def test_a_translation_and_a_copy_keep_what_answers_are_filed_under(
    draft: MakePage, homes: dict[str, HomePage], petition: Campaign
) -> None:
    page = draft(questions=[question(**CHOICE)])
    french = page.copy_for_translation(homes["fr"].locale)
    assert compile_words(french)["questions"] == compile_words(page)["questions"]
    copied = make_draft(petition, homes["fr"], {**words_of(page), "title": "Copie"}, person=None)
    assert compile_words(copied)["questions"] == compile_words(page)["questions"]


def test_words_that_were_kept_before_there_were_questions_are_put_as_they_are(draft: MakePage) -> None:
    page = draft(questions=[question()])
    put(page, {name: words for name, words in words_of(page).items() if name != "questions"})
    assert len(page.questions) == 1


@pytest.mark.parametrize(
    ("french", "remark"),
    [
        ([], "Filled in for English and empty for French: questions of your own."),
        ([question("autre", "Autre?")], "The two languages do not ask the same: questions of your own."),
        (
            [question(text="Comment?", control="choice", options="Des amis\nAux nouvelles\nAutrement")],
            "from another list, than in the other language: Comment?",
        ),
        ([question(text="Comment?")], "Answered in another way"),
        ([question(**CHOICE)], "The same words in both languages; translate it into French: questions of your own."),
        ([question(text="Comment?", control="choice", options="Des amis\nAux nouvelles")], ""),
    ],
)
def test_the_languages_are_held_side_by_side(
    draft: MakePage, campaign: Campaign, french: list[dict[str, Any]], remark: str
) -> None:
    draft(questions=[question(**CHOICE)])
    draft("fr", slug="gardons", questions=french)
    lines = preflight(campaign, drafts_of(campaign)).groups[0].of(Level.LOOK)
    about = [str(line.said) for line in lines if "uestion" in str(line.said) or "Answered" in str(line.said)]
    assert [one for one in about if remark and remark in one] == about
    assert bool(about) == bool(remark)


# ── previews ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_draft_shows_them_and_no_letter_has_them(draft: MakePage) -> None:
    page = draft(questions=[question(**CHOICE, required=True), question("", "Your story?", control="lines")])
    assert "How did you hear of us?" in seen(page, "open")
    assert "Choose an answer: How did you hear of us?" in seen(page, "errors")
    assert "A friend" in seen(page, "receipt")
    words = compile_words(page)
    assert sample_act(words)["answers"] == {"heard_of_us": "A friend", "2": "(Here stands what the person writes.)"}
    for letter in sample_letters(page, words):
        assert letter.mail
        assert "A friend" not in f"{letter.mail}"


def test_they_are_asked_in_a_petition_too(live: MakePage, petition: Campaign) -> None:
    live(campaign=petition, petition_text="We ask.", questions=[question()])
    words = Edition.objects.get().words
    assert [one["key"] for one in words["questions"]] == ["heard_of_us"]
    assert words["data_note"].endswith("go to nobody else.")
