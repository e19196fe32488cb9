"""A line of the audit log in words: who, what, about whom or what. Names are looked up for a screenful at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import registry

from tocsin.campaigns.models import Campaign
from tocsin.desk.export_form import filter_named
from tocsin.desk.journal import ENTRIES, OURS, THEIRS
from tocsin.staff.audit import name_of
from tocsin.staff.models import AuditLine, Membership

A_PERSON = "user:"
# What stands in a line for itself, and is said elsewhere in its row.
SAID_ELSEWHERE = {"title", "campaign"}
# What stands in a line's details, as people read it. A name that nobody knows any more is shown as it is.
DETAILS: dict[str, Promise] = {
    "actions": gettext_lazy("actions"),
    "added": gettext_lazy("added"),
    "answer": gettext_lazy("answer"),
    "answers": gettext_lazy("answers"),
    "as_typed": gettext_lazy("addresses as they are typed"),
    "at": gettext_lazy("from then on"),
    "audience": gettext_lazy("to whom"),
    "basis": gettext_lazy("basis"),
    "chosen": gettext_lazy("chosen"),
    "codes": gettext_lazy("postal codes"),
    "decision": gettext_lazy("decision"),
    "editions": gettext_lazy("editions"),
    "export": gettext_lazy("export"),
    "fields": gettext_lazy("what changed"),
    "filter": gettext_lazy("filter"),
    "format": gettext_lazy("kind of file"),
    "found": gettext_lazy("found"),
    "from": gettext_lazy("from number"),
    "hand_in": gettext_lazy("hand-in"),
    "key": gettext_lazy("key"),
    "kind": gettext_lazy("kind"),
    "kinds": gettext_lazy("told of"),
    "language": gettext_lazy("language"),
    "letters": gettext_lazy("letters"),
    "line": gettext_lazy("line"),
    "lines": gettext_lazy("lines"),
    "list": gettext_lazy("list"),
    "live": gettext_lazy("what is live"),
    "mail": gettext_lazy("mail"),
    "method": gettext_lazy("request"),
    "new": gettext_lazy("a new campaign"),
    "path": gettext_lazy("address"),
    "people": gettext_lazy("people"),
    "preset": gettext_lazy("columns for"),
    "mails_stopped": gettext_lazy("mails stopped"),
    "purpose": gettext_lazy("purpose"),
    "removed": gettext_lazy("removed"),
    "role": gettext_lazy("role"),
    "rows": gettext_lazy("rows"),
    "scopes": gettext_lazy("what it may do"),
    "sessions": gettext_lazy("sessions"),
    "sha256": gettext_lazy("fingerprint"),
    "source": gettext_lazy("source"),
    "stopped": gettext_lazy("mails stopped"),
    "supporters": gettext_lazy("supporters"),
    "target": gettext_lazy("target"),
    "targets": gettext_lazy("targets"),
    "ticked": gettext_lazy("at once"),
    "to": gettext_lazy("to number"),
    "trial": gettext_lazy("trial"),
    "type": gettext_lazy("kind"),
    "update": gettext_lazy("update"),
    "upload": gettext_lazy("import"),
    "which": gettext_lazy("filter"),
    "with_people": gettext_lazy("with personal data"),
    "words": gettext_lazy("letters whose words ended"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with the campaign that it is about, and the name of the member of staff, where it is about one."""

    line: AuditLine
    campaign: Campaign | None
    person: str

    @property
    def who(self) -> str:
        if self.line.who_name:
            return self.line.who_name
        return _("an account that there is not") if self.line.what == "sign_in_failed" else _("Tocsin itself")

    @property
    def what(self) -> str:
        return words_of(self.line.what)

    @property
    def about(self) -> str:
        return str(self.person or self.line.details.get("title") or thing_said(self.line.about))

    @property
    def more(self) -> list[tuple[str, Any]]:
        said = [(name, value) for name, value in self.line.details.items() if name not in SAID_ELSEWHERE]
        return [(str(DETAILS.get(name, name)), _value(name, value)) for name, value in said]


def shown(lines: Sequence[AuditLine]) -> list[Shown]:
    """In two queries, however many lines there are."""
    campaigns = Campaign.objects.in_bulk({line.campaign_ref for line in lines if line.campaign_ref})
    people = User.objects.in_bulk({number for line in lines if (number := _number_of_a_person(line))})
    return [
        Shown(
            line,
            campaigns.get(line.campaign_ref or 0),
            name_of(people[number]) if (number := _number_of_a_person(line)) in people else "",
        )
        for line in lines
    ]


def words_of(what: str) -> str:
    """What was done, as a sentence; a word that nobody knows any more, as it is."""
    if entry := ENTRIES.get(OURS + what):
        return str(entry[1])
    if what in THEIRS:
        return str(THEIRS[what])
    if not registry.action_exists(what):
        return what
    wagtails = registry.formatters[what]
    return str(wagtails.message or wagtails.label)


def _number_of_a_person(line: AuditLine) -> int:
    number = line.about.removeprefix(A_PERSON)
    return int(number) if line.about.startswith(A_PERSON) and number.isascii() and number.isdigit() else 0


def _role(value: str) -> str:
    return Membership(role=value).short_role


def _value(name: str, value: Any) -> Any:
    if name == "role":
        return _role(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return ", ".join(f"{filter_named(one)}: {said}" for one, said in sorted(value.items())) or "–"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else value


def thing_said(about: str) -> str:
    """What a line is about, as people call it: “letter 12” for letter:12. An address that somebody was refused, and
    what there is no more, as it is."""
    kind, _colon, number = about.partition(":")
    known = _things().get(kind)
    return f"{known} {number}" if known and number else about


@cache
def _things() -> dict[str, str | Promise]:
    return {str(model._meta.model_name): model._meta.verbose_name or "" for model in apps.get_models()}
