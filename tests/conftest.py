"""What every test has: the stock cast, a clean memory, a browser, and the same tests on the second database."""

from __future__ import annotations

import gc
import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import timezone, translation

from tests.browsers import Browsing
from tests.cast import a_campaign, an_edition
from tests.databases import Outcome, SecondRun, empty_the_tables
from tests.empty_tables import empty_tables
from tocsin.actions import standing
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Campaign, Edition, Kind
from tocsin.outbox import lanes
from tocsin.web import guests

ON_POSTGRESQL = os.environ.get("TOCSIN_TEST_ON") == "postgresql"
REQUIRED = {word for word in os.environ.get("TOCSIN_TEST_REQUIRE", "").split(",") if word}
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
second_run = pytest.StashKey[SecondRun | None]()


# ── the second database ─────────────────────────────────────────────────────────────────────────────────────────
def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-sqlite", action="store_true", help="Do not run the tests on PostgreSQL as well.")


def pytest_configure() -> None:
    # Whoever is told to end by SIGTERM tidies up as after Ctrl-C: a database server is not left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    TransactionTestCase._fixture_teardown = empty_the_tables  # type: ignore[attr-defined]


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    config.stash[second_run] = None
    if ON_POSTGRESQL or config.option.only_sqlite or config.option.collectonly:
        return
    run = SecondRun.wherever_found(config.invocation_params.args)
    if run is None and "postgresql" in REQUIRED:
        raise pytest.UsageError("PostgreSQL is required here, but neither its programs nor a server were found.")
    config.stash[second_run] = run
    if run:
        run.start()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if ON_POSTGRESQL:
        elsewhere = {item for item in items if _in_a_browser(item) or (_runs_once(item) and _knows_ours(item))}
    elif config.stash.get(second_run, None):
        elsewhere = {item for item in items if not _in_a_browser(item) and not _knows_ours(item)}
    else:
        return
    config.hook.pytest_deselected(items=list(elsewhere))
    items[:] = [item for item in items if item not in elsewhere]


def pytest_collection_finish() -> None:
    """What was loaded stays until the end: the garbage collector need not walk through all of it again and again."""
    gc.collect()
    gc.freeze()


def _in_a_browser(item: pytest.Item) -> bool:
    """They run once, here."""
    return item.get_closest_marker("browser") is not None


def _runs_once(item: pytest.Item) -> bool:
    return item.get_closest_marker("once") is not None or not _knows_ours(item)


def _knows_ours(item: pytest.Item) -> bool:
    """Whether it asks for our database, and not just for any. What does not runs once, beside the tests on PostgreSQL,
    which are done sooner than those with browsers."""
    fixtures = set(getattr(item, "fixturenames", ()))
    asks = item.get_closest_marker("django_db") is not None or bool(fixtures & {"db", "transactional_db"})
    return asks and "any_database" not in fixtures


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(second_run, None):
        run.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    here = Outcome(_database(), 0, _counts(terminalreporter))
    if summary := os.environ.get("TOCSIN_TEST_SUMMARY"):
        Path(summary).write_text(json.dumps({"database": here.database, "counts": here.counts}))
    terminalreporter.section("databases")
    terminalreporter.line(str(here))
    run = config.stash.get(second_run, None)
    if run is None:
        if not ON_POSTGRESQL:
            terminalreporter.line("PostgreSQL: not run")
        return
    there = run.wait()
    terminalreporter.line(str(there))
    if there.failed:
        _show_failure(terminalreporter, there)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    run = session.config.stash.get(second_run, None)
    if run is None:
        return
    if exitstatus == pytest.ExitCode.INTERRUPTED:
        run.stop()
    elif run.wait().failed and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _show_failure(terminalreporter: pytest.TerminalReporter, there: Outcome) -> None:
    """What the second run printed, and one error in the count of this one, so that its last line tells the truth."""
    terminalreporter.section(f"on {there.database}", sep="─")
    terminalreporter.write(there.output)
    report = pytest.TestReport(
        nodeid=f"the same tests on {there.database}",
        location=("postgresql", None, there.database),
        keywords={},
        outcome="failed",
        longrepr="see above",
        when="setup",
    )
    terminalreporter.stats.setdefault("error", []).append(report)


def _counts(terminalreporter: pytest.TerminalReporter) -> dict[str, int]:
    wanted = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
    return {what: len(terminalreporter.stats.get(what, [])) for what in wanted}


def _database() -> str:
    if not ON_POSTGRESQL:
        return f"SQLite {sqlite3.sqlite_version}"
    with psycopg.connect(os.environ["TOCSIN_TEST_DATABASE_URL"]) as server:
        return f"PostgreSQL {server.info.server_version // 10000}"


# ── every test ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(autouse=True)
def clean_memory() -> Iterator[None]:
    """What a process remembers of editions would outlive the rows of one test and meet the next one's; and so would
    the language of the last request."""
    frozen.cache_clear()
    standing.forget()
    lanes.forget()
    guests.forget()
    translation.activate(settings.LANGUAGE_CODE)
    yield
    frozen.cache_clear()
    standing.forget()
    lanes.forget()


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Time stands still at noon, UTC, on a Monday in June; `noon.shift(seconds)` and `noon.move_to()` turn the hands.

    Only Python's clock: what the database dates by itself (`db_default=Now()`) goes on.
    """
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def tables(pytestconfig: pytest.Config) -> Path:
    """The file of an embedded database as it is after `tocsin migrate`. To be copied."""
    return empty_tables(pytestconfig.cache.mkdir("empty-tables"))


# ── the stock cast, in its named states ─────────────────────────────────────────────────────────────────────────
@pytest.fixture
def campaign_open(db: None) -> Campaign:
    """A letter campaign with one target, open for signing."""
    return a_campaign()


@pytest.fixture
def campaign_closed(db: None) -> Campaign:
    return a_campaign(slug="closed", closes_at=timezone.now() - timedelta(hours=1))


@pytest.fixture
def campaign_not_yet_open(db: None) -> Campaign:
    return a_campaign(slug="not-yet-open", opens_at=timezone.now() + timedelta(days=1))


@pytest.fixture
def edition_en(campaign_open: Campaign) -> Edition:
    """The open campaign in English: every field, two consents, an editable letter."""
    return an_edition(campaign_open, "en")


@pytest.fixture
def edition_fr(campaign_open: Campaign) -> Edition:
    return an_edition(campaign_open, "fr")


@pytest.fixture
def petition(db: None) -> Edition:
    """A petition in English: no letter and no target."""
    campaign = a_campaign(name="Right to a lawyer", slug="lawyer", kind=Kind.PETITION, targets=[])
    return an_edition(campaign, "en")


# ── browsers ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def browsing() -> Iterator[Browsing]:
    """Chromium, started once. Skips the test where there is none; fails it where one is required."""
    if (missing := Browsing.what_is_missing()) and "browser" in REQUIRED:
        pytest.fail(f"A browser is required here, but {missing}.")
    if missing:
        pytest.skip(missing)
    with Browsing.started() as started:
        yield started


@pytest.fixture
def new_page(browsing: Browsing) -> Iterator[Callable[..., Any]]:
    """Opens a page in a fresh profile: `new_page()`, `new_page(java_script_enabled=False)`, `new_page(locale="fr-CA")`.

    At the end of the test: no page may have asked anybody but this machine for anything.
    """
    with browsing.visit() as visit:
        yield visit.new_page
        assert not visit.asked_elsewhere


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """One page of a desk's size, in English."""
    return new_page()
