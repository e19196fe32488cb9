"""take_mail: an office answers a letter, and whoever wrote the letter reads it, once."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.cast import follow_everything, sign
from tests.outbox.inbound import mails
from tocsin.actions import replies
from tocsin.actions.models import Action
from tocsin.actions.replies import take_mail
from tocsin.campaigns.models import Edition
from tocsin.outbox.inbound.route import LARGEST, Fate
from tocsin.outbox.models import Event, Kind, Message
from tocsin.outbox.post import Outgoing, frozen_message, open_mail
from tocsin.outbox.states import State

pytestmark = pytest.mark.django_db


def a_sent_letter(client: Client, edition: Edition) -> Message:
    sign(client, edition)
    follow_everything()
    Message.objects.update(state=State.SENT, due_at=None)
    return Message.objects.get(kind=Kind.LETTER)


@pytest.fixture
def letter(client: Client, edition_en: Edition) -> Message:
    return a_sent_letter(client, edition_en)


@pytest.fixture
def outgoing(monkeypatch: pytest.MonkeyPatch) -> list[Outgoing]:
    """Every mail that this room leaves, before it is frozen."""
    seen: list[Outgoing] = []

    def watched(mail: Outgoing) -> Message:
        seen.append(mail)
        return frozen_message(mail)

    monkeypatch.setattr(replies, "frozen_message", watched)
    return seen


def forwarded() -> EmailMessage:
    message = Message.objects.get(kind=Kind.FORWARD)
    return message_from_bytes(open_mail(message).data, policy=policy.default)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part
    return str(part.get_content())


def test_it_works(letter: Message, outgoing: list[Outgoing]) -> None:
    raw = mails.answer(letter)
    assert take_mail(raw) is Fate.REPLY
    letter.refresh_from_db()
    assert letter.state == State.REPLIED
    mail = forwarded()
    assert mail["To"] == "Jane Doe <jane.doe@example.org>"
    [sender] = mail["From"].addresses
    assert sender.addr_spec == "letters@tocsin.example"
    assert sender.display_name == "Jane Doe via Fair Hearing Society"
    assert mail["Subject"] == "Re: A fair hearing"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] is None
    assert "minister@hearings.example" not in str(mail.items())
    text = text_of(mail)
    assert "From: Office of the Minister <minister@hearings.example>" in text
    assert "> The Minister has read your letter." in text
    assert "To write back, write to minister@hearings.example." in text
    [attachment] = outgoing[0].attachments
    assert (attachment.name, attachment.mimetype, attachment.data) == ("reply.eml", "message/rfc822", raw)


def test_the_same_answer_twice_is_one(letter: Message) -> None:
    raw = mails.answer(letter)
    assert [take_mail(raw), take_mail(raw), take_mail(b"Received: again\r\n" + raw)] == [
        Fate.REPLY,
        Fate.REPEATED,
        Fate.REPEATED,
    ]
    assert Message.objects.filter(kind=Kind.FORWARD).count() == 1
    assert Event.objects.count() == 1


def test_a_second_answer_is_passed_on_too(letter: Message) -> None:
    for number in range(7):
        take_mail(mails.answer(letter).replace(b"answer-1", f"answer-{number}".encode()))
    assert Message.objects.filter(kind=Kind.FORWARD).count() == 5


def test_both_or_neither(letter: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(replies, "leave_frozen", fails)
    with pytest.raises(RuntimeError):
        take_mail(mails.answer(letter))
    assert not Event.objects.exists()
    monkeypatch.undo()
    assert take_mail(mails.answer(letter)) is Fate.REPLY


def test_in_french(client: Client, edition_fr: Edition) -> None:
    letter = a_sent_letter(client, edition_fr)
    take_mail(mails.answer(letter, "Subject:"))
    assert forwarded()["Content-Language"] == "fr"


@pytest.mark.parametrize("raw_of", [mails.vacation, mails.postfix])
def test_machines_write_to_nobody(letter: Message, raw_of: Any) -> None:
    raw = b"Auto-Submitted: auto-replied\r\n" + raw_of(letter)
    assert take_mail(raw) in {Fate.AUTOMATIC, Fate.NOTED}
    assert not Message.objects.filter(kind=Kind.FORWARD).exists()


def test_what_the_answer_says_is_no_template_and_no_header(letter: Message) -> None:
    take_mail(
        mails.answer(
            letter,
            "Subject: =?utf-8?q?Hello=0D=0ABcc:_all@example.ca?=",
            body="{% debug %} {{ settings.SECRET_KEY }} %(target)s\n.\n-- \n<b>bold</b>",
        )
    )
    mail = forwarded()
    assert mail["Bcc"] is None
    assert "> {% debug %} {{ settings.SECRET_KEY }} %(target)s" in text_of(mail)
    assert "> <b>bold</b>" in text_of(mail)


def test_whoever_is_forgotten_gets_nothing(letter: Message) -> None:
    Action.objects.update(sealed=b"")
    assert take_mail(mails.answer(letter)) is Fate.REPLY
    letter.refresh_from_db()
    assert letter.state == State.REPLIED
    assert not Message.objects.filter(kind=Kind.FORWARD).exists()


def test_an_answer_too_large_to_attach(letter: Message, outgoing: list[Outgoing]) -> None:
    take_mail(mails.answer(letter) + b"x" * LARGEST)
    assert outgoing[0].attachments == ()
    assert "too large to be attached" in outgoing[0].text


def test_what_is_about_no_letter_goes_to_staff(letter: Message, settings: Settings) -> None:
    raw = mails.answer(Message.objects.get(kind=Kind.THANKS))
    assert take_mail(raw) is Fate.FOR_STAFF
    assert not Message.objects.filter(kind=Kind.STAFF).exists()
    settings.TOCSIN_CONTACT = "desk@tocsin.example"
    for _ in range(2):
        take_mail(raw)
    message = Message.objects.get(kind=Kind.STAFF)
    mail = message_from_bytes(open_mail(message).data, policy=policy.default)
    assert (mail["To"], mail["Reply-To"]) == ("desk@tocsin.example", "minister@hearings.example")
    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_nothing_of_it_is_logged(letter: Message, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    take_mail(mails.answer(letter))
    take_mail(mails.postfix(letter))
    assert "a person answered a letter" in caplog.text
    for word in ("minister", "jane", "hearing.", letter.ref):
        assert word not in caplog.text.lower()
