"""Django's own mail, which goes through the outbox as well."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, mailers, send_mail
from pytest_django import Settings

from tests.outbox.batch import deliver_batch
from tocsin.outbox.mailbox import mail_in_mailbox, mails_in_mailbox
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.staffmail import AttachmentsAreNotCarried
from tocsin.outbox.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def our_mailer(settings: Settings) -> None:
    """Django's test runner puts its own in its place."""
    settings.MAILERS = {"default": {"BACKEND": "tocsin.outbox.staffmail.OutboxBackend"}}
    settings.TOCSIN_MAIL_URL = urlsplit("mailbox:")


def test_it_works() -> None:
    assert send_mail("A new password", "Follow this link.", None, ["Jane Doe <jane@example.ca>"]) == 1
    message = Message.objects.get()
    assert (message.kind, message.campaign_ref, message.state) == (Kind.STAFF, None, State.WAITING)
    assert message.key.startswith("staff:")
    deliver_batch()
    [file] = mails_in_mailbox()
    assert file.sender == '"Tocsin" <letters@tocsin.example>'
    assert file.to == '"Jane Doe" <jane@example.ca>'
    opened = mail_in_mailbox(file.name)
    assert opened
    assert opened.text == "Follow this link.\n"
    assert ("Auto-Submitted", "auto-generated") in opened.headers


def test_each_recipient_gets_their_own_and_sees_no_other() -> None:
    mail = EmailMessage("Hello", "All", "The Desk <someone@else.example>", ["a@b.ca"], bcc=["c@b.ca"], cc=["d@b.ca"])
    assert mailers.default.send_messages([mail, EmailMessage("To nobody", "")]) == 1
    deliver_batch()
    assert sorted(file.to for file in mails_in_mailbox()) == ["a@b.ca", "c@b.ca", "d@b.ca"]
    assert {file.sender for file in mails_in_mailbox()} == {'"The Desk" <letters@tocsin.example>'}


def test_html_comes_with_its_text() -> None:
    mail = EmailMultiAlternatives("Hello", "Text", None, ["a@b.ca"], reply_to=["Desk <desk@b.ca>"])
    mail.attach_alternative("<p>HTML</p>", "text/html")
    mail.send()
    only_html = EmailMessage("Hello", "<p>Only</p>", None, ["a@b.ca"])
    only_html.content_subtype = "html"
    only_html.send()
    deliver_batch()
    opened = [mail_in_mailbox(file.name) for file in reversed(mails_in_mailbox())]
    assert [(one.text, one.html) for one in opened if one] == [
        ("Text", "<p>HTML</p>"),
        ("Only", "<p>Only</p>"),
    ]
    assert opened[0]
    assert ("Reply-To", "desk@b.ca") in opened[0].headers


def test_what_cannot_be_carried_is_not_dropped_silently() -> None:
    mail = EmailMessage("Hello", "See the file.", None, ["a@b.ca"])
    mail.attach("file.txt", "content", "text/plain")
    with pytest.raises(AttachmentsAreNotCarried):
        mail.send()
    assert Message.objects.count() == 0
