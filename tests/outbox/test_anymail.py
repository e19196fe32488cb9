"""The way out through a provider: what it is handed, each of its answers, and what becomes of the message."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left, make_due
from tocsin.outbox.freeze import FrozenMail
from tocsin.outbox.models import Message
from tocsin.outbox.post import open_mail
from tocsin.outbox.states import State
from tocsin.outbox.transports.anymail import AnymailTransport, as_message

pytestmark = pytest.mark.django_db
TAKEN = {"ErrorCode": 0, "Message": "OK", "MessageID": "0a12", "SubmittedAt": "2026-11-24"}
INACTIVE = {
    "ErrorCode": 406,
    "Message": "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: "
    "minister@hearings.example. Inactive recipients are ones that have bounced.",
}
DEFAULTS = {"send_at": datetime(2030, 1, 1, tzinfo=UTC)}  # which Scaleway cannot do
HANG, HANG_UP = "hang", "hang up"


class Provider:
    """Answers as Postmark does: the next of `answers` (a status and what it says), then all is well."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answers: deque[tuple[int, Any] | str] = deque()
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append(json.loads(body))
                outer.keys.append(self.headers["X-Postmark-Server-Token"])
                answer = outer.answers.popleft() if outer.answers else (200, TAKEN)
                if isinstance(answer, str):
                    outer.closing.wait(10 if answer == HANG else 0)
                    return
                status, says = answer
                if says is TAKEN:
                    says = {**TAKEN, "To": outer.asked[-1]["To"]}
                said = says.encode() if isinstance(says, str) else json.dumps(says).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def stop(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    provider = Provider()
    provider.thread.start()
    settings.TOCSIN_MAIL_URL, settings.TOCSIN_ESP = urlsplit("esp:"), "postmark"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "key",
        "POSTMARK_API_URL": provider.url,
        "REQUESTS_TIMEOUT": 0.5,
    }
    yield provider
    provider.stop()


def now(message: Message) -> Message:
    message.refresh_from_db()
    return message


def test_it_works(provider: Provider) -> None:
    message = left(sender_name="Renée Doe via Fair Hearing", subject="Été", text="Dear Minister,\n\nà bientôt.\n")
    assert deliver_batch() == 1
    assert now(message).state == State.SENT
    assert message.last_words == "250 sent 0a12"
    assert message.deliveries.get().server == "postmark"
    assert message.deliveries.get().dot_at is not None
    [asked] = provider.asked
    assert provider.keys == ["key"]
    assert str(make_header(decode_header(asked["From"]))) == "Renée Doe via Fair Hearing <letters@tocsin.example>"
    assert asked["To"].endswith("<minister@hearings.example>")
    assert (asked["Subject"], asked["TextBody"]) == ("Été", "Dear Minister,\n\nà bientôt.\n")
    assert asked["ReplyTo"] == "jane@example.ca"
    assert asked["Metadata"] == {"ref": message.ref}
    headers = {header["Name"]: header["Value"] for header in asked["Headers"]}
    assert headers["Message-ID"] == f"<{message.ref}@tocsin.example>"
    assert headers["X-PM-KeepID"] == "true"
    assert set(headers) == {"Date", "Message-ID", "Content-Language", "X-PM-KeepID"}
    assert "HtmlBody" not in asked


def test_html_goes_along(provider: Provider) -> None:
    left(html="<p>Dear Minister</p>", automatic=True)
    deliver_batch()
    [asked] = provider.asked
    assert asked["HtmlBody"] == "<p>Dear Minister</p>"
    assert {"Name": "Auto-Submitted", "Value": "auto-generated"} in asked["Headers"]


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((422, INACTIVE), State.REFUSED, "550 You tried to send"),
        ((422, {**INACTIVE, "Message": "In other words"}), State.DEFERRED, "554 HTTP 422 In other words"),
        ((422, {"ErrorCode": 300, "Message": "Invalid 'From' address"}), State.DEFERRED, "554 HTTP 422 Invalid"),
        ((401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."}), State.DEFERRED, "554 HTTP 401 Bad"),
        ((429, {"ErrorCode": 0, "Message": "Rate limit exceeded"}), State.DEFERRED, "451 HTTP 429 Rate"),
        ((500, "oh no"), State.DEFERRED, "451 HTTP 500"),
        ((503, {"Message": ["not", "text"]}), State.DEFERRED, "451 HTTP 503"),
        ((502, "<html>gateway</html>"), State.UNCERTAIN, "An answer that is none: HTTP 502"),
        ((504, "<html>gateway</html>"), State.UNCERTAIN, "An answer that is none: HTTP 504"),
        ((200, "<html>who are you</html>"), State.UNCERTAIN, "An answer that is none: HTTP 200"),
        ((200, {"surprise": True}), State.UNCERTAIN, "An answer that is none: HTTP 200"),
        (HANG, State.UNCERTAIN, "ReadTimeout"),
        (HANG_UP, State.UNCERTAIN, "ConnectionError"),
    ],
)
def test_every_answer(provider: Provider, answer: Any, state: State, words: str) -> None:
    message = left()
    provider.answers.append(answer)
    deliver_batch()
    assert now(message).state == state
    assert message.last_words.startswith(words)
    assert message.own_faults == 0
    assert len(provider.asked) == 1


