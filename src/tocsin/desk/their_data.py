"""All that is kept of one person, as tables in words, for the person: what they get who ask for their data (L9).

Names of staff are not in it: they are other people's data. Of mails that were sent the mails themselves go along, where
they are still kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tocsin.actions.ending.remains import WORDS_ENDED, opened
from tocsin.actions.exporting.supporters import open_supporter
from tocsin.actions.lists.find import actions_by_digest
from tocsin.actions.models import Action, Letter
from tocsin.actions.question_contract import ANSWERS
from tocsin.campaigns.words import FIELD_KINDS
from tocsin.desk.audit_words import words_of
from tocsin.desk.people_rows import answer_of
from tocsin.desk.read_by_programs import READ, read_by_programs
from tocsin.desk.their_mails import (
    Cell,
    Table,
    as_files,
    letters_in_their_name,
    letters_table,
    mails_table,
    mails_to_them,
    reference,
    what_happened,
)
from tocsin.outbox.models import Suppression
from tocsin.pages.defaults import label
from tocsin.staff.models import AuditLine
from tocsin.supporters.models import Consent, Supporter
from tocsin.supporters.proofs import proofs_of
from tocsin.supporters.purposes import purpose_said


@dataclass(frozen=True, slots=True)
class TheirData:
    """`mails` are the exact bytes of what was sent to them or in their name, by the names of their files."""

    tables: list[Table]
    mails: dict[str, bytes]


def their_data(digest: bytes) -> TheirData:
    """Everything by this digest, in the language that is active."""
    supporter = Supporter.objects.filter(email_digest=digest).first()
    actions = list(actions_by_digest(digest).select_related("edition", "campaign"))
    letters = letters_in_their_name(actions)
    mails = mails_to_them(actions, supporter)
    tables = [
        _details(supporter),
        _actions(actions),
        _answers(actions),
        letters_table(letters),
        what_happened([*(one.message_id for one in letters), *(one.pk for one in mails)]),
        mails_table(mails),
        _consents(supporter),
        _proofs(digest),
        _not_written_to(digest),
        _read_by_staff(supporter, actions, letters),
        read_by_programs(supporter, actions),
    ]
    return TheirData([table for table in tables if table.rows], as_files(letters, mails))


def language_of(digest: bytes) -> str:
    """The person's own, as their last action or their details have it."""
    found = Supporter.objects.filter(email_digest=digest).values_list("language", flat=True).first()
    return found or actions_by_digest(digest).values_list("edition__language", flat=True).first() or ""


def _details(supporter: Supporter | None) -> Table:
    rows: list[list[Cell]] = []
    if supporter:
        said = open_supporter(supporter.email_digest, supporter.sealed)
        rows = [[_called(key), str(value)] for key, value in said.items() if value]
        rows += [[_("Language"), supporter.language], [_("Known since"), supporter.first_seen_at]]
        rows.append([_("Changed"), supporter.changed_at])
    return Table("details", _("Who you are"), {"what": _("What"), "value": _("Value")}, rows)


def _called(key: str) -> str:
    return label(key) if key in FIELD_KINDS else key


def _actions(actions: Iterable[Action]) -> Table:
    columns = {
        "reference": _("Reference"),
        "page": _("Page"),
        "demand": _("Demand"),
        "accepted_at": _("When"),
        "state": _("State"),
        "signs": _("What made us look closer"),
        "riding": _("Riding"),
        "source": _("Where you came from"),
    }
    rows: list[list[Cell]] = [
        [
            reference(one),
            one.edition.words["title"],
            one.edition.words["demand"],
            one.accepted_at,
            one.get_state_display(),
            ", ".join(one.signs),
            one.division,
            _source(one.source),
        ]
        for one in actions
    ]
    return Table("actions", _("What you did"), columns, rows)


