"""Reads the addresses that we gave our own mails: where they come back to, and where they are answered.

    b.<ref>.<signature>@…   the return address (VERP), made in freeze.py
    r.<ref>.<signature>@…   the alias that an office answers to instead of the supporter's own address

Nobody can make one without the key. Mail servers do not keep upper and lower case apart, and neither does this.
"""

from __future__ import annotations

import hmac
import re
from enum import StrEnum

from django.conf import settings

from tocsin.outbox.freeze import signature

OURS = re.compile(r"([br])\.([a-z2-7]{26})\.([0-9a-f]{16})@[^@\s]+", re.ASCII)
MESSAGE_ID = re.compile(r"<?([a-z2-7]{26})@([^@\s>]+)>?", re.ASCII)


class Claim(StrEnum):
    """What an address says of itself."""

    NOT_OURS = "not ours"
    FORGED = "forged"
    OURS = "ours"


def read_address(address: str) -> tuple[Claim, str]:
    """Whether this is an address that we made, and the ref of its message."""
    found = OURS.fullmatch(address.strip().strip("<>").lower())
    if not found:
        return Claim.NOT_OURS, ""
    kind, ref, said = found.groups()
    return (Claim.OURS, ref) if hmac.compare_digest(said, signature(kind, ref)) else (Claim.FORGED, "")


def ref_in_message_id(message_id: str) -> str:
    """The ref of the message that bears this Message-ID, if it is one of ours; else nothing."""
    found = MESSAGE_ID.fullmatch(message_id.strip().lower())
    return found.group(1) if found and found.group(2) == our_domain() else ""


def our_domain() -> str:
    """What stands behind the @ of every Message-ID of ours."""
    return str(settings.TOCSIN_MAIL_FROM).rpartition("@")[2].encode("idna").decode().lower()
