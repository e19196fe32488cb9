"""The ways out, one file each; `transport()` opens the one that TOCSIN_MAIL_URL names."""

from __future__ import annotations

from django.conf import settings

from tocsin.outbox.transports.anymail import AnymailTransport
from tocsin.outbox.transports.base import Transport
from tocsin.outbox.transports.mailbox import MailboxTransport
from tocsin.outbox.transports.smtp import SmtpTransport


def transport() -> Transport:
    """The way out that the settings choose. Connects only when the first mail is handed over."""
    url = settings.TOCSIN_MAIL_URL
    if url.scheme == "mailbox":
        return MailboxTransport()
    if url.scheme == "esp":
        return AnymailTransport(settings.TOCSIN_ESP)
    return SmtpTransport(url, settings.TOCSIN_MAIL_TIMEOUT)
