"""`tocsin serve`: what runs in production, set up by the environment alone."""

from __future__ import annotations

import argparse
import pkgutil
import sys
from collections.abc import Sequence

from tocsin.run import Member, Tree, nursery_command, port_is_free, run_step, say


def serve(arguments: Sequence[str]) -> int:
    """Looks over the set-up, makes the static files, and runs the tree until it is told to end."""
    words = argparse.ArgumentParser(prog="tocsin serve", description="Runs the web server and a worker.")
    words.parse_args(arguments)
    settings = pkgutil.resolve_name("tocsin.settings")  # only now: who asks for help has no keys yet
    host, port = settings.TOCSIN_HOST, settings.TOCSIN_PORT
    if not port_is_free(host, port):
        say(f"Port {port} of {host} is taken. Choose another with TOCSIN_PORT, or stop what uses it.")
        return 1
    # In a process of its own: what it loads is not kept, and the supervisor stays small.
    if code := run_step([sys.executable, "-m", "tocsin.prepare", "serve"]):
        return code
    servers = nursery_command(host, port, settings.TOCSIN_WEB_WORKERS, settings.TOCSIN_WEB_THREADS)
    say(f"Starting on {host}, port {port}, for {settings.TOCSIN_BASE_URL.geturl()}")
    Tree([Member("servers", servers)]).watch()
    return 0
