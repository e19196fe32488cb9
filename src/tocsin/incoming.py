"""`tocsin inbound`: takes one mail on standard input, as mail servers hand it to a program (a "pipe").

It ends with 0 when the mail was taken, whatever it was, and with 75 (try again) for everything else: then the mail
server keeps the mail. Any other number would send it back to whoever wrote it.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import BinaryIO

from django.conf import settings

from tocsin.actions.replies import take_mail
from tocsin.outbox.inbound.imap import look_into
from tocsin.outbox.inbound.route import LARGEST

TRY_AGAIN = 75
LOOK_EVERY = 30.0
log = logging.getLogger(__name__)


def inbound(arguments: Sequence[str]) -> int:
    """`tocsin inbound [RECIPIENT]`"""
    words = argparse.ArgumentParser(
        prog="tocsin inbound",
        description="Takes one mail on standard input: a bounce, or an answer to a letter.",
    )
    words.add_argument("recipients", nargs="*", metavar="RECIPIENT", help="To whom the mail server had it.")
    recipients = words.parse_args(arguments).recipients
    try:
        take_mail(whole(sys.stdin.buffer), recipients)
    except Exception as error:
        # No content goes to the log, and so no traceback, which may hold some.
        log.error("the mail could not be taken: %s", type(error).__name__)  # noqa: TRY400
        return TRY_AGAIN
    return 0


def whole(stream: BinaryIO) -> bytes:
    """The mail, or as much of it as shows that it is too large. Read to its end: mail servers dislike a closed pipe."""
    raw = stream.read(LARGEST + 1)
    while stream.read(1 << 20):
        pass
    return raw


@dataclass
class Mailbox:
    """Looks into the mailbox that the settings name, every 30 seconds: a line of the worker."""

    stop: Callable[[], bool]
    looked_at: float = field(default=-LOOK_EVERY)

    def __call__(self) -> int:
        now = monotonic()
        if now - self.looked_at < LOOK_EVERY:
            return 0
        self.looked_at = now
        taken = look_into(settings.TOCSIN_INBOUND_URL, take_mail, then=settings.TOCSIN_INBOUND_THEN, stop=self.stop)
        if taken:
            self.looked_at = -LOOK_EVERY  # there may be more
        return taken
