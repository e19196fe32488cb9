"""What a transport is: the one page to read before writing another. Copy `mailbox.py`, and name it in `__init__.py`.

A transport hands over one mail at a time, in two steps:

    1. connect if need be, name sender and recipient, send the whole body; up to here the server must not keep anything;
    2. call `before_dot()`, send what makes the mail the server's (in SMTP a line with a single dot), read the answer.

Between the steps the outbox writes down that the mail may be taken from now on. That is what makes it known, after a
crash at any moment, whether a mail certainly did not leave or only perhaps did.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tocsin.lib.plaintext import CONTROLS, one_line
from tocsin.outbox.freeze import FrozenMail

ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
LONGEST_WORDS = 500


class NotHandedOver(Exception):
    """The connection failed before the mail was complete: the server certainly does not have it."""

    def __init__(self, words: str, server: str = "") -> None:
        super().__init__(words)
        self.words, self.server = words, server

    @property
    def timed_out(self) -> bool:
        return "timed out" in self.words


class ServerAway(NotHandedOver):
    """There is no server to talk to at all, so other mails need not try now."""


class NobodyKnows(Exception):
    """The connection failed after the mail was complete and before the answer: it may have been taken or not."""

    def __init__(self, words: str, server: str = "") -> None:
        super().__init__(words)
        self.words, self.server = words, server

    @property
    def timed_out(self) -> bool:
        return "timed out" in self.words


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered for one mail. `about_us` says that it was about our own address, not the recipient's;
    `tls` is the version that the mail travelled under, or empty."""

    code: int
    enhanced: str
    words: str
    server: str
    about_us: bool = False
    tls: str = ""

    @classmethod
    def read(cls, code: int, text: bytes | str, server: str, *, about_us: bool = False, tls: str = "") -> Reply:
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        words = one_line(CONTROLS.sub("", said[: 4 * LONGEST_WORDS]))
        found = ENHANCED.match(words)
        enhanced = found.group() if found and found.group(1) == str(code)[:1] else ""
        return cls(code, enhanced, f"{code} {words}".strip(), server, about_us, tls)

    @property
    def taken(self) -> bool:
        return 200 <= self.code < 300

    @property
    def temporary(self) -> bool:
        # A full mailbox (5.2.2) is emptied some day; no route (5.4.4) may be our own name server's fault.
        return 400 <= self.code < 500 or self.enhanced in {"5.2.2", "5.4.4"}

    @property
    def about_policy(self) -> bool:
        return self.enhanced.startswith("5.7.")

    @property
    def asks_for_patience(self) -> bool:
        return self.code in {421, 450, 451, 452}

    @property
    def address_is_dead(self) -> bool:
        """5.1.x is about an address; .0 says nothing precise, and .7 and .8 are about the sender's."""
        return (
            self.permanent
            and self.enhanced.startswith("5.1.")
            and self.enhanced not in {"5.1.0", "5.1.7", "5.1.8"}
            and not self.about_us
        )

    @property
    def permanent(self) -> bool:
        return 500 <= self.code < 600 and not self.temporary


class Transport(Protocol):
    """One way out. Each sender has one for itself, for many mails: `close` ends it, and may be called twice."""

    def hand_over(self, mail: FrozenMail, before_dot: Callable[[], None]) -> Reply:
        """Hands over one mail, opening a connection if there is none.

        Raises NotHandedOver, ServerAway or NobodyKnows. Whatever `before_dot` raises ends the connection before the
        dot, and is raised again.
        """
        ...

    def close(self) -> None: ...