def _source(source: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {said}" for name, said in sorted(source.items()))


def _answers(actions: Iterable[Action]) -> Table:
    """All that was sent with each action: details, subject and text, answers, each with what it answers."""
    columns = {"reference": _("Reference"), "what": _("What"), "value": _("What you sent")}
    rows: list[list[Cell]] = [[reference(one), what, value] for one in actions for what, value in _sent(one)]
    return Table("sent", _("What you sent"), columns, rows)


def _sent(action: Action) -> Iterator[tuple[str, str]]:
    act = opened(action.sealed, action.email_digest)
    if act is None:
        yield _("All of it"), _("It cannot be opened: its key is gone.")
        return
    questions = {one["key"]: one["text"] for one in action.edition.words.get("questions", ())}
    asked = {one["purpose"]: one["text"] for one in action.edition.words["consents"]}
    for key, value in act.items():
        if key == ANSWERS:
            yield from ((questions.get(name, name), _yes_or(said)) for name, said in value.items())
        elif key == "consents":
            yield from ((asked.get(name, name), _yes_or(said)) for name, said in value.items())
        elif key == WORDS_ENDED:
            yield _("Words of your letter"), _("Removed: we keep them for a limited time only.")
        else:
            yield _SAID.get(key, _called)(key), _yes_or(value)


# What an act holds beside a person's details.
_SAID = {
    "subject": lambda _key: _("Subject"),
    "text": lambda _key: _("Text"),
    "own_words": lambda _key: _("In your own words"),
    "prompts": lambda _key: _("Answers that became part of the letter"),
    "way": lambda _key: _("Who carries it"),
}


def _yes_or(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value is None:
        return "–"
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _consents(supporter: Supporter | None) -> Table:
    columns = _columns_of_consents() | {"page": _("Page"), "expires_at": _("Until")}
    found = (
        supporter.consents.select_related("wording").order_by("given_at", "pk") if supporter else Consent.objects.none()
    )
    rows: list[list[Cell]] = [
        [
            *(one.given_at, purpose_said(one.purpose), answer_of(one), one.wording.text if one.wording else ""),
            *(one.wording.controller if one.wording else "", one.get_method_display(), one.page_url or one.source),
            one.expires_at or "",
        ]
        for one in (found if supporter else ())
    ]
    return Table("consents", _("What you agreed to"), columns, rows)


def _columns_of_consents() -> dict[str, str]:
    return {
        "given_at": _("When"),
        "purpose": _("Purpose"),
        "answer": _("Answer"),
        "wording": _("Words that were seen"),
        "controller": _("Who asked"),
        "method": _("How"),
    }


def _proofs(digest: bytes) -> Table:
    """Of an earlier time, after which they were erased."""
    rows: list[list[Cell]] = [
        [
            *(one.given_at, purpose_said(one.purpose), _yes_or(one.yes), one.wording.text if one.wording else ""),
            *(one.wording.controller if one.wording else "", one.get_method_display(), one.kept_until),
        ]
        for one in proofs_of(digest)
    ]
    columns = _columns_of_consents() | {"kept_until": _("Kept until")}
    return Table("proofs", _("What proves that you agreed once"), columns, rows)


def _not_written_to(digest: bytes) -> Table:
    rows: list[list[Cell]] = [
        [one.since, one.get_scope_display(), one.get_reason_display()]
        for one in Suppression.objects.filter(digest=digest).order_by("since")
    ]
    columns = {"since": _("Since"), "scope": _("What"), "reason": _("Why")}
    return Table("not_sent", _("What we do not send to you"), columns, rows)


def _read_by_staff(supporter: Supporter | None, actions: list[Action], letters: list[Letter]) -> Table:
    """What staff opened or decided about them, and when. What programs read stands by itself."""
    about = [f"action:{one.pk}" for one in actions] + [f"letter:{one.pk}" for one in letters]
    about += [f"supporter:{supporter.pk}"] if supporter else []
    campaigns = {one.campaign_id for one in actions}
    lines = AuditLine.objects.filter(about__in=about, campaign_ref__in=campaigns) | AuditLine.objects.filter(
        about__in=about, campaign_ref=None
    )
    shown = lines.exclude(what=READ).order_by("at")
    rows: list[list[Cell]] = [[one.at, words_of(one.what), one.about] for one in shown]
    columns = {"at": _("When"), "what": _("What somebody of the organisation did"), "about": _("About")}
    return Table("read_by_staff", _("Who looked at your data"), columns, rows)
