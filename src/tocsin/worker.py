"""The work behind the answer, in lines side by side: heart, search for targets, updates, post, jobs, a mailbox.

The heart screens, counts and follows what was accepted; the search finds who represents whom, and may have to wait for
a provider; updates are copied to those who get them; the post carries what waits in the outbox, in a process of its
own, since it is most of the work and one process of Python uses one core; the jobs are whatever was put off (exports,
search) and what is done every night; the mailbox, if there is one, receives what comes back. The rows are the state of
the work: any number of workers may run on any number of machines, and one that dies leaves nothing undone that another
does not find.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.db.models.functions import Now
from django.tasks import TaskResultStatus, task_backends
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker as JobRunner
from django_tasks_db.models import DBTaskResult

from tocsin.actions.asking import ask_batch
from tocsin.actions.count import prove_counts
from tocsin.actions.digests import send_digests
from tocsin.actions.exporting.jobs import mend_exports
from tocsin.actions.exporting.store import remove_old_files
from tocsin.actions.handin.record import free_what_failed
from tocsin.actions.handin.store import remove_old_kits
from tocsin.actions.importing.jobs import mend_imports
from tocsin.actions.invalidate import mend_sets
from tocsin.actions.letter_hours import roll_up_letters
from tocsin.actions.mailable import count_mailable
from tocsin.actions.models import CountProof
from tocsin.actions.postal_codes.jobs import mend_postal_codes
from tocsin.actions.postal_codes.steps import remove_old_tables
from tocsin.actions.process import follow_batch, paused_campaigns
from tocsin.actions.propose import forget_proposals
from tocsin.actions.prove import prove_roll_ups, roll_up_what_is_old
from tocsin.actions.screen import screen_batch
from tocsin.actions.seek import seek_batch
from tocsin.actions.taken import count_taken
from tocsin.actions.trials import look_at_trials
from tocsin.actions.updates.send import send_updates
from tocsin.campaigns.evidence import remove_evidence
from tocsin.campaigns.models import Campaign
from tocsin.campaigns.targeting.memory import forget_what_is_old
from tocsin.incoming import Mailbox
from tocsin.lib.endings import call_it, end_with_parent
from tocsin.outbox.deliver import LINGER, Post
from tocsin.staff.audit import prove_audit
from tocsin.staff.models import AuditProof

REST = 1.0
LONGEST_REST = 30.0
SECONDS_TO_END = 7.0
LOOK_EVERY = 0.2
# A job that runs longer than this was left by a worker that died; it is run again, a few times.
JOB_IS_LOST_AFTER = timedelta(minutes=30)
MOST_RUNS_OF_A_JOB = 3
JOBS_ARE_KEPT_FOR = timedelta(days=14)
HOUR_OF_THE_NIGHT = 3
LOOK_FOR_NIGHT_EVERY = timedelta(minutes=1)
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


@dataclass
class Jobs:
    """Jobs one after the other, and what is done every night."""

    worker_id: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}-{os.getpid()}-{get_random_string(6)}")
    looked_at: datetime | None = None

    def __call__(self) -> int:
        self._every_minute()
        return run_a_job(self.worker_id)

    def _every_minute(self) -> None:
        now = timezone.now()
        if self.looked_at and now - self.looked_at < LOOK_FOR_NIGHT_EVERY:
            return
        self.looked_at = now
        for work in EVERY_MINUTE:
            attempt(work)
        if not_proved_since(last_night(timezone.localtime(now))):
            nightly()


def run_a_job(worker_id: str) -> int:
    """Runs the next job, if there is one and the database is where jobs wait."""
    if not isinstance(task_backends["default"], DatabaseBackend):
        return 0
    runner = JobRunner(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=worker_id,
        excluded_queue_names=[],
    )
    runner.run()
    return int(runner._run_tasks)  # noqa: SLF001  (it keeps its count to itself)


def find_lost_jobs() -> int:
    """Puts back the jobs of workers that died. One that has killed several is not tried again."""
    lost = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=Now() - JOB_IS_LOST_AFTER)
    for job in lost:
        again = len(job.worker_ids) < MOST_RUNS_OF_A_JOB
        status = TaskResultStatus.READY if again else TaskResultStatus.FAILED
        _move(job, status)
        log.warning("job %s was left by a worker that died: now %s", job.pk, status)
    return len(lost)


def run_interrupted_jobs() -> int:
    """Puts back, a few times, the jobs that ended because the database was away: that is no fault of theirs."""
    recent = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=Now() - JOB_IS_LOST_AFTER)
    away = [f"{error.__module__}.{error.__qualname__}" for error in (OperationalError, InterfaceError)]
    jobs = [job for job in recent.filter(exception_class_path__in=away) if len(job.worker_ids) < MOST_RUNS_OF_A_JOB]
    for job in jobs:
        _move(job, TaskResultStatus.READY)
    return len(jobs)


def _move(job: DBTaskResult[..., Any], then: TaskResultStatus) -> None:
    """If nobody took it up meanwhile."""
    same = DBTaskResult.objects.filter(pk=job.pk, status=job.status, started_at=job.started_at)
    same.update(status=then, finished_at=None if then == TaskResultStatus.READY else Now())


def last_night(now: datetime) -> datetime:
    """The last moment at which the nightly work was due, in the staff's own time zone."""
    due = now.replace(hour=HOUR_OF_THE_NIGHT, minute=0, second=0, microsecond=0)
    return due if due <= now else due - timedelta(days=1)


