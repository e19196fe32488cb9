"""A mailbox looked into by IMAP: each new mail is handed over, and marked only when that is done.

A mail that our own program fails on is flagged, so that the others go on and somebody can look at it. One that is
handed over twice, because the connection broke before the mark, is known by its Message-ID: see route.py.
"""

from __future__ import annotations

import imaplib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import SplitResult, unquote

from django.db import Error as DatabaseError

from tocsin.outbox.inbound.route import LARGEST
from tocsin.outbox.transports.smtp import tls_context

PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
MOST = 50
TIMEOUT = 30.0
imaplib._MAXLINE = 2 * LARGEST  # type: ignore[attr-defined]  # noqa: SLF001  (a search among many mails is one line)
log = logging.getLogger(__name__)

type Take = Callable[[bytes], object]


class MailboxAway(Exception):
    """The mailbox could not be opened, or the connection broke."""


def look_into(
    url: SplitResult,
    take: Take,
    *,
    then: str = "seen",
    stop: Callable[[], bool] = lambda: False,
    timeout: float = TIMEOUT,
) -> int:
    """Hands each new mail to `take`, oldest first and 50 at most; how many. Raises MailboxAway, and what the database
    raises: then the mail in hand stays as it was."""
    done = 0
    with _opened(url, timeout) as mailbox:
        for uid in _new(mailbox)[:MOST]:
            if stop():
                break
            _mark(mailbox, uid, _handled(take, _fetched(mailbox, uid), then))
            done += 1
        if done and then == "delete":
            _expect(mailbox.expunge())
    return done


def _handled(take: Take, raw: bytes | None, then: str) -> str:
    """The mark that this mail gets. None is a mail that somebody else removed meanwhile."""
    try:
        if raw is not None:
            take(raw)
    except DatabaseError:
        raise
    except Exception as error:
        # No content goes to the log, and so no traceback.
        log.error("a mail that came in could not be dealt with: %s", type(error).__name__)  # noqa: TRY400
        return r"(\Flagged)"
    return r"(\Seen \Deleted)" if then == "delete" else r"(\Seen)"


@contextmanager
def _opened(url: SplitResult, timeout: float) -> Iterator[imaplib.IMAP4]:
    mailbox: imaplib.IMAP4 | None = None
    try:
        mailbox = _connected(url, timeout)
        mailbox.login(unquote(url.username or ""), unquote(url.password or ""))
        folder = unquote(url.path.strip("/")) or "INBOX"
        _expect(mailbox.select(f'"{folder}"'))
        yield mailbox
    except (OSError, imaplib.IMAP4.error) as error:
        # Only the class: a server may repeat the login in its answer.
        raise MailboxAway(type(error).__name__) from None
    finally:
        _hang_up(mailbox)


def _hang_up(mailbox: imaplib.IMAP4 | None) -> None:
    """Politely; and if the server has no ear for that, at once."""
    if mailbox is not None:
        try:
            mailbox.logout()
        except (OSError, imaplib.IMAP4.error):
            with suppress(OSError):
                mailbox.shutdown()


def _connected(url: SplitResult, timeout: float) -> imaplib.IMAP4:
    host, port = url.hostname or "localhost", url.port or PORTS[url.scheme]
    if url.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port, ssl_context=tls_context(), timeout=timeout)
    mailbox = imaplib.IMAP4(host, port, timeout=timeout)
    if url.scheme == "imap+starttls":
        mailbox.starttls(tls_context())
    return mailbox


def _new(mailbox: imaplib.IMAP4) -> list[str]:
    [found, *_rest] = _expect(mailbox.uid("SEARCH", "UNSEEN", "UNFLAGGED", "UNDELETED"))
    return found.decode("ascii", "replace").split() if isinstance(found, bytes) else []


def _fetched(mailbox: imaplib.IMAP4, uid: str) -> bytes | None:
    """One byte more than may be, so that a longer mail is known to be longer."""
    answer = _expect(mailbox.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST + 1}>)"))
    return next((part[1] for part in answer if isinstance(part, tuple) and len(part) > 1), None)


def _mark(mailbox: imaplib.IMAP4, uid: str, flags: str) -> None:
    _expect(mailbox.uid("STORE", uid, "+FLAGS.SILENT", flags))


def _expect(answer: tuple[str, Any]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return list(data)
