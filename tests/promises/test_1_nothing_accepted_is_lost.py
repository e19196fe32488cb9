"""Promise 1: whoever was thanked is stored and counted once, and their letter reaches the server once, or staff see
why not. Killed at random under load, what runs keeps it (requirements: faults.md, I1 to I11)."""

from __future__ import annotations

import http.client
import os
import random
import resource
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.empty_tables import DATABASE
from tests.outbox.sink import Sink, SinkController
from tests.promises.installation import PAGE, Answer, Installation, keys, until
from tocsin.lib.emailaddress import read_address

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the processes to kill by /proc"),
]

SEED = 1848
WRITERS = 8
BEFORE = 785
# Each round kills these at once, when somebody was thanked and something sent since the round before.
CONNECTIONS = 4
ROUNDS = [("worker",), ("inner",), ("master",), ("inner", "worker"), ("nursery",)]
MARKER = "Kanarienvogel"


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    """A mail server on this machine."""
    sink = Sink()
    server = SinkController(sink)
    server.start()
    yield sink
    server.stop()


@pytest.fixture(scope="module")
def here(prepared: Path, sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Tocsin, running, with that server as its way out."""
    settings = {
        "TOCSIN_MAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "TOCSIN_MAIL_TIMEOUT": "5",
        "TOCSIN_MAIL_FROM": "letters@hearings.ca",
        "TOCSIN_CACHE_SECONDS": "1",
        "TOCSIN_MAIL_CONNECTIONS": str(CONNECTIONS),
        "TOCSIN_DOMAIN_PER_MINUTE": "0",  # all of them go to one, and nobody waits an hour for a test
    }
    with Installation.running(prepared, tmp_path_factory.mktemp("running"), **settings) as started:
        yield started


def a_letter(email: str) -> dict[str, str]:
    return {
        "given_name": "Jane",
        "family_name": MARKER,
        "email": email,
        "city": "Ottawa",
        "postal_code": "K1A 0A6",
        "subject": "End the agreement",
        "text": f"Please hear every family. I am {email}.\n\n" + "Thank you for reading. " * 20,
        "consent_news": "yes",
    }


def digest(email: str) -> bytes:
    return keys.digest(read_address(email).canonical)


# ── people who write, and people who read ───────────────────────────────────────────────────────────────────────
@dataclass
class Crowd:
    """Eight who write letter after letter. Who gets no thanks sends the same again; one in four letters is a copy of
    somebody's just before, so that some arrive at the same time."""

    here: Installation
    numbers: Iterator[int] = field(default_factory=count)
    tried: set[str] = field(default_factory=set)
    thanked: set[str] = field(default_factory=set)
    otherwise: Counter[str] = field(default_factory=Counter)
    enough: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        address = self.here.address_of_form()
        while not self.enough.is_set():
            number = next(self.numbers)
            email = f"{MARKER}{number - 3 * (number % 4 == 3)}@example.org"
            self.tried.add(email)
            while not self._thanked(address, email) and not self.enough.wait(0.3):
                pass
            self.enough.wait(0.08)

    def _thanked(self, address: str, email: str) -> bool:
        try:
            answer = self.here.ask(address, a_letter(email))
        except (OSError, http.client.HTTPException):
            self.otherwise["no answer"] += 1  # stored or not, nobody knows yet
            return False
        if answer.status == 303:
            self.thanked.add(email)
            return True
        self.otherwise[str(answer.status)] += 1
        return False


@dataclass
class Reader:
    """Looks at the page and its number again and again, and notes what came and when."""

    here: Installation
    enough: threading.Event
    statuses: set[int] = field(default_factory=set)
    longest_wait: float = 0.0

    def read(self) -> None:
        seen_at = time.monotonic()
        while not self.enough.wait(0.3):
            try:
                found = [self.here.ask(PAGE).status, self.here.ask(f"{PAGE}count.json").status]
            except (OSError, http.client.HTTPException):
                continue
            self.statuses.update(found)
            self.longest_wait = max(self.longest_wait, time.monotonic() - seen_at)
            seen_at = time.monotonic()


@contextmanager
def at_once(*work: Callable[[], None]) -> Iterator[None]:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def kill_at_random(here: Installation, crowd: Crowd, sink: Sink) -> Counter[str]:
    """Each round when all is at work again, so that each kill meets letters at every stage."""
    dice, killed = random.Random(SEED), Counter[str]()  # noqa: S311  (no secret)
    for victims in dice.sample(ROUNDS, len(ROUNDS)):
        thanked, taken = len(crowd.thanked), len(sink.taken)
        until(lambda: len(crowd.thanked) > thanked, "thanked again", here.patience)  # noqa: B023
        until(lambda: len(sink.taken) > taken, "sent again", here.patience)  # noqa: B023
        time.sleep(dice.uniform(0.2, 1.0))
        for victim in victims:
            here.kill(victim)
            killed[victim] += 1
    thanked = len(crowd.thanked)
    until(lambda: len(crowd.thanked) > thanked, "thanked after the last kill", here.patience)
    return killed


def let_minutes_pass(here: Installation) -> None:
    """The leases of workers that are dead run out, as they would by themselves within a minute."""
    post = here.process("post")
    here.rows(
        "UPDATE outbox_message SET lease_until = '2000-01-01' WHERE state = 'sending' AND lease_holder NOT LIKE ?",
        f"%:{post}:%",
    )


def counted_by(here: Installation, query: str) -> dict[str, int]:
    return dict(here.rows(query))


def states_of_actions(here: Installation) -> dict[str, int]:
    return counted_by(here, "SELECT state, count(*) FROM actions_action GROUP BY state")


def states_of_mails(here: Installation) -> dict[str, int]:
    return counted_by(here, "SELECT state, count(*) FROM outbox_message GROUP BY state")


def calm(here: Installation) -> bool:
    return states_of_actions(here).keys() <= {"followed"} and states_of_mails(here).keys() <= {"sent", "uncertain"}


# ── the promise ─────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Storm:
    """What was left when it was over."""

    here: Installation
    crowd: Crowd
    reader: Reader
    killed: Counter[str]


@pytest.fixture(scope="module")
def storm(here: Installation, sink: Sink) -> Storm:
    """Eight write while web and worker are killed; then calm, until nothing waits any more (I9)."""
    crowd = Crowd(here)
    reader = Reader(here, crowd.enough)
    with at_once(*[crowd.write] * WRITERS, reader.read):
        try:
            killed = kill_at_random(here, crowd, sink)
        finally:
            crowd.enough.set()
    until(here.answers, "it answers again", here.patience)
    let_minutes_pass(here)
    until(lambda: calm(here), "all is followed and sent", now=lambda: (states_of_actions(here), states_of_mails(here)))
    return Storm(here, crowd, reader, killed)


def test_it_was_a_storm(storm: Storm) -> None:
    assert storm.killed == {"worker": 2, "inner": 2, "master": 1, "nursery": 1}
    assert storm.crowd.otherwise["no answer"]
    assert len(storm.crowd.thanked) > 50


def test_whoever_was_thanked_is_stored(storm: Storm) -> None:
    """I1, I2: and nobody is who did not write."""
    stored = {row[0] for row in storm.here.rows("SELECT email_digest FROM actions_action")}
    assert {email for email in storm.crowd.thanked if digest(email) not in stored} == set()
    assert stored <= {digest(email) for email in storm.crowd.tried}


def test_nobody_is_stored_twice(storm: Storm) -> None:
    """I3"""
    twice = "SELECT email_digest FROM actions_action GROUP BY campaign_id, email_digest HAVING count(*) > 1"
    assert storm.here.rows(twice) == []
    stored, people = storm.here.rows("SELECT count(*), count(DISTINCT email_digest) FROM actions_action")[0]
    assert stored == people


def test_the_number_is_what_is_stored(storm: Storm) -> None:
    """I4: in the tally and for the public."""
    stored = storm.here.figure("SELECT count(*) FROM actions_action WHERE state = 'followed'")
    assert storm.here.figure("SELECT sum(counted) FROM campaigns_tally") == stored
    until(
        lambda: f'"count": {BEFORE + stored},' in storm.here.ask(f"{PAGE}count.json").body.decode(),
        "so says count.json",
        5,
    )
    until(lambda: f"<strong>{BEFORE + stored:,}</strong>" in storm.here.ask(PAGE).body.decode(), "so says the page", 5)


def test_each_letter_reaches_the_server_once(storm: Storm, sink: Sink) -> None:
    """I5, I6: one that is uncertain at most once; and there is at most one of these for each connection of a
    worker that was killed."""
    copies = Counter(str(taken.mail["Message-ID"]).strip("<>").partition("@")[0] for taken in sink.taken)
    states = dict(storm.here.rows("SELECT ref, state FROM outbox_message"))
    assert copies.keys() <= states.keys()
    assert {ref for ref, state in states.items() if state == "sent" and copies[ref] != 1} == set()
    assert {ref for ref, state in states.items() if state == "uncertain" and copies[ref] > 1} == set()
    assert Counter(states.values())["uncertain"] <= CONNECTIONS * (storm.killed["worker"] + storm.killed["nursery"])


def test_what_follows_is_whole(storm: Storm) -> None:
    """I7: of each action one letter, one mail of thanks, one answer about news; nothing that belongs to none."""
    actions = storm.here.figure("SELECT count(*) FROM actions_action")
    assert storm.here.figure("SELECT count(DISTINCT action_id) FROM actions_letter") == actions
    assert storm.here.figure("SELECT count(DISTINCT action_ref) FROM supporters_consent") == actions
    kinds = counted_by(storm.here, "SELECT kind, count(*) FROM outbox_message GROUP BY kind")
    assert kinds == {"letter": actions, "thanks": actions}


def test_nothing_is_stuck(storm: Storm) -> None:
    """I8, I9: and every attempt has an end."""
    assert calm(storm.here)
    assert storm.here.rows("SELECT id FROM outbox_delivery WHERE finished_at IS NULL") == []


def test_nobody_was_told_anything_but_thanks_or_later(storm: Storm) -> None:
    assert storm.crowd.otherwise.keys() <= {"no answer", "503"}


def test_readers_are_answered_again_within_seconds(storm: Storm) -> None:
    """I11: as fast as this machine starts a server, and some seconds; never with an error."""
    assert storm.reader.statuses == {200}
    assert storm.reader.longest_wait < 5 + 2 * storm.here.seconds_to_start


def test_nothing_personal_is_in_the_log(storm: Storm) -> None:
    """I10: also where something broke."""
    assert "starting it again" in storm.here.log
    assert MARKER.lower() not in storm.here.log.lower()


# ── a web server that hangs ─────────────────────────────────────────────────────────────────────────────────────
def test_one_that_hangs_and_lost_those_above_it_keeps_nobody_waiting(here: Installation) -> None:
    """It still has the port: who is sent to it by the system would wait until they give up."""
    address, inner = here.address_of_form(), here.process("inner")
    assert inner
    with nothing_can_be_stored(here), ThreadPoolExecutor() as people:
        waiting = people.submit(here.ask, address, a_letter("waiting@example.org"))
        time.sleep(1)  # until it is there
        here.kill("master")
        here.kill("nursery")
        os.kill(inner, signal.SIGSTOP)  # in the midst of that letter
    with pytest.raises((OSError, http.client.HTTPException)):
        waiting.result()
    until(lambda: not runs(inner), "the one that hangs is ended", now=lambda: here.log)
    until(here.answers, "another answers", here.patience)


@contextmanager
def nothing_can_be_stored(here: Installation) -> Iterator[None]:
    """Whoever would write waits, because somebody else does."""
    with closing(sqlite3.connect(here.folder / DATABASE, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


# ── the same letter many times, and a disk that is full ─────────────────────────────────────────────────────────
def test_twenty_at_once_are_one_action(here: Installation) -> None:
    """F20: and nothing in the answers tells who was first."""
    address, email = here.address_of_form(), "twenty@example.org"
    stay_within_the_hour()
    answers: list[Answer] = []
    together = threading.Barrier(20)

    def send() -> None:
        together.wait()
        answers.append(here.ask(address, a_letter(email)))

    with at_once(*[send] * 20):
        pass
    assert len(answers) == 20
    assert {(answer.status, answer.body) for answer in answers} == {(303, b"")}
    assert len({frozenset(without_date(answer).items()) for answer in answers}) == 1
    assert answers[0].headers["location"].startswith("/thanks/")
    stored = "SELECT count(*) FROM actions_action WHERE email_digest = ?"
    assert here.figure(stored, digest(email)) == 1


def stay_within_the_hour() -> None:
    """The address of the thank-you page changes with the hour."""
    if time.time() % 3600 > 3590:
        time.sleep(11)


def without_date(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


@pytest.fixture
def disk(here: Installation) -> Iterator[Any]:
    """`disk(full=True)`: what the web server may write to has no room any more, as on a full disk."""
    inner = here.process("inner")
    assert inner
    usual = resource.prlimit(inner, resource.RLIMIT_FSIZE)

    def change(*, full: bool) -> None:
        resource.prlimit(inner, resource.RLIMIT_FSIZE, (0, usual[1]) if full else usual)

    yield change
    change(full=False)


def test_on_a_full_disk_nobody_is_thanked(here: Installation, disk: Any) -> None:
    """F11: the letter is refused politely and stays on the screen; pages are read on; with room again, it is taken."""
    address, email = here.address_of_form(), "full@example.org"
    disk(full=True)
    refused = here.ask(address, a_letter(email))
    assert refused.status == 503
    assert 5 <= int(refused.headers["retry-after"]) <= 30
    assert f"I am {email}." in refused.body.decode()
    assert here.ask(PAGE, cookie="not=from-memory").status == 200
    stored = "SELECT count(*) FROM actions_action WHERE email_digest = ?"
    assert here.figure(stored, digest(email)) == 0

    disk(full=False)
    assert here.ask(address, a_letter(email)).status == 303
    assert here.figure(stored, digest(email)) == 1
