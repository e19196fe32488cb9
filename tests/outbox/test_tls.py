"""TLS and logins: certificates are verified, and a password is told to nobody else."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_django import Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left
from tests.outbox.sink import Sink, SinkController
from tocsin.outbox.models import Message
from tocsin.outbox.states import State
from tocsin.outbox.transports import smtp

pytestmark = pytest.mark.django_db
LOGIN = "letters%40us.example:p%40ss%20word@"


@dataclass(frozen=True)
class Certificate:
    file: Path

    @property
    def server_side(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.file)
        return context


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """Signed by nobody but itself, for 127.0.0.1."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return Certificate(file)


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if an authority that everybody knows had signed it."""
    context = ssl.create_default_context(cafile=str(certificate.file))
    monkeypatch.setattr(smtp, "tls_context", lambda: context)


@pytest.fixture
def secure_sink(certificate: Certificate, settings: Settings) -> Iterator[Callable[..., Sink]]:
    """Starts a server that speaks TLS, and names it in the settings."""
    started: list[SinkController] = []

    def start(scheme: str, login: str = "") -> Sink:
        sink, context = Sink(), certificate.server_side
        options: dict[str, Any] = {"authenticator": sink.log_in}
        if scheme == "smtps":
            started.append(SinkController(sink, wrapped=context, auth_require_tls=False, **options))
        else:
            started.append(
                SinkController(sink, tls_context=context, require_starttls=True, auth_required=bool(login), **options)
            )
        started[-1].start()
        settings.TOCSIN_MAIL_URL = urlsplit(f"{scheme}://{login}127.0.0.1:{sink.port}")
        return sink

    yield start
    for server in started:
        server.stop()


def carried() -> Message:
    message = left()
    deliver_batch()
    message.refresh_from_db()
    return message


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.usefixtures("trusted")
def test_it_works(secure_sink: Callable[..., Sink], scheme: str) -> None:
    sink = secure_sink(scheme, LOGIN)
    assert carried().state == State.SENT
    assert sink.logins == [(b"letters@us.example", b"p@ss word")]
    assert len(sink.taken) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_signed_is_refused(secure_sink: Callable[..., Sink], scheme: str) -> None:
    sink = secure_sink(scheme, LOGIN)
    message = carried()
    assert message.state == State.DEFERRED
    assert "certificate verify failed" in message.last_words
    assert (sink.logins, sink.taken) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_makes_letters_wait(secure_sink: Callable[..., Sink]) -> None:
    sink = secure_sink("smtp+starttls", "letters:wrong@")
    message = carried()
    assert message.state == State.DEFERRED
    assert message.last_words.startswith("535 ")
    assert sink.taken == []


def test_a_server_without_tls_is_not_told_the_password(sink: Sink, settings: Settings) -> None:
    settings.TOCSIN_MAIL_URL = urlsplit(f"smtp+starttls://{LOGIN}127.0.0.1:{sink.port}")
    message = carried()
    assert message.state == State.DEFERRED
    assert "STARTTLS" in message.last_words
    assert (sink.logins, sink.taken) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_hanging_up_in_the_body_is_noticed_through_tls(secure_sink: Callable[..., Sink]) -> None:
    sink = secure_sink("smtps")
    sink.at_data.append("hang up")
    message = left(text="More than the buffers between two programs hold.\n" * 150_000)
    deliver_batch()
    message.refresh_from_db()
    assert message.state == State.DEFERRED
