"""The audit log: each line after the one before, none changed or taken out unseen, and many writers at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from tocsin.staff import audit
from tocsin.staff.append_only import allow_changes, refuse_changes
from tocsin.staff.models import AuditLine, AuditProof

TABLE, PROOFS = AuditLine._meta.db_table, AuditProof._meta.db_table


def write(what: str = "letter_opened", **said: object) -> AuditLine:
    return audit.write(what, kind="people", **said)  # type: ignore[arg-type]


def unseen(statement: str) -> None:
    """What somebody does who has the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_it_works(jane: User) -> None:
    first = write(who=jane, about="letter:1", campaign_ref=7, details={"letters": 3}, address="192.0.2.1")
    second = write("signed_in", who=jane)
    assert (first.before, second.before) == (audit.BEGINNING, first.sha256)
    assert first.who_name == "Jane Doe"
    assert audit.walk() == audit.Chain(2, second.sha256)


def test_a_line_says_what_was_said_when_it_is_read_again(jane: User) -> None:
    """The hash is reckoned from the row: a database that rounds or reorders would break the chain."""
    write(who=jane, details={"b": 1, "a": [None, True, 1.5, "é “x”"], "at": "2026-06-15T12:00:00.123456+00:00"})
    assert audit.walk().broken_at is None


def test_what_is_undone_leaves_no_line(jane: User) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not AuditLine.objects.exists()
    write()
    assert audit.walk().lines == 1


def test_the_name_stays_when_the_account_is_gone(jane: User) -> None:
    write(who=jane)
    pk = jane.pk
    jane.delete()
    line = AuditLine.objects.get()
    assert (line.who_id, line.who_name) == (pk, "Jane Doe")
    assert audit.walk().broken_at is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET who_name = 'Somebody else' WHERE id = {second}",
        "UPDATE {table} SET details = '{{}}' WHERE id = {second}",
        "UPDATE {table} SET address = '' WHERE id = {second}",
        "UPDATE {table} SET kind = 'pages' WHERE id = {second}",
        "DELETE FROM {table} WHERE id = {second}",
        "DELETE FROM {table} WHERE id = {first}",
    ],
)
def test_a_change_breaks_the_chain(db: None, statement: str) -> None:
    first, second = write(), write(details={"letters": 3}, address="192.0.2.1")
    write()
    unseen(statement.format(table=TABLE, first=first.pk, second=second.pk))
    assert audit.walk().broken_at is not None
    assert not audit.prove_audit().whole


def test_lines_cut_off_at_the_end_are_missed_by_the_next_proof(db: None) -> None:
    write()
    last = write()
    assert audit.prove_audit().whole
    AuditLine.objects.filter(pk=last.pk).delete()
    proof = audit.prove_audit()
    assert (proof.whole, proof.broken_at) == (False, None)


def test_a_log_that_was_cut_off_is_not_whole_again_the_next_night(db: None) -> None:
    write()
    last = write()
    audit.prove_audit()
    AuditLine.objects.filter(pk=last.pk).delete()
    write()
    assert [audit.prove_audit().whole for _ in range(2)] == [False, False]


def test_an_empty_log_is_whole(db: None) -> None:
    assert audit.prove_audit().whole
    write()
    assert audit.prove_audit().whole
    assert AuditProof.objects.count() == 2


def test_a_walk_reads_by_the_thousand(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "LINES_AT_ONCE", 2)
    lines = [write() for _ in range(5)]
    assert audit.walk() == audit.Chain(5, lines[-1].sha256)


def test_a_line_is_never_changed_by_us(db: None) -> None:
    line = write()
    line.what = "nothing"
    with pytest.raises(ValidationError):
        line.save()
    with pytest.raises(ValidationError):
        line.delete()


def test_a_proof_is_never_changed_by_us(db: None) -> None:
    proof = audit.prove_audit()
    proof.whole = False
    with pytest.raises(ValidationError):
        proof.save()
    with pytest.raises(ValidationError):
        proof.delete()


@pytest.fixture
def refusing(db: None) -> Iterator[None]:
    """The triggers that the migrations make: these tests make their tables straight from the models."""
    for table in (TABLE, PROOFS):
        refuse_changes(connection, table)
    yield
    for table in (TABLE, PROOFS):
        allow_changes(connection, table)


@pytest.mark.parametrize("table", [TABLE, PROOFS])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_database_itself_refuses(refusing: None, statement: str, table: str) -> None:
    write()
    audit.prove_audit()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        unseen(statement.format(table=table))
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditLine.objects.update(what="x")
    write()
    assert audit.walk().lines == 2
    assert audit.prove_audit().whole


@pytest.mark.django_db(transaction=True)
def test_many_writers_make_one_chain() -> None:
    """Whoever comes second in the same moment follows the first."""
    ready = threading.Barrier(8)

    def some(_number: int) -> None:
        ready.wait()
        try:
            for _ in range(10):
                write()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(some, range(8)))
    assert audit.walk().lines == 80
    assert audit.walk().broken_at is None
