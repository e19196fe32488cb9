"""The way out that leads nowhere: each mail becomes a file in TOCSIN_DIR/mailbox. For demos and for trying things."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from tocsin.outbox.freeze import FrozenMail
from tocsin.outbox.transports.base import NotHandedOver, Reply

# What `hand_over` names its files, and so all that is ever read back: "20261124T001500123456Z-<ref>.eml".
FILE_NAME = re.compile(r"\d{8}T\d{12}Z-[a-z2-7]{26}\.eml", re.ASCII)


def mailbox_folder() -> Path:
    return Path(settings.TOCSIN_DIR) / "mailbox"


class MailboxTransport:
    """Writes beside the name first, then renames: a file that is there is whole."""

    def hand_over(self, mail: FrozenMail, before_dot: Callable[[], None]) -> Reply:
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{mail.ref}.eml"
        unfinished = mailbox_folder() / f".{name}.part"
        try:
            self._write(unfinished, mail.data)
        except OSError as error:
            raise NotHandedOver(f"The mailbox folder: {error.strerror}") from error
        try:
            before_dot()
        except BaseException:
            unfinished.unlink()
            raise
        unfinished.rename(mailbox_folder() / name)
        return Reply.read(250, f"2.0.0 written to {name}", "mailbox")

    def close(self) -> None:
        pass

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        """Readable by nobody else: letters hold names and addresses."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
