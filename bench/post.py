"""The post: letters composed and delivered by one worker, and a backlog that drains beside people who sign.

Part of `make bench`; alone: python -m bench.post [--quick]. Needs Debian's postfix for its smtp-sink.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.load import posting
from bench.machine import ProcessorTime
from bench.ours import Installation
from bench.report import Promise
from bench.services import Missing, Postgresql, Service, free_port, program
from bench.stores import count

HERE = Path(__file__).parent
SECONDS_TO_DRAIN = 180.0
CLIENTS = 16
RESULTS = HERE / "results/post.jsonl"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    acts: int = 6_000
    backlog: int = 100_000
    seconds: float = 8
    rounds: int = 3


QUICK = Sizes(600, 3_000, 2, 1)


def measure(folder: Path, stack: ExitStack, say: Callable[[str], None], sizes: Sizes) -> list[dict[str, Any]]:
    """Both databases, each with a cluster, a mail sink and an installation of its own."""
    mail_port = free_port()
    as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [program("smtp-sink", "postfix"), *as_whom, f"127.0.0.1:{mail_port}", "200"]
    sink = Service("smtp-sink", command, folder)
    stack.callback(sink.stop)
    cluster = Postgresql(folder)
    server = cluster.start()
    stack.callback(server.stop)
    cluster.store("postgres").rows("CREATE DATABASE post")
    rows = []
    for name, url, serves in (("SQLite", "", [sink]), ("PostgreSQL", cluster.url("post"), [sink, server])):
        ours = Installation(f"post {name}", folder / name.lower(), url, mail_port)
        ours.prepare()
        for number in range(sizes.rounds):
            rows += [row | {"round": number} for row in _measured(ours, folder, say, sizes, serves)]
    return rows


def _measured(
    ours: Installation, folder: Path, say: Callable[[str], None], sizes: Sizes, serves: Sequence[Service]
) -> Iterable[dict[str, Any]]:
    for row in (_composed_and_delivered(ours, folder, sizes, serves), _beside_people(ours, folder, sizes)):
        say(f"{ours.database:10} {row['what']}: {row['rate']:,.0f} a second{row.get('remark', '')}")
        yield {"database": ours.database, **row}


def _composed_and_delivered(
    ours: Installation, folder: Path, sizes: Sizes, serves: Sequence[Service]
) -> dict[str, Any]:
    """Counted acts wait, and a worker comes: a letter and a thank-you of each, until a server has taken them all."""
    ours.reset()
    _leave(ours, "acts", sizes.acts)
    worker = _worker(ours, folder)
    roots = {service.name: service.pid for service in (worker, *serves)}
    try:
        _until(lambda: count(ours.store, "outbox_message") > 0)
        begun, before = time.monotonic(), ProcessorTime.now(roots)
        _until(lambda: _sent(ours) >= 2 * sizes.acts)
        span, used = time.monotonic() - begun, ProcessorTime.now(roots).since(before)
    finally:
        worker.stop()
    cpu = {name: round(1000 * seconds / sizes.acts, 3) for name, seconds in used.trees.items()}
    return {
        "what": "letters composed and delivered",
        "rate": sizes.acts / span,
        "cpu_ms": cpu,
        "foreign": round(used.foreign_cores, 2),
        "remark": f", {2 * sizes.acts / span:,.0f} mails; the worker used {cpu[worker.name]:.2f} ms a letter with its "
        f"thank-you, strangers {used.foreign_cores:.2f} cores",
    }


def _beside_people(ours: Installation, folder: Path, sizes: Sizes) -> dict[str, Any]:
    """People sign while the worker has only what they bring, and then while a backlog drains."""
    web = ours.start_web(folder)
    load = posting(lambda: ours.form(web), folder)
    rates = []
    try:
        for backlog in (0, sizes.backlog):
            ours.reset()
            if backlog:
                _leave(ours, "letters", backlog)
            worker = _worker(ours, folder)
            try:
                time.sleep(2)  # until it has loaded
                before, begun = _sent_of_backlog(ours), time.monotonic()
                rates.append(load(CLIENTS, sizes.seconds).rate)
                drained = (_sent_of_backlog(ours) - before) / (time.monotonic() - begun)
            finally:
                worker.stop()
    finally:
        web.stop()
    return {
        "what": "accepted while a backlog drains",
        "rate": rates[1],
        "without": rates[0],
        "share": rates[1] / rates[0] if rates[0] else 0.0,
        "drained": drained,
        "remark": f" ({rates[0]:,.0f} without), and {drained:,.0f} of the backlog delivered a second",
    }


def promises(rows: Sequence[dict[str, Any]]) -> Iterable[Promise]:
    for database in ("SQLite", "PostgreSQL"):
        mine = [row for row in rows if row["database"] == database]
        if mine:
            rate = median(row["rate"] for row in mine if "cpu_ms" in row)
            share = median(row["share"] for row in mine if "share" in row)
            yield Promise(f"letters composed and delivered by one worker, {database}", rate, 500, None, "a second")
            yield Promise(f"accepting while 100,000 letters drain, {database}: share of without", share, 0.8, None, "%")


def _worker(ours: Installation, folder: Path) -> Service:
    return Service("worker", [sys.executable, "-m", "tocsin.cli", "worker"], folder, environment=ours.environment())


def _leave(ours: Installation, what: str, many: int) -> None:
    command = [sys.executable, "-m", "bench.backlog", what, str(many)]
    done = subprocess.run(command, env=ours.environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"The backlog could not be made:\n{done.stderr[-2000:]}")


def _sent(ours: Installation) -> int:
    return count(ours.store, "outbox_message WHERE state = 'sent'")


def _sent_of_backlog(ours: Installation) -> int:
    return count(ours.store, "outbox_message WHERE state = 'sent' AND target_ref >= 1000000")


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_TO_DRAIN
    while not done():
        if time.monotonic() > deadline:
            raise Missing(
                f"The worker did not come to an end in {SECONDS_TO_DRAIN:.0f} s; see worker.log in the run's folder."
            )
        time.sleep(0.1)


def main() -> int:
    sizes = QUICK if "--quick" in sys.argv else Sizes()
    folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        rows = measure(folder, stack, print, sizes)
    if sizes is not QUICK:
        RESULTS.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for promise in promises(rows):
        print(promise.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
