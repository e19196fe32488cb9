"""Mail that Django or Wagtail sends by itself (a forgotten password), left in the outbox like every other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.html import strip_tags
from django.utils.translation import get_language

from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing, leave


class AttachmentsAreNotCarried(Exception):
    """Staff mail with an attachment: nothing here makes one, so nothing here carries one."""


class OutboxBackend(BaseEmailBackend):
    """Django's mailer that sends nothing: it leaves each mail in the outbox, once for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many mails were left. They leave from our own address, whatever they say of themselves."""
        addressed = [message for message in email_messages if message.recipients()]
        leave(mail for message in addressed for mail in _outgoing(message))
        return len(addressed)


def _outgoing(message: EmailMessage) -> Iterable[Outgoing]:
    if message.attachments:
        raise AttachmentsAreNotCarried
    text, html = _words(message)
    sender_name = parseaddr(message.from_email)[0] or settings.WAGTAIL_SITE_NAME
    for recipient in message.recipients():
        to_name, to_address = parseaddr(recipient)
        yield Outgoing(
            key=f"staff:{uuid4()}",
            kind=Kind.STAFF,
            campaign_ref=None,
            sender_name=sender_name,
            to_name=to_name,
            to_address=to_address,
            subject=str(message.subject),
            text=text,
            html=html,
            language=get_language() or "",
            reply_to=parseaddr(message.reply_to[0])[1] if message.reply_to else "",
            automatic=True,
        )


def _words(message: EmailMessage) -> tuple[str, str]:
    """Its text and its HTML, whichever of the two the body is."""
    body = str(message.body)
    if message.content_subtype == "html":
        return strip_tags(body), body
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return body, next((str(content) for content, mimetype in alternatives if mimetype == "text/html"), "")
