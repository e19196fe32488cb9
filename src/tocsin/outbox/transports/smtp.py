"""The way out through a mail server: SMTP, with TLS and a login if the settings say so.

A server that offers PIPELINING (RFC 2920) is told sender, recipient and that the body comes next in one packet, which
saves two of the four waits that a letter takes. All three answers are read, whatever the first says.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from urllib.parse import SplitResult, unquote

from django.conf import settings

from tocsin.outbox.failpoints import failpoint
from tocsin.outbox.freeze import FrozenMail
from tocsin.outbox.headers import ascii_address
from tocsin.outbox.transports.base import NobodyKnows, NotHandedOver, Reply, ServerAway

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class _Refused(Exception):
    """The server said no on the way; the answer says why."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.code)
        self.reply = reply


@cache
def tls_context() -> ssl.SSLContext:
    """Certificates are verified, always: a login must not be told to whoever stands in between."""
    return ssl.create_default_context()


class SmtpTransport:
    """One connection, opened when first needed, kept for a batch, opened again when it broke."""

    def __init__(self, url: SplitResult, timeout: float) -> None:
        self._url, self._timeout = url, timeout
        self._host = url.hostname or "localhost"
        self._server: smtplib.SMTP | None = None
        self._tls = ""

    def hand_over(self, mail: FrozenMail, before_dot: Callable[[], None]) -> Reply:
        try:
            server = self._introduced(mail)
            server.send(LEADING_DOT.sub(b"..", mail.data))
            self._still_listening(server)
            before_dot()
            return self._dot(server)
        except _Refused as no:
            self._start_over()
            return no.reply
        except OSError as error:  # every error of smtplib, every time-out, every broken connection
            # The dot, too, certainly did not arrive if it could not be sent.
            self.close()
            raise NotHandedOver(_said(error), self._host) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hangs up at once: a polite QUIT after a half-sent body could be taken for part of it."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError):
                server.close()

    def _introduced(self, mail: FrozenMail) -> smtplib.SMTP:
        """A server that waits for the body. One that hung up since the last mail is called again, once."""
        if self._server is not None and self._named_again(self._server, mail):
            return self._server
        self.close()
        server = self._server = self._connected()
        failpoint("after_connect")
        reply = self._named(server, mail)
        if reply.code == 421:
            raise _Refused(reply)
        return server

    def _named_again(self, server: smtplib.SMTP, mail: FrozenMail) -> bool:
        """On a connection that has carried mails already; False if it had ended by itself meanwhile."""
        try:
            return self._named(server, mail).code != 421
        except smtplib.SMTPServerDisconnected as error:
            if "timed out" in str(error):  # it did not end, it keeps us waiting, and would again
                raise
            return False

    def _named(self, server: smtplib.SMTP, mail: FrozenMail) -> Reply:
        """Names sender and recipient and announces the body; the last answer. 421 to the sender is only returned: it
        may say that the connection has lasted long enough. Raises _Refused."""
        commands = [("MAIL", f"FROM:<{mail.sender}>"), ("RCPT", f"TO:<{mail.to}>"), ("DATA", "")]
        at_once = server.has_extn("pipelining")
        if at_once:
            server.send("".join(f"{verb} {rest}".rstrip() + "\r\n" for verb, rest in commands))
        sender_named = self._answered(server, commands[0], at_once=at_once)
        if sender_named.code == 421:
            return sender_named
        replies = [sender_named]
        for command in commands[1:]:
            if not at_once:
                self._stop_if_refused(replies)
            replies.append(self._answered_after(replies, server, command, at_once=at_once))
        if replies[2].code == 354 and not all(reply.taken for reply in replies[:2]):
            # It takes a body for nobody. Whatever that would become, hanging up now is certain to be none.
            self.close()
        self._stop_if_refused(replies)
        return replies[-1]

    def _answered_after(
        self, replies: list[Reply], server: smtplib.SMTP, command: tuple[str, str], *, at_once: bool
    ) -> Reply:
        """A server that refuses and hangs up has refused."""
        try:
            return self._answered(server, command, at_once=at_once)
        except smtplib.SMTPServerDisconnected:
            self._stop_if_refused(replies)
            raise

    def _answered(self, server: smtplib.SMTP, command: tuple[str, str], *, at_once: bool) -> Reply:
        code, said = server.getreply() if at_once else server.docmd(*command)
        reply = Reply.read(code, said, self._host, about_us=command[0] == "MAIL")
        if not 200 <= reply.code < 600:
            raise NotHandedOver(f"An answer that is none: {reply.words}", self._host)
        return reply

    @staticmethod
    def _stop_if_refused(replies: list[Reply]) -> None:
        """The first answer that is a no is the reason for all that follow."""
        for number, reply in enumerate(replies):
            if not (reply.taken or (number == 2 and reply.code == 354)):
                raise _Refused(reply)

    def _still_listening(self, server: smtplib.SMTP) -> None:
        """A server that hung up or spoke in the middle of the body is noticed now, while the mail certainly is not its.

        Noticed after the dot, the same would make the mail uncertain.
        """
        connection = server.sock
        assert connection is not None  # noqa: S101  (the body was just sent through it)
        connection.settimeout(0)
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            said = connection.recv(1)
            raise NotHandedOver("Interrupted in the middle" if said else "Connection closed in the middle", self._host)
        connection.settimeout(self._timeout)

    def _dot(self, server: smtplib.SMTP) -> Reply:
        """Once this is on its way, only the server knows."""
        server.send(b".\r\n")
        try:
            failpoint("after_dot")
            reply = Reply.read(*server.getreply(), self._host, tls=self._tls)
        except OSError as error:
            self.close()
            raise NobodyKnows(_said(error), self._host) from error
        if not (reply.taken or reply.temporary or reply.permanent):
            self.close()
            raise NobodyKnows(f"An answer that is none: {reply.words}", self._host)
        return reply

    def _start_over(self) -> None:
        """Makes the connection ready for the next mail after a refusal, or gives it up."""
        server = self._server
        try:
            if server is not None and server.docmd("RSET")[0] != 250:
                self.close()
        except OSError:
            self.close()

    def _connected(self) -> smtplib.SMTP:
        try:
            server = self._greeted()
        except OSError as error:
            raise ServerAway(_said(error), self._host) from error
        try:
            _without_delay(server)
            self._log_in(server)
            self._tls = _tls_of(server)
        except OSError as error:
            server.close()
            raise ServerAway(_said(error), self._host) from error
        return server

    def _greeted(self) -> smtplib.SMTP:
        port = self._url.port or PORTS[self._url.scheme]
        # Our name is said, not looked up: asking the name server for it takes seconds where it does not answer.
        us = ascii_address(settings.TOCSIN_MAIL_FROM).rpartition("@")[2]
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(self._host, port, us, timeout=self._timeout, context=tls_context())
        return smtplib.SMTP(self._host, port, us, timeout=self._timeout)

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._url.scheme == "smtp+starttls":
            server.starttls(context=tls_context())
        server.ehlo_or_helo_if_needed()
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))


def _without_delay(server: smtplib.SMTP) -> None:
    """The dot follows the body in a packet of its own, and would wait 40 ms for the body's acknowledgement."""
    assert server.sock is not None  # noqa: S101  (it was just connected)
    server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _tls_of(server: smtplib.SMTP) -> str:
    """The version of TLS that this connection speaks, or empty."""
    return (server.sock.version() or "") if isinstance(server.sock, ssl.SSLSocket) else ""


def _said(error: OSError) -> str:
    """What went wrong, in the server's words where there are any."""
    if isinstance(error, smtplib.SMTPResponseException):
        return Reply.read(error.smtp_code, error.smtp_error, "").words
    return str(error) or type(error).__name__
