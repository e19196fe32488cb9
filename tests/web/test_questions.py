"""A campaigner's own questions at the public's door: sealed with the act, given back when something is wrong."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import a_campaign, an_edition, follow_everything, letter_words, sign, valid_post
from tests.promises.test_5_personal_data_are_sealed import whole_database
from tests.web.test_straight import Asking
from tests.web.test_straight import body as straight_body
from tests.words import only_if, own_question
from tocsin.actions.accept import edition_named
from tocsin.actions.contract import LONGEST_NAME
from tocsin.actions.letter_contract import LONGEST_ANSWER, LONGEST_LETTER, LONGEST_SUBJECT, answer_name
from tocsin.actions.models import Action, Letter
from tocsin.actions.question_contract import LONGEST_LINES, question_name
from tocsin.actions.receipts import receipt_key
from tocsin.actions.standing import standing
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Edition
from tocsin.lib.vault import vault
from tocsin.outbox.models import Message
from tocsin.outbox.post import open_mail
from tocsin.pages.letter_blocks import MOST_PROMPTS
from tocsin.pages.question_blocks import MOST_QUESTIONS
from tocsin.supporters.models import Supporter
from tocsin.web.asked import CAME_FROM, LARGEST_BODY
from tocsin.web.carried import open_details, seal_details

pytestmark = pytest.mark.django_db
MARKER = "Kanarienvogel"
TYPED = {"question_story": f"{MARKER}\r\nsang.", "question_heard_of_us": "The news", "question_member": "yes"}


@pytest.fixture
def edition() -> Edition:
    asked = [own_question("story", "lines", required=True), own_question(), own_question("member", "box")]
    return an_edition(a_campaign(), questions=asked)


def opened(action: Action) -> Any:
    return vault().open(action.sealed, action_context(action.email_digest))


def test_it_works(client: Client, edition: Edition) -> None:
    assert sign(client, edition, **TYPED).status_code == 303
    action = Action.objects.get()
    assert opened(action)["answers"] == {"story": f"{MARKER}\nsang.", "heard_of_us": "The news", "member": True}
    receipt = client.get(f"/receipt/{receipt_key(action.pk)}/").content.decode()
    assert f"{MARKER}<br>sang." in receipt


def test_they_are_sealed_and_no_mail_has_them(client: Client, edition: Edition) -> None:
    sign(client, edition, **TYPED)
    follow_everything()
    assert Letter.objects.exists()
    assert MARKER not in whole_database()
    assert not any(MARKER.encode() in open_mail(message).data for message in Message.objects.all())
    supporter = Supporter.objects.get()
    assert "answers" not in vault().open(supporter.sealed, b"supporter:" + bytes(supporter.email_digest))


def test_something_to_mend_keeps_every_answer(client: Client, edition: Edition) -> None:
    answer = sign(client, edition, **TYPED, email="jane")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f"\n{MARKER}\nsang.</textarea>" in html.replace("\r\n", "\n")
    assert 'value="The news" checked' in html
    assert not Action.objects.exists()


def test_what_must_be_answered_is_asked_for(client: Client, edition: Edition) -> None:
    html = sign(client, edition).content.decode()
    assert '<a href="#question_story">Answer this question: What of story?</a>' in html


def test_accepting_costs_what_it_did(client: Client, edition: Edition) -> None:
    plain = an_edition(a_campaign(slug="plain", targets=[]))
    counts = []
    for one in (plain, edition):
        edition_named(one.pk)
        standing(one.pk)
        with CaptureQueriesContext(connection) as queries:
            sign(client, one, **TYPED)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Action.objects.count() == 2


def test_the_details_that_are_carried_on_are_no_answers(client: Client, edition: Edition) -> None:
    """The next action's campaigner asks for themselves."""
    environ = {"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": "x"}
    sign(client, edition, **TYPED)
    carried = open_details(environ, seal_details(opened(Action.objects.get()), environ))
    assert carried["given_name"] == "Jane"
    assert MARKER not in str(carried)


# 𐐷, a letter of Deseret: no character takes more bytes in UTF-8, nor in a form.
WIDE = "\U00010437"


@pytest.mark.parametrize("encoded", ["form", "multipart"])
def test_every_field_may_be_full_whatever_the_script(client: Client, encoded: str) -> None:
    questions = [own_question(f"question_no_{number}", "lines") for number in range(MOST_QUESTIONS)]
    letter = letter_words(prompts=["Why?"] * MOST_PROMPTS)
    edition = an_edition(a_campaign(), questions=questions, letter=letter)
    full = {
        **dict.fromkeys(["given_name", "family_name", "city"], WIDE * LONGEST_NAME),
        **{question_name(one["key"]): WIDE * LONGEST_LINES for one in questions},
        **{answer_name(number): WIDE * LONGEST_ANSWER for number in range(MOST_PROMPTS)},
        "subject": WIDE * LONGEST_SUBJECT,
        "text": WIDE * LONGEST_LETTER,
        CAME_FROM: "%F0" * 333,
    }
    assert len(urlencode(full)) < LARGEST_BODY < 2 * len(urlencode(full))
    if encoded == "multipart":
        assert sign(client, edition, **full).status_code == 303
    else:
        body, of_ours = urlencode(valid_post(edition, **full)), {"sec-fetch-site": "same-origin"}
        kind = "application/x-www-form-urlencoded"
        assert client.post(f"/act/{edition.pk}/", body, content_type=kind, headers=of_ours).status_code == 303
    assert opened(Action.objects.get())["answers"]["question_no_9"] == WIDE * LONGEST_LINES


# ── asked only after a certain answer ───────────────────────────────────────────────────────────────────────────
@pytest.fixture
def in_turn() -> Edition:
    asked = [own_question(), own_question("paper", "line", required=True, only_if=only_if("heard_of_us", "The news"))]
    return an_edition(a_campaign(), questions=asked)


@pytest.mark.parametrize(("heard", "kept"), [("The news", {"paper": MARKER}), ("A friend", {})])
def test_both_ways_in_keep_only_what_was_asked(
    client: Client, in_turn: Edition, heard: str, kept: dict[str, str]
) -> None:
    typed = {"question_heard_of_us": heard, "question_paper": MARKER}
    assert sign(client, in_turn, **typed).status_code == 303
    straight = Asking(in_turn.pk, straight_body(in_turn, email="other@example.org", **typed))
    assert straight.said[0] == "303 See Other"
    for action in Action.objects.all():
        assert opened(action)["answers"] == {"heard_of_us": heard, **kept}


def test_the_straight_way_leaves_a_missing_one_to_the_form(client: Client, in_turn: Edition) -> None:
    assert Asking(in_turn.pk, straight_body(in_turn, question_heard_of_us="The news")).passed_on
    answer = sign(client, in_turn, question_heard_of_us="The news")
    assert "Answer this question: What of paper?" in answer.content.decode()


def test_the_form_again_keeps_what_was_typed_for_others_too(client: Client, in_turn: Edition) -> None:
    html = sign(client, in_turn, question_heard_of_us="A friend", question_paper=MARKER, email="x").content.decode()
    assert f'value="{MARKER}"' in html


def test_the_receipt_has_only_what_was_asked(client: Client, in_turn: Edition) -> None:
    sign(client, in_turn, question_heard_of_us="A friend", question_paper=MARKER)
    receipt = client.get(f"/receipt/{receipt_key(Action.objects.get().pk)}/").content.decode()
    assert "A friend" in receipt
    assert "What of paper?" not in receipt
