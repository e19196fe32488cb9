"""The process that has everything loaded. It forks the web server and the worker, and starts again what dies.

Loaded by each for itself, the same 100 MB were in memory two or three times (docs/decisions/0021). The supervisor above
it stays without them: nothing that can break this process can break that one.
"""

from __future__ import annotations

import argparse
import gc
import os
import pkgutil
from collections.abc import Sequence
from functools import partial

from django.urls import resolve

from tocsin import web_server
from tocsin.run import Member, Tree

# Longer than the web server and the worker take by themselves, and shorter than the supervisor waits.
SECONDS_TO_END = 8.0
# Named, not imported: Django must be set up first, and the application does that.
WORKER = "tocsin.worker:run"


def load() -> None:
    """What is there then stays: looking through it for garbage would write to it, and so copy it into every child."""
    web_server.application()
    resolve("/desk/")  # reads every address, which would else be read after the fork, once in each worker
    pkgutil.resolve_name(WORKER)
    gc.collect()
    gc.freeze()


def main(arguments: Sequence[str] | None = None) -> None:
    words = argparse.ArgumentParser(prog="tocsin.nursery", description="Runs the web server and a worker.")
    words.add_argument("host")
    for name in ("port", "workers", "threads"):
        words.add_argument(name, type=int)
    asked = words.parse_args(arguments)
    load()
    os.environ["TOCSIN_TREE"] = "yes"
    web = partial(web_server.serve, asked.host, asked.port, asked.workers, asked.threads)
    members = [Member("web", web), Member("worker", run_worker)]
    Tree(members, seconds_to_end=SECONDS_TO_END, within=True).watch()


def run_worker() -> int:
    worked: int = pkgutil.resolve_name(WORKER)()
    return worked


if __name__ == "__main__":
    main()
