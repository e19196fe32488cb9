"""The work behind the answer, in lines side by side: heart, search for targets, updates, post, calls, jobs, a mailbox.

The heart screens, counts and follows what was accepted; the search finds who represents whom, and may have to wait for
a provider; updates are copied to those who get them; the post carries what waits in the outbox, in a process of its
own, since it is most of the work and one process of Python uses one core; the calls tell other software what happened;
the jobs (jobs.py) are whatever was put off and what is done every night; the mailbox, if there is one, receives what
comes back. The rows are the state of the work: any number of workers may run on any number of machines, and one that
dies leaves nothing undone that another does not find.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from django.conf import settings
from django.db import close_old_connections, connections

from tocsin.actions.asking import ask_batch
from tocsin.actions.process import follow_batch, paused_campaigns
from tocsin.actions.screen import screen_batch
from tocsin.actions.seek import seek_batch
from tocsin.actions.told import told
from tocsin.actions.updates.send import send_updates
from tocsin.incoming import Mailbox
from tocsin.jobs import Jobs, hush
from tocsin.lib.endings import call_it, end_with_parent
from tocsin.outbox.calls.send import Calls
from tocsin.outbox.deliver import LINGER, Post

REST = 1.0
LONGEST_REST = 30.0
SECONDS_TO_END = 7.0
LOOK_EVERY = 0.2
log = logging.getLogger(__name__)


@dataclass
class Line:
    """One kind of work, done again and again in a thread with a database connection of its own.

    `work` returns how much it did; when that is nothing, the line rests. Whatever goes wrong is logged by the name of
    its class alone, since a database's message may hold what a supporter wrote; then the line rests longer and goes on.
    """

    name: str
    work: Callable[[], int]
    stop: threading.Event
    failures: int = 0

    def run(self) -> None:
        while not self.stop.is_set():
            self.stop.wait(self.round())
        connections.close_all()

    def round(self) -> float:
        """Works once; the seconds to rest."""
        try:
            close_old_connections()
            done = self.work()
        except Exception as error:
            return self._rest_after(error)
        self.failures = 0
        return 0.0 if done else REST

    def _rest_after(self, error: Exception) -> float:
        self.failures += 1
        rest = min(LONGEST_REST, REST * 2.0 ** (self.failures - 1))
        log.error("%s: %s; going on in %.0f s", self.name, type(error).__name__, rest)
        connections.close_all()
        return rest


def heart() -> int:
    """Screens and counts what came in, asks who is to confirm, then makes what follows."""
    return screen_batch() + ask_batch() + follow_batch()


def post(stop: threading.Event, linger: float = 0.0) -> Post:
    """Carries what is due, except letters of paused campaigns. Stops after the letters in hand."""
    return Post(paused=paused_campaigns, stop=stop.is_set, linger=linger)


def lines_here(stop: threading.Event) -> list[Line]:
    mailbox = [Line("mailbox", Mailbox(stop.is_set), stop)] if settings.TOCSIN_INBOUND_URL.scheme else []
    heart_line, search = Line("heart", heart, stop), Line("search", seek_batch, stop)
    calls = Line("calls", Calls(told, stop.is_set), stop)
    return [heart_line, search, Line("updates", send_updates, stop), calls, Line("jobs", Jobs(), stop), *mailbox]


def lines_of_the_post(stop: threading.Event) -> list[Line]:
    return [Line("post", post(stop, LINGER), stop)]


def worker(arguments: Sequence[str]) -> int:
    """`tocsin worker`"""
    words = argparse.ArgumentParser(
        prog="tocsin worker", description="Works until it is told to end (Ctrl-C, SIGTERM)."
    )
    words.parse_args(arguments)
    return run()


def run() -> int:
    """Works until SIGTERM or Ctrl-C, then ends within seconds: what is in hand is finished, nothing more is begun."""
    asked = Asked()
    if os.environ.get("TOCSIN_TREE"):
        end_with_parent(os.getppid())
    hush()
    child = _forked()
    if child == 0:
        return _work(lines_of_the_post, asked, lambda: True)
    log.info("worker %s works", os.getpid())
    try:
        return _work(lines_here, asked, lambda: _is_running(child))
    finally:
        _end(child)
        log.info("worker %s ends", os.getpid())


def _forked() -> int:
    """A second process with all that is loaded already, which ends with this one. 0 there, its number here.

    Before there are threads and connections: neither survives being doubled.
    """
    gc.collect()
    gc.freeze()  # looking through it for garbage would write to it, and so copy it
    here = os.getpid()
    child = os.fork()
    if child == 0:
        end_with_parent(here)
        call_it("tocsin post")
    return child


def _is_running(child: int) -> bool:
    return os.waitpid(child, os.WNOHANG) == (0, 0)


def _end(child: int) -> None:
    """It was asked already if it was Ctrl-C, and has ended if that is why this one does."""
    deadline = time.monotonic() + SECONDS_TO_END
    with suppress(ChildProcessError, ProcessLookupError):
        os.kill(child, signal.SIGTERM)
        while _is_running(child) and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY)


def _work(lines: Callable[[threading.Event], list[Line]], asked: Asked, all_well: Callable[[], bool]) -> int:
    """Works until it is asked to end; 1 if something broke off before."""
    stop = threading.Event()
    threads = _started(lines(stop))
    while not asked.to_end:
        time.sleep(LOOK_EVERY)
        if asked.to_end:  # and so was the post, which may be the first to have ended: nothing broke off
            break
        if not all(thread.is_alive() for thread in threads) or not all_well():
            log.error("a line of worker %s broke off; whoever started it starts it again", os.getpid())
            return 1
    stop.set()
    deadline = time.monotonic() + SECONDS_TO_END
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return 0


class Asked:
    """Notes that a signal asked to end. Only a note: setting an event here could wait for a lock that this very thread
    holds."""

    def __init__(self) -> None:
        self.to_end = False
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.to_end = True


def _started(lines: list[Line]) -> list[threading.Thread]:
    # Daemons: a mail server that is silent for half a minute must not hold up the end. What it had is known.
    threads = [threading.Thread(target=line.run, name=line.name, daemon=True) for line in lines]
    for thread in threads:
        thread.start()
    return threads
