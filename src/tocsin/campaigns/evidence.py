"""Where the evidence behind lines of the ledger is kept: sealed, under a name of its own, never altered, for a time.

A photograph of a signature sheet holds names and addresses. So it lies sealed on the disk, is opened by those who may,
is never shown in a browser, only saved, and is removed some months after the campaign closed. Its line stays, and goes
on naming it: that there was something is part of what explains the number. (docs/decisions/0034-evidence-ends.md)
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tocsin.campaigns.models import CounterEntry
from tocsin.lib.sealedfolder import SealedFolder

MOST_BYTES = 20 * 1024 * 1024
BEGINNINGS = {
    "pdf": re.compile(rb"%PDF-"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "csv": "text/csv; charset=utf-8",
}
FILES = SealedFolder("evidence", re.compile(r"evidence-[0-9a-f]{32}-(pdf|png|jpg|webp|csv)\.sealed"))
# What no table of text has: it is then something else, whatever its name says.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|<(?:script|svg|html|!doctype)", re.IGNORECASE)


class NoEvidence(ValueError):
    """The file cannot be kept. Its text is a sentence that says why and what to do."""


def keep(data: bytes) -> str:
    """Seals a photograph, scan or table away and returns the name it is found by. Raises NoEvidence."""
    if len(data) > MOST_BYTES:
        raise NoEvidence(too_large())
    name = f"evidence-{secrets.token_hex(16)}-{_kind_of(data)}.sealed"
    with FILES.write(name) as file:
        file.write(data)
    return name


def too_large() -> str:
    return _("The file is larger than 20 MB. Take a smaller photograph, or cut the scan in two.")


def _kind_of(data: bytes) -> str:
    """By what is in the file, not by its name."""
    for kind, beginning in BEGINNINGS.items():
        if beginning.match(data):
            return kind
    if data.strip() and not _NO_TEXT.search(data):
        return "csv"
    raise NoEvidence(_("This is none of the files that can be kept. Take a JPEG, PNG, WebP, PDF or CSV."))


def kind_named(name: str) -> str:
    """“pdf” for the name of a scan; empty for what is no name of ours."""
    found = FILES.names.fullmatch(name)
    return found[1] if found else ""


def is_kept(name: str) -> bool:
    """Whether the file is still there. Only names that this room gives."""
    return FILES.holds(name)


def remove_evidence() -> int:
    """Removes what its time is over for, and what no line names a day after it came; how many. Nightly."""
    return FILES.remove_strays(_still_wanted)


def _still_wanted() -> set[str]:
    """By lines of campaigns that are open or closed not long ago, and by lines that came late."""
    since = timezone.now() - timedelta(days=settings.TOCSIN_EVIDENCE_DAYS)
    wanted = Q(campaign__closes_at=None) | Q(campaign__closes_at__gt=since) | Q(entered_at__gt=since)
    return set(CounterEntry.objects.filter(wanted).exclude(evidence="").values_list("evidence", flat=True))
