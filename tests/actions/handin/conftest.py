"""Letters that were left in the outbox as the worker leaves them, to a target of a campaign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cast import ENGLISH, valid_post
from tocsin.actions.addressees import named
from tocsin.actions.handin import typeset
from tocsin.actions.letters import compose_letters
from tocsin.actions.models import Action, Letter
from tocsin.actions.states import State as ActionState
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Edition, Target
from tocsin.lib.vault import vault
from tocsin.outbox.models import Message, State
from tocsin.outbox.post import leave

type Write = Callable[..., Letter]


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.TOCSIN_DIR = tmp_path


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where typst is not installed: documents are HTML, which a test can read and which is soon made."""
    monkeypatch.setattr(typeset, "makes_pdf", lambda: False)


@pytest.fixture
def write(edition_en: Edition) -> Write:
    """One person's letter to the campaign's first target, with its mail waiting unless told otherwise."""
    return lambda **said: write_letter(edition_en, **said)


def write_letter(
    edition: Edition, *, own_words: str = "", state: State = State.WAITING, name: str = "Jane", **act: Any
) -> Letter:
    number = Action.objects.count()
    sent = valid_post(edition) | {"consents": {}, "given_name": name, "email": f"jane{number}@example.org"}
    sent |= {"text": own_words or sent.get("text", ENGLISH), "own_words": bool(own_words)} | act
    digest = vault().digest(sent["email"])
    action = Action.objects.create(
        campaign=edition.campaign,
        edition=edition,
        email_digest=digest,
        sealed=vault().seal(sent, action_context(digest)),
        source={},
        signs=[],
        state=ActionState.FOLLOWED,
    )
    (letter,) = compose_letters(edition, action.pk, sent, named(edition.words, Target.objects.in_bulk()))
    message_id = leave([letter.mail])[letter.mail.key]
    Message.objects.filter(pk=message_id).update(state=state)
    return Letter.objects.create(
        action=action, target_id=letter.target_id, message_id=message_id, own_words=bool(own_words)
    )
