"""The files of tables of postal codes: as it came, until it is read, and what was left out, for two weeks."""

from __future__ import annotations

import re
from datetime import timedelta

from tocsin.campaigns.import_file import MEGABYTE, CannotBeRead, Limits
from tocsin.campaigns.models import PostalTable
from tocsin.lib.sealedfolder import SealedFolder

# Canada has 900,000 postal codes; packed, such a file is some megabytes.
LIMITS = Limits(megabytes=60, rows=3_000_000, unpacked=800 * MEGABYTE)
FILES = SealedFolder("postal-codes", re.compile(r"(upload|left)-\d+-[0-9a-f]{16}\.sealed"))
KEPT_FOR = timedelta(days=14)


def whole(name: str, gone: str) -> bytes:
    """Raises CannotBeRead with the sentence `gone` where the file is not there any more."""
    found = FILES.whole(name)
    if found is None:
        raise CannotBeRead(gone)
    return found


def named() -> set[str]:
    """The files that a row names."""
    rows = PostalTable.objects.values_list("upload", "left_out_file")
    return {name for names in rows for name in names if name}
