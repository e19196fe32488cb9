"""By https: the certificate must be the name's, while the connection goes to the address that was judged."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.outbox.calls.conftest import an_endpoint, call_everybody, happen
from tests.outbox.calls.receiver import Receiver, running
from tocsin.outbox.calls import request
from tocsin.outbox.calls.endpoints import words_of
from tocsin.outbox.models import Call

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "crm.example"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Signed by nobody but itself, for crm.example."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with running(Receiver(), context) as server:
        yield server


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every name leads to this machine; which were asked for."""
    asked: list[str] = []
    known = socket.getaddrinfo

    def looked_up(host: str, port: int, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return known("127.0.0.1", port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return asked


def test_it_works(secure: Receiver, resolver: list[str], certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "TRUSTED", str(certificate))
    _made, secret = an_endpoint(f"https://{NAME}:{secure.port}/in")
    happen(1, 2)
    call_everybody()
    [first, second] = secure.heard
    first.verified(secret)
    assert first.headers["host"] == f"{NAME}:{secure.port}"
    assert second.path == "/in"
    # Once for its name; what connects asks for a number.
    assert resolver == [NAME, "127.0.0.1"]


def test_a_certificate_for_another_name_is_told_nothing(
    secure: Receiver, resolver: list[str], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "TRUSTED", str(certificate))
    assert _tried(secure, "other.example") == "SSLError"


def test_nor_is_one_that_no_authority_signed(secure: Receiver, resolver: list[str]) -> None:
    assert _tried(secure, NAME) == "SSLError"


def _tried(secure: Receiver, name: str) -> str:
    an_endpoint(f"https://{name}:{secure.port}/in")
    happen(1)
    call_everybody()
    assert secure.heard == []
    return words_of(Call.objects.get())


def test_the_name_is_resolved_anew_for_every_round(
    secure: Receiver, resolver: list[str], certificate: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """A name that was public when it was saved, and leads inside when it is sent to."""
    monkeypatch.setattr(request, "TRUSTED", str(certificate))
    settings.TOCSIN_WEBHOOKS_ALLOWED = type(settings.TOCSIN_WEBHOOKS_ALLOWED)()
    an_endpoint(f"https://{NAME}:{secure.port}/in")
    happen(1)
    call_everybody()
    assert secure.heard == []
    assert words_of(Call.objects.get()) == "NotAllowed inside"
