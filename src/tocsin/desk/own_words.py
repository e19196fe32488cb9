"""What we ourselves wrote where a server's last words stand, in the reader's language: no server said it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.actions.repoint import WRITTEN_ANEW
from tocsin.outbox.claims import NOBODY_KNOWS, WORKER_DIED
from tocsin.outbox.controls import STOPPED
from tocsin.outbox.decide import HELD_BEFORE, TAKEN_OUT
from tocsin.outbox.emptying import ENDED
from tocsin.outbox.events import IT_CAME_BACK
from tocsin.outbox.restore import JOURNALLED, RESTORED
from tocsin.outbox.suppress import SUPPRESSED

SAID: dict[str, Promise] = {
    STOPPED: _("Staff stopped it before it was handed over."),
    TAKEN_OUT: _("Its action was taken out of the number."),
    HELD_BEFORE: _("Its action was taken out of the number. It was held before."),
    SUPPRESSED: _("Not sent: nothing is sent to this address any more."),
    RESTORED: _("Held since the database was restored from a backup: it may have left already."),
    JOURNALLED: _("The journal of sent mail says so: the database was restored from a backup."),
    WORKER_DIED: _("Our program ended before the mail was handed over."),
    NOBODY_KNOWS: _("Our program ended after the mail was handed over and before the answer."),
    WRITTEN_ANEW: _("Written anew: the target's address changed."),
    ENDED: _("Stopped: the time for which its writer's data are kept was over, or they asked to be forgotten."),
    IT_CAME_BACK: _("What came back about it was here before the server's answer."),
}


def is_ours(words: str) -> bool:
    return words in SAID


def in_words(words: str) -> str | Promise:
    """Ours in the reader's language, a server's as they are."""
    return SAID.get(words, words)
