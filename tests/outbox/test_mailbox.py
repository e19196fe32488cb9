"""The mailbox of a demo: what is written there, and what may be read of it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left
from tocsin.outbox import deliver
from tocsin.outbox.claims import Claim
from tocsin.outbox.mailbox import mail_in_mailbox, mails_in_mailbox
from tocsin.outbox.models import Message
from tocsin.outbox.post import open_mail
from tocsin.outbox.states import State
from tocsin.outbox.transports.mailbox import mailbox_folder
from tocsin.outbox.verdict import Verdict

pytestmark = pytest.mark.django_db


def delivered(**changes: Any) -> Message:
    message = left(**changes)
    assert deliver_batch() == 1
    message.refresh_from_db()
    return message


def test_it_works() -> None:
    message = delivered(subject="Écoutez", sender_name="É" * 60, html="<p>Please listen.</p>")
    assert message.state == State.SENT
    [file] = mails_in_mailbox()
    assert message.last_words == f"250 2.0.0 written to {file.name}"
    assert (file.subject, file.to) == ("Écoutez", '"The Honourable Jane Doe" <minister@hearings.example>')
    assert file.sender == "É" * 60 + " <letters@tocsin.example>"
    assert abs((file.written_at - message.state_since).total_seconds()) < 60
    opened = mail_in_mailbox(file.name)
    assert opened
    assert opened.data == open_mail(message).data
    assert opened.text == "Dear Minister,\n\nPlease listen."
    assert opened.html == "<p>Please listen.</p>"
    assert ("Subject", "Écoutez") in opened.headers
    assert (mailbox_folder() / file.name).read_bytes() == opened.data


def test_nobody_else_may_read_it() -> None:
    delivered()
    [file] = mailbox_folder().iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(mailbox_folder().stat().st_mode) == 0o700


def test_the_newest_is_first() -> None:
    for number in range(3):
        left(number, subject=f"Number {number}")
        deliver_batch()
    assert [file.subject for file in mails_in_mailbox()] == ["Number 2", "Number 1", "Number 0"]
    assert [file.subject for file in mails_in_mailbox(1, 1)] == ["Number 1"]


def test_before_the_first_mail_it_is_empty() -> None:
    assert mails_in_mailbox() == []
    assert mail_in_mailbox("20261124T001500123456Z-" + "a" * 26 + ".eml") is None


@pytest.mark.parametrize("name", ["../secret.eml", "secret.eml", "/etc/passwd", "", ".", "a\0b", "..%2fsecret.eml"])
def test_nothing_else_can_be_read(name: str) -> None:
    delivered()
    (mailbox_folder().parent / "secret.eml").write_text("Subject: secret\n\nsecret")
    (mailbox_folder() / "secret.eml").write_text("Subject: secret\n\nsecret")
    assert mail_in_mailbox(name) is None
    assert len(mails_in_mailbox()) == 1


def test_a_link_is_not_followed() -> None:
    delivered()
    (mailbox_folder().parent / "secret").write_text("Subject: secret\n\nsecret")
    name = "20261124T001500123456Z-" + "a" * 26 + ".eml"
    (mailbox_folder() / name).symlink_to(mailbox_folder().parent / "secret")
    assert mail_in_mailbox(name) is None
    assert len(mails_in_mailbox()) == 1


def test_a_folder_that_cannot_be_written_defers(tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("in the way")
    message = delivered()
    assert message.state == State.DEFERRED
    assert message.last_words.startswith("The mailbox folder: ")


def test_no_unfinished_file_is_left_or_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_dots: list[Claim], _results: list[tuple[Claim, Verdict]]) -> set[int]:
        return set()

    monkeypatch.setattr(deliver, "note", lost)
    left()
    deliver_batch()
    assert list(mailbox_folder().iterdir()) == []
    (mailbox_folder() / ".20261124T001500123456Z-aaaaaaaaaaaaaaaaaaaaaaaaaa.eml.part").touch()
    assert mails_in_mailbox() == []
