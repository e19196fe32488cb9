"""`make bench`: measures Tocsin, the raw limits and a Wagtail form in one run, and writes bench/RESULTS.md.

Needs Debian's postgresql, nginx-light, wrk and postfix (for smtp-sink). Everything runs on loopback, from a folder
that is removed at the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench import machine, post, report
from bench.cells import MOST_FOREIGN, Budget, Target, measure
from bench.services import Missing, program
from bench.stage import Stage

HERE = Path(__file__).parent
NEEDED = {"wrk": "wrk", "nginx": "nginx-light", "pgbench": "postgresql", "smtp-sink": "postfix"}
MOST_MINUTES = 12.0
SECONDS_FOR_REPEATS = 60.0
STARTED = time.monotonic()


def arguments() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--quick", action="store_true", help="one short round, to see that it works: noisy numbers")
    words.add_argument("--rounds", type=int, default=3, help="how often everything is measured in turn (3)")
    words.add_argument("--seconds", type=float, default=5, help="length of a cell that posts; readers get less (5)")
    words.add_argument("--full", type=int, default=1_000_000, help="actions in the full store (1000000)")
    words.add_argument("--work", type=Path, help="where the databases live meanwhile: on the disk to be measured")
    words.add_argument("--only", default="", help="only targets whose name has this in it")
    given = words.parse_args()
    if given.quick:
        given.rounds, given.seconds, given.full = 1, 1.0, min(given.full, 30_000)
    return given


def main() -> int:
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        for name, package in NEEDED.items():
            program(name, package)
        with ExitStack() as stack:
            folder = _folder(given.work, stack)
            stage = Stage(folder, stack, _say, full=given.full)
            targets = [target for target in stage.build() if given.only in target.name]
            budget = Budget(STARTED + 60 * MOST_MINUTES, 0 if given.quick else SECONDS_FOR_REPEATS, stage.everybody)
            rows, fsyncs = _measure_all(targets, given, budget, folder)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    posted, missed = _the_post(given)
    _write(given, rows, posted, _facts(given, rows, fsyncs))
    return 1 if missed else 0


def _the_post(given: argparse.Namespace) -> tuple[list[dict[str, Any]], bool]:
    """Its rows, and whether it broke off: a quarter of an hour of measurements is not lost for that."""
    try:
        return [] if given.only else _measure_the_post(given), False
    except Missing as missing:
        print(f"The post was not measured. {missing}", file=sys.stderr)
        return [], True


def _measure_the_post(given: argparse.Namespace) -> list[dict[str, Any]]:
    """By itself, when everything else has ended: a worker, its database and a mail server share the cores."""
    _say("Measuring the post")
    with ExitStack() as stack:
        sizes = post.QUICK if given.quick else post.Sizes(rounds=given.rounds)
        return post.measure(_folder(given.work, stack), stack, _say, sizes)


def _say(line: str) -> None:
    print(f"{time.monotonic() - STARTED:6.1f} s  {line}", flush=True)


def _folder(work: Path | None, stack: ExitStack) -> Path:
    """Readable for nginx and PostgreSQL, which run as users of their own."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-", dir=work))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    return folder


def _measure_all(
    targets: list[Target], given: argparse.Namespace, budget: Budget, folder: Path
) -> tuple[list[dict[str, Any]], list[float]]:
    """Round after round, so that a slow quarter of an hour of the machine falls on everybody."""
    rows: list[dict[str, Any]] = []
    fsyncs: list[float] = []
    if not given.quick:
        _warm_up(targets)
    for number in range(given.rounds):
        start = time.monotonic()
        fsyncs.append(machine.fsyncs_a_second(folder))
        for target in targets:
            for clients in target.clients:
                seconds = given.seconds if target.operation == "POST" else max(1.0, given.seconds - 2)
                rows.append(measure(target, clients, seconds, budget) | {"round": number})
                _say_cell(rows[-1])
        now = time.monotonic()
        if now + (now - start) > budget.end:
            _say("There is no time for another round.")
            break
    return rows, fsyncs


def _warm_up(targets: list[Target]) -> None:
    """Every thread has its connection and every page was rendered once before anything is measured."""
    for target in targets:
        if not target.name.startswith("limit"):
            target.load(64, 1.0)


def _say_cell(row: dict[str, Any]) -> None:
    lost = "" if row["lost"] is None else f", lost {row['lost']}"
    _say(
        f"{row['round'] + 1}  {row['operation']:4} {row['clients']:2}  {row['target']:34} {row['rate']:9,.0f} a second"
        f"{lost}{', noisy' if row['foreign'] > MOST_FOREIGN else ''}"
    )


def _facts(given: argparse.Namespace, rows: list[dict[str, Any]], fsyncs: list[float]) -> dict[str, str]:
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "wagtail", "granian", "psycopg"))
    followed = [row["followed_a_second"] for row in rows if row["followed_a_second"]]
    return {
        **machine.facts(),
        "fsyncs of the disk": f"{median(fsyncs):,.0f} a second (8 kB, one after the other)",
        "PostgreSQL": f"{_said_by('pgbench', '--version')}; fsync, synchronous_commit and full_page_writes on",
        "SQLite": f"{sqlite3.sqlite_version}; WAL, synchronous=FULL",
        "nginx": _said_by("nginx", "-v"),
        "ours": f"Python {sys.version.split()[0]}, {packages}; commit {_commit()}",
        "the peer": " ".join((HERE / "peer/requirements.txt").read_text().split()) + "; 2 processes of 4 threads",
        "the full store": f"{given.full:,} actions",
        "the worker": f"followed up to {max(followed, default=0):,.0f} actions a second beside the load",
        "the run": _about_the_run(given, rows),
    }


def _about_the_run(given: argparse.Namespace, rows: list[dict[str, Any]]) -> str:
    minutes, rounds = (time.monotonic() - STARTED) / 60, 1 + rows[-1]["round"]
    remark = " (--quick: to see that it works, not to be quoted)" if given.quick else ""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {minutes:.0f} minutes, rounds: {rounds}{remark}"


def _said_by(name: str, option: str) -> str:
    done = subprocess.run([program(name, name), option], capture_output=True, text=True, check=False)
    return (
        (done.stdout + done.stderr)
        .strip()
        .split("\n")[0]
        .removeprefix("nginx version: ")
        .removeprefix("pgbench (PostgreSQL) ")
    )


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _write(
    given: argparse.Namespace, rows: list[dict[str, Any]], posted: list[dict[str, Any]], facts: dict[str, str]
) -> None:
    """A quick run leaves the real results alone."""
    text, cells = HERE / "RESULTS.md", HERE / "results/cells.jsonl"
    if given.quick or given.only:
        text, cells = HERE / "results/quick.md", HERE / "results/quick.jsonl"
    cells.parent.mkdir(exist_ok=True)
    cells.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    if posted and not given.quick:
        post.RESULTS.write_text("".join(json.dumps(row) + "\n" for row in posted), encoding="utf-8")
    if not given.only:
        more = list(post.promises(posted))
        report.write(text, facts, report.Results(rows), (HERE / "notes.md").read_text(), more)
    _say(f"Written: {text.relative_to(HERE.parent)}, {cells.relative_to(HERE.parent)}")


if __name__ == "__main__":
    sys.exit(main())
