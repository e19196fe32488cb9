"""What a person answered, where their action is opened at the desk: in the words that they read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.conftest import Sign, words
from tests.words import own_question
from tocsin.actions.states import State
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Edition, Target

ANSWERS: dict[str, Any] = {"story": "First.\nThen <b>.", "member": True, "gone": "x"}


@pytest.fixture
def edition(campaign: Campaign, target: Target) -> Edition:
    asked = [own_question("story", "lines"), own_question(), own_question("member", "box")]
    return publish_edition(campaign=campaign, language="en", words={**words(campaign, target), "questions": asked})


def opened(client: Client, campaign: Campaign, pk: int) -> str:
    return client.get(reverse("campaign:opened", args=[campaign.pk, pk])).content.decode()


def test_it_works(admin: Client, campaign: Campaign, target: Target, sign: Sign) -> None:
    action = sign(State.HELD, "threat", answers=ANSWERS)
    reworded = {**words(campaign, target), "questions": [own_question("story", "lines", text="Asked anew")]}
    publish_edition(campaign=campaign, language="en", words=reworded)
    html = opened(admin, campaign, action.pk)
    assert "What they answered" in html
    assert "<strong>What of story?</strong><br>First.<br>Then &lt;b&gt;." in html
    assert "<strong>What of member?</strong><br>Yes" in html
    assert "What of heard_of_us?" not in html
    assert "Asked anew" not in html


def test_nothing_answered_is_nothing_said(admin: Client, campaign: Campaign, sign: Sign) -> None:
    assert "What they answered" not in opened(admin, campaign, sign(State.HELD, "threat").pk)
