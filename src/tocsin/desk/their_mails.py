"""A person's letters and the mails that went to them, as tables in words, and the mails themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tocsin.actions.mails_about import letters_of, mails_to_people
from tocsin.actions.models import Action, Letter
from tocsin.actions.updates.models import UpdateCopy
from tocsin.lib.sealing import CannotOpen
from tocsin.outbox.models import Delivery, Event, Message
from tocsin.outbox.post import SealIsBroken, open_mail
from tocsin.supporters.models import Supporter

# A text, a number, yes or no, a moment, or nothing.
type Cell = object


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of what is kept. `name` and the keys of `columns` are for programs, the words for people."""

    name: str
    title: str
    columns: dict[str, str]
    rows: list[list[Cell]]


def reference(action: Action) -> str:
    return f"{action.campaign_id}-{action.pk}"


def letters_in_their_name(actions: Iterable[Action]) -> list[Letter]:
    rows = Letter.objects.filter(action__in=list(actions)).select_related("message", "target", "action")
    return list(rows.order_by("pk"))


def letters_table(letters: Iterable[Letter]) -> Table:
    columns = {
        "reference": _("Reference"),
        "target": _("To"),
        "state": _("State"),
        "since": _("Since"),
        "words": _("What was said"),
        "sha256": "SHA-256",
    }
    rows: list[list[Cell]] = [
        [
            *(reference(one.action), one.target.name, one.message.get_state_display(), one.message.state_since),
            *(one.message.last_words, one.message.sha256),
        ]
        for one in letters
    ]
    return Table("letters", _("Your letters"), columns, rows)


def mails_to_them(actions: list[Action], supporter: Supporter | None) -> list[Message]:
    """Also letters that were written anew since."""
    numbers = {one.pk: one.campaign_id for one in actions}
    copies = UpdateCopy.objects.filter(supporter=supporter).values_list("message", flat=True) if supporter else []
    rows = Message.objects.filter(pk__in=[*mails_to_people(numbers), *copies, *letters_of(numbers)])
    return list(rows.filter(letter=None).order_by("pk"))


def mails_table(mails: Iterable[Message]) -> Table:
    columns = {"kind": _("Kind"), "made_at": _("When"), "state": _("State"), "words": _("What was said"), "ref": "Ref"}
    rows: list[list[Cell]] = [
        [one.get_kind_display(), one.created_at, one.get_state_display(), one.last_words, one.ref] for one in mails
    ]
    return Table("mails", _("Mails that we sent to you"), columns, rows)


def what_happened(messages: list[int]) -> Table:
    """Every attempt, and everything that came back."""
    columns = {"ref": "Ref", "at": _("When"), "what": _("What happened"), "server": _("Server")}
    columns |= {"words": _("What was said")}
    attempts = Delivery.objects.filter(message__in=messages).select_related("message").defer("message__sealed")
    events = Event.objects.filter(message__in=messages).select_related("message").defer("message__sealed")
    rows: list[list[Cell]] = [
        *([one.message.ref, one.started_at, one.get_outcome_display(), one.server, one.words] for one in attempts),
        *([one.message.ref, one.at, one.get_kind_display(), one.source, one.words] for one in events),
    ]
    return Table("attempts", _("What happened to letters and mails"), columns, rows)


def as_files(letters: Iterable[Letter], mails: Iterable[Message]) -> dict[str, bytes]:
    """The exact bytes of those that are still kept, by the names of their files."""
    found = {}
    for message in [*(one.message for one in letters), *mails]:
        try:
            found[f"{message.kind}-{message.ref}.eml"] = open_mail(message).data
        except (CannotOpen, SealIsBroken):
            continue
    return found
