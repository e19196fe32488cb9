"""What each step of an import does: read, check, carry out, take back. Each may be begun again from its start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tocsin.actions.exporting.store import FILES
from tocsin.actions.importing.columns import PERSON_FIELDS
from tocsin.actions.importing.files import LIMITS, batches_in, keep_rows, whole
from tocsin.actions.importing.judge import LEFT_OUT, TAKEN, Judge, Judged, Outcome
from tocsin.actions.importing.store_people import store_people, wording_of
from tocsin.actions.long_work import Work
from tocsin.actions.models import Action, UpdateCopy
from tocsin.actions.telling import tell_of_consents
from tocsin.actions.updates.copies import still_here
from tocsin.campaigns.import_columns import guess
from tocsin.campaigns.import_file import stream_table
from tocsin.lib.csvlines import LinesInto
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.controls import Copies, cancel
from tocsin.supporters.current import current_consents
from tocsin.supporters.models import Consent, Supporter, SupporterImport

State = SupporterImport.State
AT_ONCE = 500
ROWS_NAMED = 20


def read(work: Work) -> None:
    """The uploaded file as sealed rows, and what its columns seem to mean. Raises CannotBeRead."""
    rows = stream_table(whole(work.row.upload), LIMITS)
    columns = next(rows)
    counted = _Counted(rows, work)
    name, upload = keep_rows(work.row.pk, counted), work.row.upload
    mapping = {"columns": guess(columns, PERSON_FIELDS)}
    work.end(State.READ, rows_file=name, upload="", columns=columns, mapping=mapping, rows=counted.done)
    FILES.remove(upload)  # last: broken off before, it is read again


class _Counted:
    def __init__(self, rows: Iterator[list[str]], work: Work) -> None:
        self._rows, self._work, self.done = rows, work, 0

    def __iter__(self) -> Iterator[list[str]]:
        for row in self._rows:
            self.done += 1
            self._work.tell(self.done)
            yield row


def check(work: Work) -> None:
    """Judges every row, changes nothing, and keeps those that are left out as a file to mend."""
    upload, judge, numbers, doubtful, mistyped = work.row, Judge(work.row), Counter[str](), list[int](), list[int]()
    name, before = FILES.new_name("left", upload.pk), upload.left_out_file
    with FILES.write(name) as file:
        lines = LinesInto(file)
        lines.add([_("Reason"), *upload.columns])
        for rows in batches_in(upload):
            judged = judge.judge(rows)
            numbers.update(one.outcome for one in judged)
            doubtful += [one.number for one in judged if one.is_doubtful]
            mistyped += [one.number for one in judged if one.mistyped]
            for one in judged:
                if one.outcome in LEFT_OUT:
                    lines.add([one.sentence, *one.row])
            work.tell(sum(numbers.values()))
    found: dict[str, int | list[int]] = {str(outcome): numbers[outcome] for outcome in Outcome}
    found |= _to_look_at("doubtful", doubtful) | _to_look_at("mistyped", mistyped)
    work.end(State.CHECKED, numbers=found, left_out_file=name, rows_done=sum(numbers.values()))
    FILES.remove(before)


def _to_look_at(name: str, rows: list[int]) -> dict[str, int | list[int]]:
    """How many rows somebody should look at, and the first of them."""
    return {name: len(rows), f"{name}_rows": rows[:ROWS_NAMED]}


def carry_out(work: Work) -> None:
    """Stores the people and their consents, a batch in each transaction. Begun again, it stores nobody twice."""
    upload, judge, done = work.row, Judge(work.row), 0
    wording = wording_of(judge.agreement)
    for rows in batches_in(upload):
        judged = judge.judge(rows)
        people = [one.person for one in judged if one.person and one.outcome in TAKEN]
        with transaction.atomic():
            store_people(people, upload, judge.agreement, wording)
        done += len(judged)
        work.tell(done)
    made = {
        "added": Supporter.objects.filter(import_ref=upload.pk).count(),
        "consents": Consent.objects.filter(import_ref=upload.pk).count(),
    }
    work.end(State.DONE, numbers={**upload.numbers, **made}, rows_done=done, done_at=timezone.now())


def take_back(work: Work) -> None:
    """Removes the consents that the file brought, then the people that it brought and that did nothing since. What was
    to be mailed to either stays here."""
    upload, done = work.row, 0
    while consents := list(Consent.objects.filter(import_ref=upload.pk)[:AT_ONCE]):
        done += _remove_consents(consents)
        work.tell(done)
    removed = _remove_people(work, done)
    stayed = Supporter.objects.filter(import_ref=upload.pk).count()
    numbers = {**upload.numbers, "removed": removed, "stayed": stayed}
    work.end(State.UNDONE, numbers=numbers, rows_done=done + removed)


@transaction.atomic
def _remove_consents(consents: list[Consent]) -> int:
    """With the copies that were made because of them; whoever agreed elsewhere besides still gets theirs."""
    tell_of_consents(EventKind.CONSENT_WITHDRAWN, consents)
    removed: int = Consent.objects.filter(pk__in=[one.pk for one in consents]).delete()[0]
    for purpose in sorted({one.purpose for one in consents}):
        people = {one.supporter_id for one in consents if one.purpose == purpose}
        people -= set(current_consents(purpose).filter(supporter__in=people).values_list("supporter_id", flat=True))
        _cancel_copies(UpdateCopy.objects.filter(supporter__in=people, update_sent__purpose=purpose))
    return removed


def _cancel_copies(copies: QuerySet[UpdateCopy]) -> None:
    cancel(Copies(still_here(copies)))


def _remove_people(work: Work, done: int) -> int:
    last = removed = 0
    rows = Supporter.objects.filter(import_ref=work.row.pk).order_by("pk")
    while some := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            # Locked, so that no copy is made for them between the look at their copies and their end.
            locked = list(Supporter.objects.select_for_update().filter(pk__in=some).order_by("pk"))
            busy = set(Action.objects.filter(supporter__in=some).values_list("supporter_id", flat=True))
            busy |= set(Consent.objects.filter(supporter__in=some).values_list("supporter_id", flat=True))
            idle = [one.pk for one in locked if one.pk not in busy]
            # Their copies go with them, and nothing would find the mails any more: not even who stops the update.
            _cancel_copies(UpdateCopy.objects.filter(supporter__in=idle))
            Supporter.objects.filter(pk__in=idle).delete()
        removed, last = removed + len(idle), some[-1]
        work.tell(done + removed)
    return removed


def judged_first(upload: SupporterImport, most: int) -> list[Judged]:
    """The first rows with what would become of them, to look at."""
    rows = next(iter(batches_in(upload)), ())[:most]
    return Judge(upload).judge(rows)
