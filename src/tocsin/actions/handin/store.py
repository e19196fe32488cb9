"""Where kits and photographs are kept: sealed, in a folder that only this account reads, and for two weeks."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone

from tocsin.actions.models import HandIn
from tocsin.lib.sealedfolder import SealedFolder

FILES = SealedFolder("hand-ins", re.compile(r"(kit|photo)-\d+-[0-9a-f]{16}\.sealed"))
KEPT_FOR = timedelta(days=14)


def remove_old_kits() -> int:
    """Removes kits after two weeks, and what broken jobs left; the record of the hand-in stays. How many. Nightly."""
    old = HandIn.objects.filter(made_at__lt=timezone.now() - KEPT_FOR).exclude(file="")
    names = list(old.values_list("pk", "file"))
    for pk, name in names:
        FILES.remove(name)
        HandIn.objects.filter(pk=pk, file=name).update(file="")
    return len(names) + FILES.remove_strays(_named)


def _named() -> set[str]:
    """The files that a row names."""
    return {name for row in HandIn.objects.values_list("file", "photo") for name in row}
