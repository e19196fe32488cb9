"""The way out through a mail provider's API: whichever django-anymail speaks to, chosen by TOCSIN_ESP.

The provider makes its own bytes of what we hand it, with its own signature and return address. What we froze (words,
Message-ID, Date, attachments) is read from the frozen bytes, so every attempt hands over the same. The ref goes along
as metadata, and comes back with every event that the provider reports (web/hooks.py).

An API has no final dot: once the request is on its way, the mail may be taken. So `before_dot` is called just before.
"""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage as Frozen
from email.parser import BytesParser
from email.policy import SMTP
from typing import Any

import requests
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailMessage
from django.utils.module_loading import import_string
from urllib3.exceptions import NewConnectionError

from tocsin.outbox.failpoints import failpoint
from tocsin.outbox.freeze import FrozenMail
from tocsin.outbox.transports.base import NobodyKnows, Reply, ServerAway

# What becomes part of the message otherwise; every other header goes along as it is.
NOT_AS_HEADERS = {"from", "to", "subject", "reply-to", "mime-version", "content-type", "content-transfer-encoding"}
# These carry no metadata, so the ref is their tag.
ONLY_TAGS = {"postal"}
# These refuse a mail that sets headers they want to set themselves.
NOT_AT = {
    "mailjet": {"date", "message-id"},
    # It takes further headers from its largest customers only.
    "mailersend": {"date", "message-id", "content-language", "auto-submitted", "x-auto-response-suppress"},
}
# Postmark puts a Message-ID of its own in the place of ours unless it is asked not to.
EXTRA = {"postmark": {"X-PM-KeepID": "true"}}
# A gateway answered in the API's place: what became of the request behind it is not known.
GATEWAYS = {502, 504}


class AnymailTransport:
    """One session with the provider, opened when first needed, kept for a batch."""

    def __init__(self, esp: str) -> None:
        self._esp = esp
        self._backend: Any = None

    def hand_over(self, mail: FrozenMail, before_dot: Callable[[], None]) -> Reply:
        backend, message = self._opened(), as_message(mail, self._esp)
        # Made once before anything leaves: what the provider cannot be told fails here, where nothing was taken.
        backend.build_message_payload(message, backend.send_defaults)
        before_dot()
        try:
            backend.send_messages([message])
            failpoint("after_dot")
        except AnymailRecipientsRefused as no:
            return self._reply(550, _said(no))
        except AnymailError as error:
            return self._judged(error)
        return self._taken(message)

    def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            backend.close()

    def _opened(self) -> Any:
        if self._backend is None:
            self._backend = import_string(f"anymail.backends.{self._esp}.EmailBackend")()
            self._backend.open()
        return self._backend

    def _taken(self, message: AnymailMessage) -> Reply:
        status = message.anymail_status
        code = getattr(status.esp_response, "status_code", 200)
        if not 200 <= code < 300:  # an error that Anymail could read no recipient from
            return self._refused(code, _words(status.esp_response))
        if status.status == {"failed"}:
            return self._reply(451, "The provider says that it failed, and not why")
        return self._reply(250, f"{', '.join(sorted(status.status or ()))} {status.message_id or ''}")

    def _judged(self, error: AnymailError) -> Reply:
        """An answer that was no yes. Raises ServerAway or NobodyKnows where there was none."""
        code = error.status_code
        if code is None:
            self._no_answer(error)
        if 200 <= code < 400 or code in GATEWAYS:
            raise NobodyKnows(f"An answer that is none: HTTP {code}", self._esp) from None
        return self._refused(code, _said(error))

    def _refused(self, code: int, words: str) -> Reply:
        if code in {408, 425, 429} or code >= 500:
            return self._reply(451, f"HTTP {code} {words}")
        # The provider refuses the request: our key, our account, our sender. That is not the letter's fault.
        return self._reply(554, f"HTTP {code} {words}", about_us=True)

    def _no_answer(self, error: AnymailError) -> None:
        self.close()
        if _never_connected(error):
            raise ServerAway("No connection to the provider", self._esp) from None
        raise NobodyKnows(type(error.__cause__ or error).__name__, self._esp) from None

    def _reply(self, code: int, words: str, *, about_us: bool = False) -> Reply:
        return Reply.read(code, words, self._esp, about_us=about_us)


def as_message(mail: FrozenMail, esp: str) -> AnymailMessage:
    """The frozen mail as Anymail wants it: read from its bytes, so always the same."""
    frozen = BytesParser(_class=Frozen, policy=SMTP).parsebytes(mail.data)
    message = AnymailMessage(
        subject=str(frozen["Subject"]),
        body=_content(frozen, "plain"),
        from_email=str(frozen["From"]),
        to=[str(frozen["To"])],
        reply_to=[str(frozen["Reply-To"])] if frozen["Reply-To"] else [],
        headers=_headers(frozen, esp),
        **({"tags": [mail.ref]} if esp in ONLY_TAGS else {"metadata": {"ref": mail.ref}}),
    )
    if html := _content(frozen, "html"):
        message.attach_alternative(html, "text/html")
    for part in frozen.iter_attachments():
        message.attach(part.get_filename() or "file", _bytes(part), part.get_content_type())
    return message


def _headers(frozen: Frozen, esp: str) -> dict[str, str]:
    without = NOT_AS_HEADERS | NOT_AT.get(esp, set())
    kept = {name: str(value) for name, value in frozen.items() if name.lower() not in without}
    return kept | EXTRA.get(esp, {})


def _content(frozen: Frozen, subtype: str) -> str:
    part = frozen.get_body((subtype,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _bytes(part: Frozen) -> bytes:
    if part.get_content_maintype() == "message":
        inner = part.get_content()
        return inner.as_bytes() if isinstance(inner, Frozen) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _never_connected(error: AnymailError) -> bool:
    cause = error.__cause__
    if isinstance(cause, requests.ConnectTimeout):
        return True
    within = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(within, NewConnectionError)


def _said(error: AnymailError) -> str:
    return type(error).__name__ if error.response is None else _words(error.response)


def _words(response: Any) -> str:
    """The provider's own words, from whichever field it puts them in."""
    try:
        answer = response.json()
    except ValueError:
        return str(getattr(response, "reason", ""))
    fields = answer if isinstance(answer, dict) else {}
    words = next((fields[key] for key in ("Message", "message", "error", "detail") if fields.get(key)), "")
    return words if isinstance(words, str) and words else str(getattr(response, "reason", ""))
