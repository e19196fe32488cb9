"""The jobs: what was put off is run and survives its worker, and the night's work is done once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from tocsin import jobs
from tocsin.actions.models import CountProof
from tocsin.campaigns.models import Campaign, Tally
from tocsin.staff import audit
from tocsin.staff.models import AuditLine, AuditProof

NIGHT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def jobs_in_the_database(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@task
def double(number: int) -> int:
    return number * 2


@task
def break_off(address: str) -> None:
    raise RuntimeError(address)


@pytest.mark.django_db(transaction=True)  # whoever runs jobs closes its connection
def test_a_job_is_run(jobs_in_the_database: None) -> None:
    double.enqueue(21)

    assert jobs.run_a_job("here") == 1
    assert DBTaskResult.objects.get().return_value == 42
    assert jobs.run_a_job("here") == 0


def test_where_jobs_do_not_wait_in_the_database_there_is_nothing_to_run() -> None:
    assert jobs.run_a_job("here") == 0


@pytest.mark.django_db(transaction=True)  # whoever runs jobs closes its connection
def test_what_a_job_says_of_people_stays_out_of_the_log(
    jobs_in_the_database: None, caplog: pytest.LogCaptureFixture
) -> None:
    break_off.enqueue("jane.doe@example.org")
    filters = [logging.getLogger(name) for name in ("django.tasks", "django_tasks_db")]
    jobs.hush()
    try:
        jobs.run_a_job("here")
    finally:
        for logger in filters:
            logger.filters.clear()
            logger.setLevel(logging.NOTSET)

    assert "state=FAILED (RuntimeError)" in caplog.text
    assert "jane" not in caplog.text


@pytest.mark.django_db(transaction=True)  # whoever runs jobs closes its connection
def test_a_job_whose_worker_died_is_run_again_a_few_times(jobs_in_the_database: None) -> None:
    double.enqueue(1)
    job = DBTaskResult.objects.get()
    job.claim("one")

    assert jobs.find_lost_jobs() == 0  # it may still be running
    for tried, then in [(["one"], "READY"), (["one", "two", "three"], "FAILED")]:
        long_ago = timezone.now() - jobs.JOB_IS_LOST_AFTER - timedelta(minutes=1)
        DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=long_ago, worker_ids=tried)
        assert jobs.find_lost_jobs() == 1
        assert DBTaskResult.objects.get().status == then


@task
def lose_the_database() -> None:
    raise OperationalError("jane.doe@example.org")


@pytest.mark.django_db(transaction=True)  # whoever runs jobs closes its connection
def test_a_job_that_lost_the_database_is_run_again_a_few_times(jobs_in_the_database: None) -> None:
    lose_the_database.enqueue()
    break_off.enqueue("x")
    for again in (1, 1, 0):
        while jobs.run_a_job("here"):
            pass
        assert jobs.run_interrupted_jobs() == again
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.FAILED}


# ── the night ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("now", "night"),
    [(NIGHT, NIGHT), (NIGHT + timedelta(hours=20), NIGHT), (NIGHT - timedelta(minutes=1), NIGHT - timedelta(days=1))],
)
def test_when_the_last_night_was(now: datetime, night: datetime) -> None:
    assert jobs.last_night(now) == night


def test_counts_are_proved_once_a_night(campaign_open: Campaign, noon: time_machine.Traveller) -> None:
    assert jobs.not_proved_since(NIGHT)
    jobs.nightly()
    CountProof.objects.update(proved_at=timezone.now())

    assert not jobs.not_proved_since(NIGHT)
    assert jobs.not_proved_since(NIGHT + timedelta(days=1))


def test_without_a_campaign_the_night_is_over_too(db: None, noon: time_machine.Traveller) -> None:
    jobs.nightly()
    AuditProof.objects.update(proved_at=timezone.now())
    assert not jobs.not_proved_since(NIGHT)
    assert jobs.not_proved_since(NIGHT + timedelta(days=1))


def test_a_wrong_tally_is_mended_and_said(campaign_open: Campaign, caplog: pytest.LogCaptureFixture) -> None:
    Tally.objects.create(campaign=campaign_open, counted=7)

    jobs.nightly()

    assert Tally.objects.get().counted == 0
    assert f"campaign {campaign_open.pk}: tallied 7, found 0" in caplog.text


def test_a_broken_audit_log_is_said(campaign_open: Campaign, caplog: pytest.LogCaptureFixture) -> None:
    audit.write("signed_in", kind="sign_in")
    jobs.nightly()
    assert "audit log" not in caplog.text

    AuditLine.objects.update(what="signed_out")
    jobs.nightly()

    assert "the audit log is no longer as it was written" in caplog.text


@pytest.mark.django_db(transaction=True)  # whoever runs jobs closes its connection
def test_old_jobs_are_cleared(jobs_in_the_database: None) -> None:
    double.enqueue(1)
    jobs.run_a_job("here")
    jobs.nightly()
    assert DBTaskResult.objects.count() == 1

    DBTaskResult.objects.update(finished_at=timezone.now() - jobs.JOBS_ARE_KEPT_FOR - timedelta(days=1))
    jobs.nightly()
    assert DBTaskResult.objects.count() == 0


def test_the_jobs_line_looks_for_the_night_every_minute(
    campaign_open: Campaign, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights: list[int] = []
    monkeypatch.setattr(jobs, "nightly", lambda: nights.append(1))
    line = jobs.Jobs()

    line()
    line()
    assert len(nights) == 1
    noon.shift(61)
    line()
    assert len(nights) == 2  # nothing was proved in this test, so it is still due


def test_each_of_a_minutes_works_is_done_once_and_none_waits_for_another_that_fails(
    campaign_open: Campaign, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def failing() -> None:
        done.append("failing")
        raise RuntimeError

    monkeypatch.setattr(jobs, "EVERY_MINUTE", (failing, lambda: done.append("next")))
    for name in ("find_lost_jobs", "roll_up_letters"):
        monkeypatch.setattr(jobs, name, lambda name=name: done.append(name))
    jobs.Jobs()()
    assert done == ["failing", "next"]
