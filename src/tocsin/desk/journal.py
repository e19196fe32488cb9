"""What the desk notes of its staff: who decided what, and who opened what is personal.

Each entry is a line of the audit log (staff/audit.py), which nobody can change. It stands in Wagtail's own log as well,
where the history of each thing is read from.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Model, TextChoices
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

from tocsin.campaigns.models import Campaign
from tocsin.desk.whence import address_of
from tocsin.staff import audit

OURS = "tocsin."


class Kind(TextChoices):
    """What a line of the audit log is about, to filter by."""

    SIGN_IN = "sign_in", _("Signing in and out")
    PEOPLE = "people", _("People's data: opened, looked for, exported, imported")
    LETTERS = "letters", _("Letters and actions")
    CAMPAIGNS = "campaigns", _("Campaigns, targets and the counter")
    PAGES = "pages", _("Pages")
    TEAM = "team", _("Who may do what")
    SOFTWARE = "software", _("Other software")
    REFUSED = "refused", _("Refusals")


ENTRIES: dict[str, tuple[Promise, Promise]] = {
    "tocsin.ledger_line": (_("Add to the ledger"), _("Added a line to the counter's ledger")),
    "tocsin.action_opened": (_("Open an action"), _("Read what a person sent")),
    "tocsin.action_released": (_("Release an action"), _("Released a held action")),
    "tocsin.action_blocked": (_("Block an action"), _("Blocked an action: it does not count, and nothing leaves")),
    "tocsin.action_retried": (_("Try an action again"), _("Had a stuck action tried again")),
    "tocsin.actions_retried": (_("Try stuck actions again"), _("Had all stuck actions tried again")),
    "tocsin.letters_repointed": (_("Re-point letters"), _("Had the letters that wait written anew to their target")),
    "tocsin.targets_imported": (_("Import targets"), _("Imported targets into a list")),
    "tocsin.import_undone": (_("Undo an import"), _("Took an import of targets back")),
    "tocsin.list_changed": (_("Change a list"), _("Changed who is in a list of targets")),
    "tocsin.postal_codes_uploaded": (_("Upload postal codes"), _("Uploaded a table of postal codes")),
    "tocsin.postal_codes_used": (_("Use postal codes"), _("Had campaigns look up in another table of postal codes")),
    "tocsin.postal_codes_taken_back": (_("Take postal codes back"), _("Took a table of postal codes back")),
    "tocsin.postal_codes_removed": (_("Remove postal codes"), _("Removed a table of postal codes")),
    "tocsin.letter_opened": (_("Open a letter"), _("Read a person's letter")),
    "tocsin.mail_opened": (_("Open a mail"), _("Read a mail of the mailbox")),
    "tocsin.mail_downloaded": (_("Download a mail"), _("Took a mail of the mailbox along")),
    "tocsin.letter_held": (_("Hold a letter"), _("Held a letter back")),
    "tocsin.password_set": (_("Set a password"), _("Set a new password")),
    "tocsin.letter_scheduled": (_("Schedule a letter"), _("Had a letter leave later")),
    "tocsin.letter_unscheduled": (_("Lift a letter's schedule"), _("Let a letter leave sooner")),
    "tocsin.letter_released": (_("Release a letter"), _("Released a held letter")),
    "tocsin.letter_cancelled": (_("Cancel a letter"), _("Stopped a letter for good")),
    "tocsin.letters_pause": (_("Pause letters"), _("Paused letters")),
    "tocsin.letters_resume": (_("Resume letters"), _("Resumed paused letters")),
    "tocsin.letters_hold_new": (_("Hold new letters"), _("Had every new letter held")),
    "tocsin.letters_let_new_go": (_("Let new letters go"), _("Had new letters held no longer")),
    "tocsin.letters_hold": (_("Hold letters"), _("Held what waited")),
    "tocsin.letters_release": (_("Release letters"), _("Released what was held")),
    "tocsin.letters_schedule": (_("Schedule letters"), _("Had what waits leave later")),
    "tocsin.letters_unschedule": (_("Lift a schedule"), _("Let letters leave before the moment they were to wait for")),
    "tocsin.letters_cancel": (_("Stop letters"), _("Stopped letters for good")),
    "tocsin.people_listed": (_("Show names in a list"), _("Had the names in a list of people shown")),
    "tocsin.person_searched": (_("Find a person"), _("Looked for a person by their address")),
    "tocsin.person_erased": (_("Erase a person"), _("Erased a person, as they asked")),
    "tocsin.person_taken_along": (
        _("Hand a person their data"),
        _("Took along all that is kept of a person, for them"),
    ),
    "tocsin.data_ended": (_("End people's data"), _("Removed people's data whose time was over")),
    "tocsin.person_opened": (_("Open a person"), _("Read all that is known of a person")),
    "tocsin.export_asked": (_("Ask for an export"), _("Asked for a file of data to take along")),
    "tocsin.export_downloaded": (_("Download an export"), _("Took a file of data along")),
    "tocsin.people_uploaded": (_("Upload people"), _("Uploaded a file of people")),
    "tocsin.people_imported": (_("Import people"), _("Imported people with their consent")),
    "tocsin.people_import_undone": (_("Undo an import of people"), _("Took an import of people back")),
    "tocsin.people_left_out_downloaded": (
        _("Download rows left out"),
        _("Took rows along that were left out"),
    ),
    "tocsin.export_stopped": (_("Stop an export"), _("Stopped an export that was being made")),
    "tocsin.letters_searched": (_("Search by address"), _("Looked for the letters of one address")),
    "tocsin.target_exported": (_("Export a target's numbers"), _("Took a target's numbers along as CSV")),
    "tocsin.hand_in_made": (_("Make a hand-in kit"), _("Had a hand-in kit made")),
    "tocsin.hand_in_downloaded": (
        _("Download a hand-in kit"),
        _("Took a hand-in kit along: it holds people's letters"),
    ),
    "tocsin.hand_in_put_away": (_("Put a hand-in kit away"), _("Put a hand-in kit away")),
    "tocsin.hand_in_over": (_("Hand letters in"), _("Wrote down that letters were handed in")),
    "tocsin.trial_written": (_("Write a trial"), _("Wrote another wording of a page, to be tried")),
    "tocsin.trial_removed": (_("Remove a trial"), _("Removed a trial that never ran")),
    "tocsin.trial_begun": (_("Begin a trial"), _("Had two wordings of a page shown by chance")),
    "tocsin.trial_ended": (_("End a trial"), _("Ended a trial of two wordings")),
    "tocsin.notice_settled": (_("Settle a notice"), _("Settled a notice about mail")),
    "tocsin.campaign_published": (_("Publish a campaign"), _("Published a campaign's pages from the path")),
    "tocsin.model_kept": (_("Keep a model"), _("Kept a campaign as a model")),
    "tocsin.model_removed": (_("Remove a model"), _("Removed a model")),
    "tocsin.files_taken": (_("Take a campaign along as files"), _("Took a campaign along as files")),
    "tocsin.files_brought": (_("Bring files of a campaign in"), _("Brought files of a campaign in")),
    "tocsin.words_answered": (_("Answer for changed words"), _("Said what follows from changed words")),
    "tocsin.tested_by_mail": (_("Send a test"), _("Sent a test of letter and thanks to their own address")),
    "tocsin.ledger_imported": (_("Import sheets"), _("Added lines to the counter's ledger from a file")),
    "tocsin.entry_approved": (_("Approve a line"), _("Approved a line of the ledger: it counts")),
    "tocsin.entry_refused": (_("Refuse a line"), _("Refused a line of the ledger: it does not count")),
    "tocsin.evidence_opened": (_("Open evidence"), _("Took along what shows a line of the ledger")),
    "tocsin.set_taken_out": (_("Take actions out"), _("Took a set of actions out of the number")),
    "tocsin.set_put_back": (_("Put actions back"), _("Put a set of actions back into the number")),
    "tocsin.script_added": (_("Add a script"), _("Added a script")),
    "tocsin.script_changed": (_("Change a script"), _("Changed a script")),
    "tocsin.script_removed": (_("Remove a script"), _("Removed a script")),
    "tocsin.script_asked": (_("Ask for approval"), _("Asked for a script to be approved")),
    "tocsin.script_approved": (_("Approve a script"), _("Approved a script of somebody else")),
    "tocsin.script_refused": (_("Refuse a script"), _("Refused a script of somebody else")),
    "tocsin.script_on": (_("Switch a script on"), _("Switched a script on")),
    "tocsin.script_off": (_("Switch a script off"), _("Switched a script off")),
    "tocsin.update_written": (_("Write an update"), _("Wrote or changed an update")),
    "tocsin.update_tested": (_("Try an update"), _("Sent an update to themselves")),
    "tocsin.update_begun": (_("Send an update"), _("Sent an update to those who acted")),
    "tocsin.update_pause": (_("Pause an update"), _("Paused an update")),
    "tocsin.update_resume": (_("Resume an update"), _("Resumed an update")),
    "tocsin.update_stop": (_("Stop an update"), _("Stopped an update for good")),
    "tocsin.update_release": (_("Try copies again"), _("Had held copies of an update tried again")),
    "tocsin.update_discarded": (_("Discard an update"), _("Put the draft of an update away")),
    "tocsin.letter_resent": (_("Send a letter again"), _("Sent an uncertain letter again")),
    "tocsin.person_invited": (_("Invite somebody"), _("Invited somebody to the desk")),
    "tocsin.person_invited_again": (_("Invite again"), _("Sent an invitation again")),
    "tocsin.role_given": (_("Give a role"), _("Gave somebody a role")),
    "tocsin.role_taken": (_("Take a role"), _("Took a role away from somebody")),
    "tocsin.key_made": (_("Make an API key"), _("Made a key for another program")),
    "tocsin.key_ended": (_("End an API key"), _("Ended the key of another program")),
    "tocsin.account_off": (_("Switch an account off"), _("Switched somebody's account off")),
    "tocsin.account_on": (_("Switch an account on"), _("Switched somebody's account on")),
    "tocsin.audit_exported": (_("Export the audit log"), _("Took lines of the audit log along as CSV")),
    "tocsin.asked_again": (_("Ask who it is"), _("Was asked to confirm who they are")),
    "tocsin.confirmed_again": (_("Confirm who it is"), _("Confirmed who they are")),
    "tocsin.not_confirmed": (_("Fail to confirm who it is"), _("Did not confirm who they are")),
    "tocsin.second_factor_failed": (_("Fail at a second factor"), _("Had the password right and the code wrong")),
    "tocsin.app_added": (_("Add codes from an app"), _("Added codes from an app")),
    "tocsin.app_removed": (_("Remove codes from an app"), _("Removed the codes from an app")),
    "tocsin.passkey_added": (_("Add a passkey"), _("Added a passkey")),
    "tocsin.passkey_removed": (_("Remove a passkey"), _("Removed a passkey")),
    "tocsin.recovery_codes_made": (_("Make recovery codes"), _("Made new recovery codes")),
    "tocsin.elsewhere_connected": (
        _("Tie an account"),
        _("Tied the account to the one they have elsewhere, by their address"),
    ),
    "tocsin.sessions_ended": (_("End sessions"), _("Signed out elsewhere")),
    "tocsin.endpoint_added": (_("Add an endpoint"), _("Had other software told what happens")),
    "tocsin.endpoint_changed": (_("Change an endpoint"), _("Changed what other software is told, or where")),
    "tocsin.endpoint_secret_changed": (_("Change a secret"), _("Gave an endpoint another secret")),
    "tocsin.endpoint_off": (_("Switch an endpoint off"), _("Switched an endpoint off")),
    "tocsin.endpoint_on": (_("Switch an endpoint on"), _("Switched an endpoint on")),
    "tocsin.endpoint_removed": (_("Remove an endpoint"), _("Removed an endpoint")),
    "tocsin.endpoint_tested": (_("Test an endpoint"), _("Sent a test to an endpoint")),
    "tocsin.endpoint_call_again": (_("Send a call again"), _("Had an endpoint told of something again")),
    "tocsin.second_factor_reset": (_("Reset a second factor"), _("Reset somebody's second factor")),
}
# Lines of the audit log that no button of the desk writes.
THEIRS: dict[str, Promise] = {
    "signed_in": _("Signed in"),
    "signed_out": _("Signed out"),
    "sign_in_failed": _("Tried to sign in, and failed"),
    "refused": _("Was refused: they have no right to this"),
    "api_people_read": _("Read who acted, by the API"),
    "api_left": _("Said that somebody wants no more mail"),
    "api_target_changed": _("Brought a target up to date"),
}
# What an entry is about: told by its whole name, or else by its first word.
KINDS: dict[str, Kind] = {
    **dict.fromkeys(("people", "person", "export", "action_opened", "letter_opened", "letters_searched"), Kind.PEOPLE),
    **dict.fromkeys(("data", "hand_in_downloaded", "evidence_opened", "mail_opened", "mail_downloaded"), Kind.PEOPLE),
    **dict.fromkeys(("action", "actions", "letter", "letters", "hand", "notice", "update", "set"), Kind.LETTERS),
    **dict.fromkeys(("script", "words", "trial"), Kind.PAGES),
    **dict.fromkeys(("endpoint", "key"), Kind.SOFTWARE),
    **dict.fromkeys(("role", "account", "person_invited", "person_invited_again", "second_factor_reset"), Kind.TEAM),
    "audit_exported": Kind.TEAM,
    **dict.fromkeys(
        ("asked_again", "confirmed_again", "not_confirmed", "sessions_ended", "password_set"), Kind.SIGN_IN
    ),
    **dict.fromkeys(("app_added", "app_removed", "passkey_added", "passkey_removed"), Kind.SIGN_IN),
    **dict.fromkeys(("recovery_codes_made", "elsewhere_connected", "second_factor_failed"), Kind.SIGN_IN),
}


def register(actions: LogActionRegistry) -> None:
    for name, (label, message) in ENTRIES.items():
        actions.register_action(name, label, message)


@transaction.atomic
def note(request: HttpRequest, entry: str, about: Model, **data: Any) -> None:
    """One line of both logs, about a row. No personal data goes into it. What belongs to another campaign than its row
    does, or to none (a role that is given, a list of the whole site), says so by `campaign`, a number or None."""
    who = request.user if request.user.is_authenticated else None  # between the password and the second factor
    log(about, f"{OURS}{entry}", user=who, data=data or None)
    audit.write(
        entry,
        kind=kind_of(entry),
        who=who,
        about=about_words(about),
        campaign_ref=data["campaign"] if "campaign" in data else campaign_of(about),
        details=data,
        address=address_of(request),
    )


def kind_of(entry: str) -> Kind:
    return KINDS.get(entry) or KINDS.get(entry.partition("_")[0], Kind.CAMPAIGNS)


def about_words(about: Model) -> str:
    """The row, never what stands in it: “letter:12”."""
    return f"{about._meta.model_name}:{about.pk}"


def campaign_of(about: Model) -> int | None:
    """The campaign that a row belongs to, where it belongs to one."""
    if isinstance(about, Campaign):
        return about.pk
    owner = getattr(about, "action", about)
    number: int | None = getattr(owner, "campaign_id", None)
    return number
