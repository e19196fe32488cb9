"""Where kits and photographs are kept: sealed, in a folder that only this account reads, and for a time.

A kit for two weeks. A photograph of the moment when somebody received it shows people, and ends as what shows a line of
the ledger does: half a year after its campaign closed (docs/decisions/0034-evidence-ends.md).
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tocsin.actions.models import HandIn
from tocsin.lib.sealedfolder import SealedFolder

FILES = SealedFolder("hand-ins", re.compile(r"(kit|photo)-\d+-[0-9a-f]{16}\.sealed"))
KEPT_FOR = timedelta(days=14)


def remove_old_kits() -> int:
    """Removes kits after two weeks, photographs after their time, and what broken jobs left; the record of the hand-in
    stays. How many. Nightly."""
    old = HandIn.objects.filter(made_at__lt=timezone.now() - KEPT_FOR).exclude(file="")
    names = list(old.values_list("pk", "file"))
    for pk, name in names:
        FILES.remove(name)
        HandIn.objects.filter(pk=pk, file=name).update(file="")
    return len(names) + FILES.remove_strays(_still_wanted)


def _still_wanted() -> set[str]:
    """The kits that a row names, and the photographs of campaigns that are open or closed not long ago, or of a moment
    that is not long ago itself. The row goes on naming a photograph: that there was one is part of the record."""
    since = timezone.now() - timedelta(days=settings.TOCSIN_EVIDENCE_DAYS)
    wanted = Q(campaign__closes_at=None) | Q(campaign__closes_at__gt=since) | Q(handed_over_at__gt=since)
    kits = HandIn.objects.exclude(file="").values_list("file", flat=True)
    return {*kits, *HandIn.objects.filter(wanted).exclude(photo="").values_list("photo", flat=True)}
