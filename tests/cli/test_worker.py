"""The worker: what is accepted becomes a letter, and whatever fails is tried again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import OperationalError, connections
from django.test import Client
from pytest_django.fixtures import Settings

from tests.cast import sign
from tocsin import worker
from tocsin.campaigns.models import Campaign, Edition, Tally


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(connections, "close_all", lambda: None)


@pytest.fixture
def mailbox(settings: Settings, tmp_path: Path) -> Path:
    settings.TOCSIN_DIR = tmp_path
    return tmp_path / "mailbox"


def test_it_works(client: Client, edition_en: Edition, mailbox: Path) -> None:
    sign(client, edition_en)

    assert worker.heart() == 2  # one screened, one followed
    assert worker.post(threading.Event())() == 2  # the letter and the thank-you

    mails = [path.read_text() for path in mailbox.glob("*.eml")]
    assert len(mails) == 2
    assert any("To: " in mail and "minister@hearings.example" in mail for mail in mails)
    assert Tally.objects.get().counted == 1
    assert (worker.heart(), worker.post(threading.Event())()) == (0, 0)


def test_letters_of_a_paused_campaign_stay(
    client: Client, campaign_open: Campaign, edition_en: Edition, mailbox: Path
) -> None:
    Campaign.objects.update(letters_paused=True)
    sign(client, edition_en)
    worker.heart()

    worker.post(threading.Event())()

    assert not [path for path in mailbox.glob("*.eml") if "minister@hearings.example" in path.read_text()]


@pytest.mark.django_db
def test_a_line_rests_when_there_is_nothing_to_do(no_database: None) -> None:
    done = iter([3, 0])
    line = worker.Line("heart", lambda: next(done), threading.Event())

    assert [line.round(), line.round()] == [0.0, worker.REST]


@pytest.mark.django_db
def test_a_line_survives_whatever_goes_wrong(no_database: None, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> int:
        raise OperationalError("jane.doe@example.org")

    line = worker.Line("post", fail, threading.Event())

    assert [line.round() for _ in range(3)] == [1.0, 2.0, 4.0]
    assert [line.round() for _ in range(9)][-1] == worker.LONGEST_REST
    assert "post: OperationalError; going on in 1 s" in caplog.text
    assert "jane" not in caplog.text
    line.work = lambda: 1
    assert line.round() == 0.0
    assert line.failures == 0


class AskedSoon:
    """Asked to end in the middle of a look round."""

    looks = 0

    @property
    def to_end(self) -> bool:
        self.looks += 1
        return self.looks > 1


def test_a_post_that_ends_with_everything_else_has_not_broken_off(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever stops the tree asks both at once, and the post may be quicker."""
    assert worker._work(lambda _stop: [], AskedSoon(), lambda: False) == 0  # type: ignore[arg-type]
    assert "broke off" not in caplog.text
