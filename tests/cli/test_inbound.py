"""`tocsin inbound` and `tocsin restored` as a mail server and an operator run them: their exit codes above all."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.cli.conftest import KEYS, Tocsin
from tests.empty_tables import clean_environment
from tocsin import incoming, worker
from tocsin.incoming import Mailbox, whole
from tocsin.outbox.inbound.route import LARGEST

pytestmark = pytest.mark.once


def piped(mail: bytes, folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tocsin.cli", "inbound", *arguments],
        input=mail,
        env=clean_environment(**{"TOCSIN_DIR": str(folder), **changes}),
        capture_output=True,
        timeout=240,
        check=False,
    )


def test_it_works(tmp_path: Path, migrated: None) -> None:
    done = piped(b"Subject: hello\r\n\r\nhello", tmp_path, "--", "-somebody@back.tocsin.example", **KEYS)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"a mail came in: about nothing that we sent" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        ((), {}),
        ((), {**KEYS, "TOCSIN_PORT": "eighty"}),
        ((), {**KEYS, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing"}),
        (("--nonsense",), KEYS),
    ],
)
def test_whatever_goes_wrong_the_mail_server_keeps_the_mail(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    mail = f"In-Reply-To: <{'a' * 26}@tocsin.example>\r\nTo: letters@tocsin.example\r\n\r\nhello".encode()
    done = piped(mail, tmp_path, *arguments, **environment)
    assert done.returncode == 75
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("there", [(), ("tocsin.env",)])
def test_the_operators_script_keeps_the_mail_while_something_is_missing(tmp_path: Path, there: tuple[str, ...]) -> None:
    """As in the middle of an upgrade. A shell's own numbers would have Postfix send the mail back."""
    page = (Path(__file__).parents[2] / "docs" / "operators" / "mail.md").read_text()
    script = page[page.index("    #!/bin/sh\n") :].partition("\n\n")[0].replace("/home/tocsin", str(tmp_path))
    for name in there:
        (tmp_path / name).touch()
    assert subprocess.run(["/bin/sh", "-c", script], stderr=subprocess.DEVNULL, check=False).returncode == 75


def test_help_is_no_failure(tmp_path: Path) -> None:
    assert piped(b"", tmp_path, "--help", **KEYS).returncode == 0


class Endless:
    """A mail that is larger than it may be."""

    def __init__(self) -> None:
        self.left = LARGEST + 3_000_000

    def read(self, most: int) -> bytes:
        given = min(most, self.left)
        self.left -= given
        return b"x" * given


def test_a_mail_is_read_to_its_end() -> None:
    stream = Endless()
    assert len(whole(stream)) == LARGEST + 1  # type: ignore[arg-type]
    assert stream.left == 0


def test_restored_without_a_journal(migrated: None, tocsin: Tocsin) -> None:
    done = tocsin("restored", **KEYS)
    assert done.returncode == 0
    assert "There is no sent journal" in done.stdout
    assert "0 sent, 0 uncertain, 0 refused, 0 held." in done.stdout


@pytest.mark.parametrize("command", ["makemigrations", "check"])
def test_the_folder_need_not_be_there(tocsin: Tocsin, tmp_path: Path, command: str) -> None:
    done = tocsin(
        command, *(["--check"] if command == "makemigrations" else []), **KEYS, TOCSIN_DIR=str(tmp_path / "a/b")
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert (tmp_path / "a/b").is_dir()


def test_a_folder_that_cannot_be_made_is_one_sentence(tocsin: Tocsin) -> None:
    done = tocsin("makemigrations", "--check", **KEYS, TOCSIN_DIR="/proc/nothing-can-be-made-here")
    assert done.returncode == 2
    assert done.stderr.startswith("TOCSIN_DIR names ")
    assert done.stderr.count("\n") == 1


def test_the_mailbox_is_looked_into_every_half_minute(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [2, 0, 0]
    clock = [100.0]
    monkeypatch.setattr(incoming, "look_into", lambda *_arguments, **_words: found.pop(0))
    monkeypatch.setattr(incoming, "monotonic", lambda: clock[0])
    mailbox = Mailbox(lambda: False)
    assert [mailbox() for _ in range(4)] == [2, 0, 0, 0]
    assert len(found) == 1
    clock[0] += 31
    mailbox()
    assert found == []


def test_only_where_there_is_a_mailbox(settings: Settings) -> None:
    stop = threading.Event()
    assert "mailbox" not in [line.name for line in worker.lines_here(stop)]
    settings.TOCSIN_INBOUND_URL = settings.TOCSIN_INBOUND_URL._replace(scheme="imaps")
    assert "mailbox" in [line.name for line in worker.lines_here(stop)]
