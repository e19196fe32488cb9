"""`tocsin restored`: run once after the database was put back from a backup, before Tocsin is started again.

First it makes what follows of the actions in the backup. Their letters, too, may have left since: made only later, they
would be new messages that the sent journal does not know.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tocsin.actions.asking import count_confirmed
from tocsin.actions.ending.erase import erase_again
from tocsin.actions.ending.journal import erasures_path, read_erasures
from tocsin.actions.models import Action
from tocsin.actions.process import follow_batch
from tocsin.actions.screen import screen_batch
from tocsin.actions.states import State
from tocsin.actions.updates.steer import pause_all
from tocsin.outbox.journal import journal_files, read_journal
from tocsin.outbox.restore import RESTORED, Restored, put_right
from tocsin.run import say


def restored(arguments: Sequence[str]) -> int:
    """`tocsin restored [--journal FILE]`"""
    words = argparse.ArgumentParser(
        prog="tocsin restored",
        description="After a restore: believes the sent journal, and holds everything else that would leave.",
    )
    words.add_argument("--journal", default="", help="The sent journal, where it is not where TOCSIN_JOURNAL says.")
    named = words.parse_args(arguments).journal
    files = journal_files(named)
    if not files:
        say("There is no sent journal: nothing is known of what was sent since the backup, so all that waits is held.")
    say(f"{put_all_right(files)}.")
    say(f"Forgotten again, as the journal of erasures says: {erase_again(read_erasures(erasures_path(named)))}.")
    say("Start Tocsin again. What is held waits at the desk until somebody releases it.")
    return 0


def put_all_right(journal: Sequence[Path]) -> Restored:
    while screen_batch() + count_confirmed() + follow_batch():
        pass
    _leave_to_staff()
    return put_right(read_journal(journal))


def _leave_to_staff() -> None:
    """Whoever was sought or asked when the backup was made may have been written for since, under another ref."""
    waiting = Action.objects.filter(state=State.SEEKING)
    waiting.update(state=State.STUCK, reason=RESTORED, next_at=None)
    Action.objects.filter(state=State.UNCONFIRMED).update(state=State.HELD, reason=RESTORED, next_at=None)
    # Copies that were made after the backup were new messages, too: whoever goes on with an update must decide it.
    pause_all()