def not_proved_since(moment: datetime) -> bool:
    """Whether the counts wait for their proof. The database remembers, so a restart proves nothing twice."""
    if CountProof.objects.filter(proved_at__gte=moment).exists():
        return False
    # Without a campaign there is no count to prove: then the audit log's proof is the sign.
    return Campaign.objects.exists() or not AuditProof.objects.filter(proved_at__gte=moment).exists()


def attempt(work: Callable[[], object]) -> None:
    """One step of several: what goes wrong in it keeps no other from being done."""
    try:
        work()
    except Exception as error:
        log.error("%s: %s", getattr(work, "__name__", "a step"), type(error).__name__)  # noqa: TRY400  (no content)


def nightly() -> None:
    """Clears what nobody needs any more, and proves the audit log, the pictures and every count."""
    for work in EVERY_NIGHT:
        attempt(work)


def prove_the_counts() -> None:
    for proof in prove_counts():
        if not proof.agrees:
            log.error("campaign %s: tallied %s, found %s", proof.campaign_id, proof.tallied, proof.found)


def prove_the_audit_log() -> None:
    if not prove_audit().whole:
        log.error("the audit log is no longer as it was written: “tocsin audit” says where")


def prove_the_pictures() -> None:
    for roll_ups in prove_roll_ups():
        if not roll_ups.agrees:
            log.error("campaign %s: %s of %s hours mended", roll_ups.campaign_id, roll_ups.mended, roll_ups.hours)


def clear_sessions() -> None:
    call_command("clearsessions")


def clear_old_jobs() -> None:
    DBTaskResult.objects.finished().filter(finished_at__lt=Now() - JOBS_ARE_KEPT_FOR).delete()


EVERY_MINUTE: tuple[Callable[[], object], ...] = (
    *(find_lost_jobs, run_interrupted_jobs, mend_exports, mend_imports, mend_postal_codes, mend_sets, free_what_failed),
    *(count_taken, look_at_trials, count_mailable, send_digests, roll_up_what_is_old, roll_up_letters),
)
# The counts last: that they are proved says that the night was done.
EVERY_NIGHT: tuple[Callable[[], object], ...] = (
    *(remove_old_kits, remove_evidence, remove_old_files, forget_what_is_old, clear_sessions, clear_old_jobs),
    *(forget_proposals, remove_old_tables),
    *(prove_the_audit_log, prove_the_pictures, prove_the_counts),
)


class NoTraceback(logging.Filter):
    """Keeps what a job's error may say of people out of the log; its class is enough to look for it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.msg} ({record.exc_info[0].__name__})"
        record.exc_info = None
        return True


def hush() -> None:
    """The job runner tells of every look and every job; failures are enough."""
    for name in ("django.tasks", "django_tasks_db"):
        logging.getLogger(name).setLevel(logging.WARNING)
        logging.getLogger(name).addFilter(NoTraceback())


def lines_here(stop: threading.Event) -> list[Line]:
    mailbox = [Line("mailbox", Mailbox(stop.is_set), stop)] if settings.TOCSIN_INBOUND_URL.scheme else []
    heart_line, search = Line("heart", heart, stop), Line("search", seek_batch, stop)
    return [heart_line, search, Line("updates", send_updates, stop), Line("jobs", Jobs(), stop), *mailbox]


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
