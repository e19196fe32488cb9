"""A mail server on this machine that keeps what it takes, and answers as a test's script says."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

HANG_UP = "hang up"
logging.getLogger("mail.log").setLevel(logging.ERROR)  # the library's own, which tells every command


@dataclass
class Taken:
    """One mail that the server took, as it came over the wire."""

    sender: str
    to: list[str]
    data: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.data, policy=policy.default)


@dataclass
class Sink:
    """`at_sender`, `at_recipient`, `at_data`, `at_dot` hold the next answers, one for each mail; then all is well."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    seen: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    connections: int = 0
    at_sender: deque[str] = field(default_factory=deque)
    at_recipient: deque[str] = field(default_factory=deque)
    at_data: deque[str] = field(default_factory=deque)
    at_dot: deque[str] = field(default_factory=deque)
    slow: float = 0
    slow_domain: str = ""
    pipelining: bool = False
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelining else responses

    async def handle_MAIL(self, server: SMTP, _session: Session, envelope: Envelope, address: str, *_: Any) -> str:  # noqa: N802
        if self.at_sender and (answer := self.at_sender.popleft()):
            return _said(server, answer)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: SMTP, _session: Session, envelope: Envelope, address: str, *_: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.slow if address.endswith(self.slow_domain) else 0)
        if self.at_recipient and (answer := self.at_recipient.popleft()):
            return _said(server, answer)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        data = envelope.original_content or b""
        self.seen.append((envelope.mail_from or "", envelope.rcpt_tos, data))
        answer = self.at_dot.popleft() if self.at_dot else ""
        if not answer or answer == HANG_UP:
            self.taken.append(Taken(envelope.mail_from or "", envelope.rcpt_tos, data))
        return _said(server, answer) if answer else "250 2.0.0 Ok: queued as F175F26E038"

    def log_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == b"p@ss word", handled=False)


class SinkServer(SMTP):
    """As the library's, but it can hang up when the body has begun, and it does not wait for its sleepers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.connections += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._writer.close()  # which the library leaves to the garbage collector, and that complains

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        at_data = self.event_handler.at_data
        if at_data and (answer := at_data.popleft()):
            await self.push("354 go on" if answer == HANG_UP else answer)
            if answer == HANG_UP:
                assert isinstance(self.transport, asyncio.Transport)
                self.transport.close()
            return
        await super().smtp_DATA(arg)


class SinkController(Controller):
    """The server in a thread of its own. `wrapped` makes it speak TLS from the first byte."""

    def __init__(self, sink: Sink, *, wrapped: ssl.SSLContext | None = None, **options: Any) -> None:
        self.options = options
        super().__init__(sink, hostname="127.0.0.1", port=0, ssl_context=wrapped)

    def factory(self) -> SMTP:
        return SinkServer(self.handler, hostname="sink.example", **self.options)

    def _trigger_server(self) -> None:
        """The library calls itself to see that it answers, at the port that the system chose."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.handler.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    def start(self) -> None:
        super().start()
        self.handler.connections = 0


def _said(server: SMTP, answer: str) -> str:
    if answer == HANG_UP:
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.close()
        return "250 nobody hears this"
    return answer
