"""The web server: a process that forks the workers that answer, from the application as it was loaded before."""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from tocsin.lib.endings import end_with_parent

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def server(host: str, port: int, workers: int, threads: int) -> MPServer:
    return MPServer(
        "tocsin.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        # A thread that rests keeps its database connection warm.
        blocking_threads_idle_timeout=600,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        # Connections, not requests: readers keep theirs open between two pages.
        backpressure=1024,
        # A form on a bad line takes its time, but a head of a few hundred bytes does not.
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        respawn_failed_workers=True,
        workers_kill_timeout=6,
        # It warns of more threads than cores; ours wait for the disk and for each other's commit.
        log_level=LogLevels.error,
    )


def application() -> WSGIApplication:
    loaded: WSGIApplication = pkgutil.resolve_name("tocsin.wsgi:application")
    return loaded


def in_a_worker(parent: int) -> WSGIApplication:
    """The application as a forked worker has it. One whose parent was killed would keep the port, so it ends too."""
    if os.environ.get("TOCSIN_TREE"):
        end_with_parent(parent)
    return application()


def serve(host: str, port: int, workers: int, threads: int) -> int:
    """Answers until it is told to end."""
    # Python 3.14 begins processes otherwise, and so would load the application in each of them.
    multiprocessing.set_start_method("fork")
    loader: Callable[[], WSGIApplication] = partial(in_a_worker, os.getpid())
    server(host, port, workers, threads).serve(target_loader=loader, wrap_loader=False)
    return 0