def test_the_next_attempt_is_the_same_to_the_byte(provider: Provider) -> None:
    left()
    provider.answers.append((429, {"Message": "slower"}))
    deliver_batch()
    make_due()
    deliver_batch()
    first, second = provider.asked
    assert first == second


def test_what_failed_once_does_not_fail_the_others(provider: Provider) -> None:
    messages = [left(number) for number in range(3)]
    provider.answers.extend([HANG_UP, (200, TAKEN), (422, INACTIVE)])
    deliver_batch()
    assert [now(message).state for message in messages] == [State.UNCERTAIN, State.SENT, State.REFUSED]


def test_nobody_is_there(provider: Provider, settings: Settings) -> None:
    settings.ANYMAIL |= {"POSTMARK_API_URL": "http://127.0.0.1:9/"}
    messages = [left(number) for number in range(3)]
    deliver_batch()
    assert {now(message).state for message in messages} == {State.DEFERRED}
    assert messages[0].last_words == "No connection to the provider"


def test_what_the_provider_cannot_be_told_leaves_nothing(provider: Provider, settings: Settings) -> None:
    """Found before the mail may be taken, so that it is not uncertain."""
    settings.TOCSIN_ESP = "scaleway"
    settings.ANYMAIL = {"SCALEWAY_SECRET_KEY": "key", "SCALEWAY_PROJECT_ID": "1", "SCALEWAY_SEND_DEFAULTS": DEFAULTS}
    message = left()
    deliver_batch()
    assert now(message).state == State.DEFERRED
    assert message.own_faults == 1
    assert message.deliveries.get().dot_at is None


def test_the_dot_is_noted_before_anything_leaves(provider: Provider) -> None:
    mail = open_mail(left())
    way_out = AnymailTransport("postmark")
    seen: list[int] = []
    way_out.hand_over(mail, lambda: seen.append(len(provider.asked)))
    way_out.close()
    way_out.close()
    assert (seen, len(provider.asked)) == ([0], 1)


def test_whoever_lost_the_lease_sends_nothing(provider: Provider) -> None:
    def lost() -> None:
        raise RuntimeError

    way_out = AnymailTransport("postmark")
    with pytest.raises(RuntimeError):
        way_out.hand_over(open_mail(left()), lost)
    way_out.close()
    assert provider.asked == []


def test_attachments_go_along() -> None:
    data = (
        b"From: a <a@b.ca>\r\nTo: c@d.ca\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n"
        b'--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n"
        b'--x\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename="reply.eml"\r\n\r\n'
        b"Subject: inner\r\n\r\nbody\r\n--x--\r\n"
    )
    message = as_message(FrozenMail("ref", "b@b.ca", "c@d.ca", data), "postmark")
    assert message.body.strip() == "hello"
    [pdf, reply] = message.attachments
    assert (pdf.filename, pdf.content, pdf.mimetype) == ("a.pdf", b"%PDF", "application/pdf")
    assert reply.filename == "reply.eml"
    assert b"inner" in (reply.content.as_bytes() if hasattr(reply.content, "as_bytes") else bytes(reply.content))


@pytest.mark.parametrize(
    "esp", ["mailgun", "brevo", "mailjet", "resend", "sparkpost", "mailtrap", "postal", "mandrill"]
)
def test_every_provider_can_be_told(esp: str, settings: Settings) -> None:
    """Whatever Anymail asks of a mail is there. Nothing is sent: the payload is what it would be told."""
    keys = ("API_KEY", "API_TOKEN", "SECRET_KEY", "API_URL", "SENDER_DOMAIN", "WEBHOOK_KEY")
    settings.ANYMAIL = {f"{esp.upper()}_{key}": "http://127.0.0.1:9/" if key == "API_URL" else "key" for key in keys}
    way_out = AnymailTransport(esp)
    backend = way_out._opened()
    message = as_message(open_mail(left(html="<p>Hello</p>")), esp)
    backend.build_message_payload(message, backend.send_defaults)
    way_out.close()
