"""The sent journal: on the disk before the dot, and nothing personal in it."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left
from tests.outbox.sink import HANG_UP, Sink
from tocsin.outbox import journal
from tocsin.outbox.journal import journal_files, note, read_journal
from tocsin.outbox.models import Message
from tocsin.outbox.states import State

REF, OTHER = "a" * 26, "b" * 26


def files(folder: Path) -> list[Path]:
    return sorted((folder / "journal").iterdir())


@pytest.mark.django_db
def test_it_works(sink: Sink, tmp_path: Path) -> None:
    message, refused, unknown = left(1), left(2), left(3)
    sink.at_dot.extend(["", "554 5.6.0 No", HANG_UP])
    deliver_batch()
    assert list(read_journal(journal_files())) == [
        (message.ref, "dot"),
        (message.ref, "sent"),
        (refused.ref, "dot"),
        (refused.ref, "refused"),
        (unknown.ref, "dot"),
    ]
    [file] = files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "jane" not in file.read_text().lower()


@pytest.mark.django_db
def test_what_did_not_come_to_the_dot_is_not_in_it(sink: Sink) -> None:
    left(1)
    sink.at_recipient.append("550 5.1.1 No")
    deliver_batch()
    assert list(read_journal(journal_files())) == []


@pytest.mark.django_db
def test_a_journal_that_cannot_be_written_sends_nothing(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    left(1)

    def full(_lines: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "note", full)
    with pytest.raises(OSError, match="No space"):
        deliver_batch()
    monkeypatch.undo()
    assert sink.taken == []
    assert Message.objects.get().state == State.WAITING


def test_each_day_has_a_file_and_they_are_read_in_order(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TOCSIN_JOURNAL = str(tmp_path / "elsewhere" / "out.txt")
    note([(OTHER, "dot")])
    [today] = (tmp_path / "elsewhere").iterdir()
    assert today.name == f"out-{datetime.now(UTC):%Y%m%d}.txt"
    (today.parent / "out-20200101.txt").write_text(f"2020-01-01T00:00:00.000Z {REF} sent\n")
    read = list(read_journal(journal_files()))
    assert read[0] == (REF, "sent")
    assert [ref for ref, _what in read] == [REF, OTHER]


def test_a_torn_line_is_passed_by(tmp_path: Path) -> None:
    note([(REF, "dot"), (REF, "sent")])
    [file] = files(tmp_path)
    with file.open("a") as end:
        end.write(f"2026-11-24T00:00:00.000Z {OTHER} se")
    assert [what for _ref, what in read_journal(journal_files())] == ["dot", "sent"]


def test_there_is_no_journal_yet() -> None:
    assert list(read_journal(journal_files())) == []
    note([])
    assert not journal.journal_path().parent.exists()
