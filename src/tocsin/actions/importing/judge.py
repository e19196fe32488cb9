"""Judges the rows of a file some hundreds at once: new, known, the same already, twice, left, stopped, or wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext as _

from tocsin.actions.exporting.supporters import reasons_to_send_nothing
from tocsin.actions.importing.read_person import Agreement, FilePerson, Mistyped, WrongRow, read_person
from tocsin.outbox.models import Suppression
from tocsin.supporters.current import current_consents, withdrawals
from tocsin.supporters.models import Consent, Supporter, SupporterImport


class Outcome(StrEnum):
    NEW = "new"
    KNOWN = "known"
    SAME = "same"
    TWICE = "twice"
    LEFT = "left"
    STOPPED = "stopped"
    WRONG = "wrong"


TAKEN = {Outcome.NEW, Outcome.KNOWN}
# Neither taken nor to be mended: they are what they would become.
LEFT_OUT = {Outcome.TWICE, Outcome.LEFT, Outcome.STOPPED, Outcome.WRONG}


@dataclass(frozen=True, slots=True)
class Judged:
    """One row of the file, with what would become of it, or why it is left out. `mistyped`: its address looks so, and
    is what it is left out for, or is taken as it is typed."""

    number: int
    row: list[str]
    outcome: Outcome
    sentence: str = ""
    person: FilePerson | None = None
    mistyped: bool = False

    @property
    def is_doubtful(self) -> bool:
        return bool(self.person and self.person.remark and not self.mistyped and self.outcome in TAKEN)


class Judge:
    """Remembers who was in the file already; asks the database four questions for each batch."""

    def __init__(self, upload: SupporterImport) -> None:
        self.upload, self.agreement = upload, Agreement.of(upload.consent)
        self._columns: dict[str, int] = upload.mapping.get("columns", {})
        self._as_typed = bool(upload.mapping.get("as_typed"))
        self._seen: dict[bytes, int] = {}

    def judge(self, rows: Iterable[tuple[int, list[str]]]) -> list[Judged]:
        """In the order of the rows. The first column's row has number 2, as in a spreadsheet."""
        read = [self._read(number, row) for number, row in rows]
        facts = _Facts.about([one.person for one in read if one.person], self.agreement.purpose, self.upload)
        return [_remarked(self._compared(one, facts)) if one.person else one for one in read]

    def _read(self, number: int, row: list[str]) -> Judged:
        cells = {name: row[at] for name, at in self._columns.items() if at < len(row)}
        try:
            person = read_person(cells, self.agreement, as_typed=self._as_typed)
        except WrongRow as wrong:
            return Judged(number, row, Outcome.WRONG, str(wrong), mistyped=isinstance(wrong, Mistyped))
        if first := self._seen.get(person.digest):
            said = _("Row %(row)s is the same person. This one is left out.") % {"row": first}
            return Judged(number, row, Outcome.TWICE, said)
        self._seen[person.digest] = number
        return Judged(number, row, Outcome.NEW, person=person)

    def _compared(self, one: Judged, facts: _Facts) -> Judged:
        digest = one.person.digest if one.person else b""
        if reason := facts.stopped.get(digest):
            why = _("Nothing is sent to this address any more: %(reason)s.")
            return Judged(one.number, one.row, Outcome.STOPPED, why % {"reason": Suppression.Reason(reason).label})
        if digest in facts.left:
            return Judged(
                one.number,
                one.row,
                Outcome.LEFT,
                _("This person left. Only their own link brings them back, and no file does."),
            )
        if digest in facts.agreed:
            return Judged(one.number, one.row, Outcome.SAME, _("Agreed already, and nothing changes."), one.person)
        outcome = Outcome.KNOWN if digest in facts.known else Outcome.NEW
        said = {
            Outcome.KNOWN: _("Is known already: the consent is added, and what the person gave themselves stays."),
            Outcome.NEW: _("Will be added."),
        }
        return Judged(one.number, one.row, outcome, said[outcome], one.person)


def _remarked(one: Judged) -> Judged:
    """With what to look at again, where it is taken all the same."""
    if not one.person or not one.person.remark or one.outcome not in TAKEN:
        return one
    return replace(one, sentence=f"{one.sentence} {one.person.remark}", mistyped=one.person.mistyped)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of the people of one batch, by their digests."""

    known: set[bytes]
    agreed: set[bytes]
    left: set[bytes]
    stopped: dict[bytes, str]

    @classmethod
    def about(cls, people: list[FilePerson], purpose: str, upload: SupporterImport) -> _Facts:
        digests = [one.digest for one in people]
        rows = Supporter.objects.filter(email_digest__in=digests)
        known = {pk: bytes(digest) for pk, digest in rows.values_list("pk", "email_digest")}
        # What this very import did before it broke off is not what there was.
        others = Q(import_ref=None) | ~Q(import_ref=upload.pk)
        agreed = current_consents(purpose).filter(others, supporter__in=known)
        if upload.consent.get("basis") == Consent.Basis.EXPRESS:
            agreed = agreed.filter(basis=Consent.Basis.EXPRESS)
        left = withdrawals(purpose).filter(supporter__in=known)
        return cls(
            known=set(known.values()),
            agreed={known[pk] for pk in agreed.values_list("supporter_id", flat=True)},
            left={known[pk] for pk in left.values_list("supporter_id", flat=True)},
            stopped=reasons_to_send_nothing(digests),
        )
