"""A folder that was uploaded, while somebody looks at what it would do: kept sealed, and removed after a day."""

from __future__ import annotations

import re

from tocsin.lib.sealedfolder import SealedFolder

FILES = SealedFolder("campaign-files", re.compile(r"upload-\d+-[0-9a-f]{16}\.sealed"))


def keep(data: bytes, by: int) -> str:
    """The name that it is kept by."""
    return FILES.keep("upload", by, [data])


def remove_old_uploads() -> int:
    """What was looked at and not brought in, or was; how many. Nightly: no row names one."""
    return FILES.remove_strays(tuple)
