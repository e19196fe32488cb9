"""What the desk writes into Wagtail's log: who decided what, and who opened what is personal."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

ENTRIES: dict[str, tuple[Promise, Promise]] = {
    "tocsin.ledger_line": (_("Add to the ledger"), _("Added a line to the counter's ledger")),
    "tocsin.action_opened": (_("Open an action"), _("Read what a person sent")),
    "tocsin.action_released": (_("Release an action"), _("Released a held action: it counts, and its letters leave")),
    "tocsin.action_blocked": (_("Block an action"), _("Blocked an action: it does not count, and nothing leaves")),
    "tocsin.action_retried": (_("Try an action again"), _("Had a stuck action tried again")),
    "tocsin.letters_repointed": (_("Re-point letters"), _("Had the letters that wait written anew to their target")),
    "tocsin.targets_imported": (_("Import targets"), _("Imported targets into a list")),
    "tocsin.import_undone": (_("Undo an import"), _("Took an import of targets back")),
    "tocsin.list_changed": (_("Change a list"), _("Changed who is in a list of targets")),
    "tocsin.letter_opened": (_("Open a letter"), _("Read a person's letter")),
    "tocsin.letter_held": (_("Hold a letter"), _("Held a letter back")),
    "tocsin.letter_released": (_("Release a letter"), _("Released a held letter")),
    "tocsin.letter_cancelled": (_("Cancel a letter"), _("Stopped a letter for good")),
    "tocsin.letters_pause": (_("Pause letters"), _("Paused letters")),
    "tocsin.letters_resume": (_("Resume letters"), _("Resumed paused letters")),
    "tocsin.letters_hold_new": (_("Hold new letters"), _("Had every new letter held")),
    "tocsin.letters_let_new_go": (_("Let new letters go"), _("Had new letters held no longer")),
    "tocsin.letters_hold": (_("Hold letters"), _("Held what waited")),
    "tocsin.letters_release": (_("Release letters"), _("Released what was held")),
    "tocsin.letters_schedule": (_("Schedule letters"), _("Had what waits leave later")),
    "tocsin.letters_cancel": (_("Stop letters"), _("Stopped letters for good")),
    "tocsin.letters_exported": (_("Export letters"), _("Took the list of letters along as CSV")),
    "tocsin.letters_searched": (_("Search by address"), _("Looked for the letters of one address")),
    "tocsin.target_exported": (_("Export a target's numbers"), _("Took a target's numbers along as CSV")),
    "tocsin.hand_in_made": (_("Make a hand-in kit"), _("Had a hand-in kit made")),
    "tocsin.hand_in_downloaded": (
        _("Download a hand-in kit"),
        _("Took a hand-in kit along: it holds people's letters"),
    ),
    "tocsin.hand_in_put_away": (_("Put a hand-in kit away"), _("Put a hand-in kit away")),
    "tocsin.hand_in_over": (_("Hand letters in"), _("Wrote down that letters were handed in")),
    "tocsin.notice_settled": (_("Settle a notice"), _("Settled a notice about mail")),
    "tocsin.update_written": (_("Write an update"), _("Wrote or changed an update")),
    "tocsin.update_tested": (_("Try an update"), _("Sent an update to themselves")),
    "tocsin.update_begun": (_("Send an update"), _("Sent an update to those who acted")),
    "tocsin.update_pause": (_("Pause an update"), _("Paused an update")),
    "tocsin.update_resume": (_("Resume an update"), _("Resumed an update")),
    "tocsin.update_stop": (_("Stop an update"), _("Stopped an update for good")),
    "tocsin.update_discarded": (_("Discard an update"), _("Put the draft of an update away")),
    "tocsin.letter_resent": (_("Send a letter again"), _("Sent an uncertain letter again")),
}


def register(actions: LogActionRegistry) -> None:
    for name, (label, message) in ENTRIES.items():
        actions.register_action(name, label, message)


def note(request: HttpRequest, entry: str, about: Model, **data: Any) -> None:
    """One line of the log, about a row. No personal data goes into it."""
    log(about, f"tocsin.{entry}", user=request.user, data=data or None)
