"""After a restore nothing is sent twice: what the journal knows is believed, everything else waits for staff (F28)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left
from tests.outbox.sink import Sink
from tocsin.outbox.carried import carry
from tocsin.outbox.journal import journal_files, read_journal
from tocsin.outbox.models import Kind, Message, Notice
from tocsin.outbox.restore import RESTORED, Restored, put_right, release_restored
from tocsin.outbox.states import State


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.django_db
def test_it_works(sink: Sink) -> None:
    sent, begun, refused, unknown = [left(number) for number in range(4)]
    journal = [
        *((sent.ref, "dot"), (sent.ref, "sent")),
        *((begun.ref, "refused"), (begun.ref, "dot")),
        *((refused.ref, "dot"), (refused.ref, "refused")),
        ("z" * 26, "sent"),
    ]
    done = put_right(journal)
    assert done == Restored(sent=1, uncertain=1, refused=1, held=1)
    assert states() == [State.SENT, State.UNCERTAIN, State.REFUSED, State.HELD]
    assert not Message.objects.filter(due_at__isnull=False).exists()
    assert Message.objects.get(pk=unknown.pk).last_words == RESTORED
    assert deliver_batch() == 0
    assert Notice.objects.get().words == "1 sent, 1 uncertain, 1 refused, 1 held"


@pytest.mark.django_db
def test_letters_of_a_digest_that_the_backup_does_not_know(sink: Sink) -> None:
    """As in last night's backup, where they waited for this morning's digest."""
    letters = [left(number, target_ref=12, gathered=True) for number in (1, 2)]
    later = left(3, target_ref=12, gathered=True)
    digest = left(99, key="digest:12:7:2026-11-24:1", kind=Kind.DIGEST, target_ref=12)
    carry([one.pk for one in letters], digest.pk)
    assert deliver_batch() == 1
    Message.objects.update(carrier=None, state=State.WAITING)
    Message.objects.filter(pk=digest.pk).delete()
    assert put_right(read_journal(journal_files())) == Restored(sent=2, uncertain=0, refused=0, held=1)
    release_restored()
    next_one = left(98, key="digest:12:7:2026-11-25:1", kind=Kind.DIGEST, target_ref=12)
    assert carry([one.pk for one in (*letters, later)], next_one.pk) == 1


@pytest.mark.django_db
def test_a_digest_of_the_backup_whose_letters_left_in_another() -> None:
    """It was stopped after the backup; released from what a restore holds, it would bring them once more."""
    gone, waiting = [left(number, target_ref=12, gathered=True) for number in (1, 2)]
    stopped = left(99, key="digest:12:7:2026-11-24:1", kind=Kind.DIGEST, target_ref=12)
    carry([gone.pk, waiting.pk], stopped.pk)
    put_right([(gone.ref, "dot"), (gone.ref, "sent"), ("z" * 26, "sent")])
    assert states() == [State.SENT, State.HELD, State.CANCELLED]
    assert not Message.objects.exclude(carrier=None).exists()
    assert release_restored() == 1
    assert states() == [State.SENT, State.WAITING, State.CANCELLED]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.WAITING, State.DEFERRED, State.SENDING, State.UNCERTAIN, State.HELD])
def test_once_sent_is_sent(state: State) -> None:
    message = left()
    Message.objects.update(state=state)
    put_right([(message.ref, "sent"), (message.ref, "dot"), (message.ref, "refused")])
    assert states() == [State.SENT]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.CANCELLED, State.BOUNCED, State.REPLIED, State.REFUSED])
def test_what_the_backup_knows_better(state: State) -> None:
    message = left()
    Message.objects.update(state=state)
    put_right([(message.ref, "sent")])
    assert states() == [state]


@pytest.mark.django_db
def test_staff_release_it(sink: Sink) -> None:
    left(1)
    held_before = left(2, held=True)
    gathered = left(3)
    Message.objects.filter(pk=gathered.pk).update(gathered=True, due_at=None)
    put_right([])
    assert states() == [State.HELD] * 3
    assert release_restored() == 2
    assert states() == [State.WAITING, State.HELD, State.WAITING]
    assert deliver_batch() == 1
    assert Message.objects.get(pk=held_before.pk).last_words == ""
    assert Notice.objects.get().settled_at is not None
    assert release_restored() == 0


@pytest.mark.django_db
def test_run_twice_by_mistake() -> None:
    left()
    put_right([])
    assert put_right([]) == Restored(0, 0, 0, 0)
    assert states() == [State.HELD]
    assert Notice.objects.count() == 1


@pytest.mark.django_db
def test_many_at_once() -> None:
    refs = [left(number).ref for number in range(1200)]
    assert put_right((ref, "sent") for ref in refs).sent == 1200


@pytest.mark.once
def test_the_journal(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    assert journal_files() == []
    folder.mkdir()
    ref = "abcdefghijklmnopqrstuvwxy2"
    (folder / "sent-20261125.log").write_text(f"2026-11-25T00:00:00.000Z {ref} sent\n2026-11-25T00:00:01.000Z {ref} se")
    (folder / "sent-20261124.log").write_text(f"nonsense\n2026-11-24T00:00:00.000Z {ref} dot\n\xff\n", "latin-1")
    (folder / "other.log").write_text(f"2026-11-24T00:00:00.000Z {ref} refused\n")
    assert list(read_journal(journal_files())) == [(ref, "dot"), (ref, "sent")]
    assert [file.name for file in journal_files(str(folder / "other.log"))] == ["other.log"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the backup is a copy of the file")
def test_last_nights_backup(sink: Sink, tmp_path: Path) -> None:
    """The whole of it: a copy of the file, a day of work, the copy put back, and the journal of the day."""
    for number in range(6):
        left(number)
    deliver_batch(2)
    backup = tmp_path / "backup"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(backup)])
    deliver_batch(3)
    journal = [(mail.mail["Message-ID"].strip("<>").partition("@")[0], "sent") for mail in sink.taken]
    assert len(journal) == 5
    _put_back(backup)
    assert states().count(State.WAITING) == 4
    assert put_right(journal) == Restored(sent=3, uncertain=0, refused=0, held=1)
    assert deliver_batch() == 0
    release_restored()
    deliver_batch()
    arrived = [mail.mail["Message-ID"] for mail in sink.taken]
    assert len(arrived) == len(set(arrived)) == 6


def _put_back(backup: Path) -> None:
    """By SQLite's own way of copying: a file that is changed under open connections would belong to nobody."""
    connection.ensure_connection()
    with closing(sqlite3.connect(backup)) as source:
        source.backup(connection.connection)
