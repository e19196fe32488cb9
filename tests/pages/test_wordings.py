"""A page with two wordings to try: either is shown by chance, and what is signed says which."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.pages.conftest import MakePage, publish
from tocsin.actions.trials import begin, end
from tocsin.campaigns.models import Campaign, Edition, Trial
from tocsin.pages.publish import compile_words, publish_page
from tocsin.pages.wordings import PARTS, parts_of, take_over, with_other_words

pytestmark = pytest.mark.django_db
OTHER: dict[str, Any] = {
    "title": "Will you keep the door open?",
    "demand": "Say yes.",
    "letter_text": "Other text.",
    "openings": ["One.", "Two."],
    "share_text": "Share this.",
}


@pytest.fixture
def trial(campaign: Campaign) -> Trial:
    return Trial.objects.create(campaign=campaign, language="en", name="T", other=OTHER)


def shown(client: Client, turn: int | None = None) -> tuple[str, int]:
    """The title that a reader gets and the edition that their form names."""
    said: dict[str, Any] = {} if turn is None else {"tocsin.wording": turn}
    response = client.get("/en/keep-the-door-open/", **said)
    html = response.content.decode()
    title, edition = re.search(r"<h1>(.*?)</h1>", html), re.search(r"/act/(\d+)/", html)
    assert title is not None
    assert edition is not None
    return title[1], int(edition[1])


def test_it_works(client: Client, live: MakePage, trial: Trial) -> None:
    page = live()
    assert "Wordings" not in client.get("/en/keep-the-door-open/").headers
    begin(trial)
    publish_page(page)
    a, b = (Edition.objects.current(trial.campaign, "en", one) for one in (None, trial))
    assert a is not None
    assert b is not None
    assert shown(client, 0) == ("Keep the door open (en)", a.pk)
    assert shown(client, 1) == ("Will you keep the door open?", b.pk)
    assert client.get("/en/keep-the-door-open/").headers["Wordings"] == "2"
    assert {shown(client)[1] for _reader in range(40)} == {a.pk, b.pk}
    end(trial, "A")
    assert {shown(client)[1] for _reader in range(10)} == {a.pk}


def test_wording_b_is_the_page_with_what_differs(live: MakePage) -> None:
    words = compile_words(live())
    other = with_other_words(words, OTHER)
    assert other["letter"] is not None
    assert words["letter"] is not None
    assert (other["title"], other["demand"]) == ("Will you keep the door open?", "Say yes.")
    assert (other["letter"]["text"], other["letter"].get("openings")) == ("Other text.", ["One.", "Two."])
    assert other["share"]["text"] == "Share this."
    assert words["letter"]["text"] == "I am writing about the agreement."  # the page's own are as they were
    same = {"letter", "title", "demand", "share"}
    assert {key: value for key, value in other.items() if key not in same} == {
        key: value for key, value in words.items() if key not in same
    }


def test_both_follow_a_later_change_of_the_page(live: MakePage, trial: Trial) -> None:
    page = live()
    begin(trial)
    page.form_headline = "Write today"
    publish(page)
    b = Edition.objects.current(trial.campaign, "en", trial)
    assert b is not None
    assert (b.words["form_headline"], b.words["demand"]) == ("Write today", "Say yes.")


def test_what_stays_is_published_as_if_it_had_been_typed(client: Client, live: MakePage, trial: Trial) -> None:
    page = live()
    begin(trial)
    b = publish_page(page) and Edition.objects.current(trial.campaign, "en", trial)
    trial.refresh_from_db()
    end(trial, "B")
    user = get_user_model().objects.create_superuser("jane")
    take_over(page, OTHER, user)
    a = Edition.objects.current(trial.campaign, "en")
    assert a is not None
    assert b is not None
    assert a.words == b.words
    assert page.latest_revision.user == user
    assert shown(client)[0] == "Will you keep the door open?"


def test_every_part_reads_back_as_it_was_typed(live: MakePage) -> None:
    words = with_other_words(compile_words(live()), OTHER)
    for part in parts_of(words):
        typed = part.read(words)
        assert part.typed(part.tidy(typed)) == typed
    assert {part.name for part in PARTS} - {part.name for part in parts_of(words)} == {"petition_text"}
