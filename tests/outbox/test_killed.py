"""A worker is killed at every stage of handing over a letter: none is lost, none arrives twice (faults F3 to F8)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left
from tests.outbox.sink import Sink
from tocsin.outbox.failpoints import POINTS
from tocsin.outbox.models import Message
from tocsin.outbox.states import State

type Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(sink: Sink, tmp_path: Path) -> Start:
    """Starts a worker with a database file of its own test, and the mail server as its way out."""

    def started(*steps: str, fail_at: str = "") -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.outbox.worker_settings",
            "DATABASE_URL": "",
            "TOCSIN_DIR": str(tmp_path),
            "TOCSIN_MAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "TOCSIN_FAIL_AT": fail_at,
            "TOCSIN_DOMAIN_PER_MINUTE": "0",
        }
        command = [sys.executable, "-m", "tests.outbox.worker", *steps]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    return started


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, _nothing = process.communicate(timeout=30)
    assert process.returncode == 0
    return dict(json.loads(said))


@pytest.mark.once
@pytest.mark.parametrize(
    ("fail_at", "outcomes"),
    [
        ("before_claim", ["sent"]),
        ("after_claim", ["waiting", "sent"]),
        ("after_connect", ["waiting", "sent"]),
        ("after_data", ["waiting", "sent"]),
        ("after_dot", ["uncertain"]),
        ("after_reply", ["uncertain"]),
    ],
)
def test_it_works(start: Start, sink: Sink, fail_at: str, outcomes: list[str]) -> None:
    killed = start("prepare:1", "deliver:1", fail_at=fail_at)
    killed.communicate(timeout=30)
    assert killed.returncode == -signal.SIGKILL
    after = ended(start("deliver:1", "hour-later", "deliver:1", "report"))
    assert after["outcomes"] == outcomes
    assert after["states"] == {outcomes[-1]: 1}
    if outcomes[-1] == State.SENT:
        assert len(sink.taken) == 1
    else:
        assert len(sink.taken) <= sink.connections == 1


def test_every_stage_is_tried() -> None:
    [tried] = [mark.args[1] for mark in test_it_works.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {fail_at for fail_at, _outcomes in tried} == POINTS


@pytest.mark.once
def test_two_workers_send_each_letter_once(start: Start, sink: Sink) -> None:
    assert ended(start("prepare:60", "report"))["states"] == {"waiting": 60}
    workers = [start("deliver:7", "report") for _worker in range(2)]
    for worker in workers:
        ended(worker)
    assert ended(start("report"))["states"] == {"sent": 60}
    assert set(Counter(taken.mail["Message-ID"] for taken in sink.taken).values()) == {1}
    assert len(sink.taken) == 60


@pytest.mark.django_db(transaction=True)
def test_four_threads_send_each_letter_once(sink: Sink) -> None:
    for number in range(60):
        left(number)

    def work() -> None:
        try:
            while deliver_batch(5):
                pass
        finally:
            connection.close()

    # The SQLite of the tests is in memory, where two cannot work at once; the test above has it in a file.
    threads = [threading.Thread(target=work) for _thread in range(4 if connection.vendor == "postgresql" else 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}
    assert set(Counter(taken.mail["Message-ID"] for taken in sink.taken).values()) == {1}
    assert len(sink.taken) == 60
