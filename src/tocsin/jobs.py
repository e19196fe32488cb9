"""What the worker does beside the stream of actions: jobs that were put off (exports, imports, search), and the work of
every minute and every night.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now
from django.tasks import TaskResultStatus, task_backends
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker as JobRunner
from django_tasks_db.models import DBTaskResult

from tocsin.actions.count import prove_counts
from tocsin.actions.digests import send_digests
from tocsin.actions.ending.due import HOUR_OF_THE_NIGHT
from tocsin.actions.ending.nightly import end_what_is_over
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
from tocsin.actions.propose import forget_proposals
from tocsin.actions.prove import prove_roll_ups, roll_up_what_is_old
from tocsin.actions.taken import count_taken
from tocsin.actions.trials import look_at_trials
from tocsin.campaigns.evidence import remove_evidence
from tocsin.campaigns.models import Campaign
from tocsin.campaigns.targeting.memory import forget_what_is_old
from tocsin.desk.ending_mails import tell_of_endings
from tocsin.outbox.calls.removing import remove_endpoints, remove_old_calls
from tocsin.outbox.mail_domain import look_at_mail_domain
from tocsin.pages.files.kept import remove_old_uploads
from tocsin.staff.audit import prove_audit, write
from tocsin.staff.models import AuditProof

# A job that runs longer than this was left by a worker that died; it is run again, a few times.
JOB_IS_LOST_AFTER = timedelta(minutes=30)
MOST_RUNS_OF_A_JOB = 3
JOBS_ARE_KEPT_FOR = timedelta(days=14)
LOOK_FOR_NIGHT_EVERY = timedelta(minutes=1)
log = logging.getLogger(__name__)


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


def end_data() -> None:
    """What ended stands in the audit log: how many, of which campaign, and nothing of whom."""
    for done in end_what_is_over():
        write("data_ended", kind="people", campaign_ref=done.campaign, details=done.said())


def clear_sessions() -> None:
    call_command("clearsessions")


def clear_old_jobs() -> None:
    DBTaskResult.objects.finished().filter(finished_at__lt=Now() - JOBS_ARE_KEPT_FOR).delete()


EVERY_MINUTE: tuple[Callable[[], object], ...] = (
    *(find_lost_jobs, run_interrupted_jobs, mend_exports, mend_imports, mend_postal_codes, mend_sets, free_what_failed),
    *(count_taken, look_at_trials, count_mailable, send_digests, roll_up_what_is_old, roll_up_letters),
    *(look_at_mail_domain, remove_endpoints),
)
# The counts last: that they are proved says that the night was done.
EVERY_NIGHT: tuple[Callable[[], object], ...] = (
    *(remove_old_kits, remove_evidence, remove_old_files, forget_what_is_old, clear_sessions, clear_old_jobs),
    *(forget_proposals, remove_old_tables, remove_old_calls, remove_old_uploads, end_data, tell_of_endings),
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
