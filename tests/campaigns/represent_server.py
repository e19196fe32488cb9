"""A small Represent on this machine: its documented shape for a few postal codes, and every way it can fail."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ONE_RIDING, TWO_RIDINGS, UNKNOWN, DISAGREEING = "K1A 0A6", "K2A 1A1", "K9Z 9Z9", "K3A 1A1"
NEW_SET = "federal-electoral-districts-2023-representation-order"
OLD_SET = "federal-electoral-districts"
CENTRE, WEST = ("Ottawa Centre", "35079"), ("Ottawa West—Nepean", "35089")

type Fault = Callable[["Handler"], None]


def boundary(name: str, number: str, its_set: str = NEW_SET) -> dict[str, Any]:
    year = " (2023 representation order)" if its_set == NEW_SET else ""
    return {
        "name": name,
        "boundary_set_name": f"Federal electoral district{year}",
        "external_id": number,
        "url": f"/boundaries/{its_set}/{number}/",
        "related": {"boundary_set_url": f"/boundary-sets/{its_set}/"},
    }


def representative(district: str, email: str = "jane.doe@commons.example", **changes: Any) -> dict[str, Any]:
    return {
        "name": "Jane Doe",
        "first_name": "Jane",
        "last_name": "Doe",
        "elected_office": "MP",
        "party_name": "Independent",
        "district_name": district,
        "email": email,
        "url": "",
        "offices": [{"type": "legislature", "postal": "House of Commons", "tel": "1 613 555-0100", "fax": ""}],
        "extra": {},
        **changes,
    }


def answer(code: str, concordance: list[Any], centroid: list[Any], representatives: list[Any]) -> dict[str, Any]:
    ward = {"name": "Somerset", "boundary_set_name": "Ottawa ward", "external_id": "14", "url": "/boundaries/w/14/"}
    return {
        "code": code,
        "city": "Ottawa",
        "province": "ON",
        "boundaries_centroid": [*centroid, ward],
        "boundaries_concordance": concordance,
        "representatives_centroid": [representative("Ottawa Centre", elected_office="MPP"), *representatives],
    }


ANSWERS = {
    "K1A0A6": answer(
        "K1A0A6", [], [boundary(*CENTRE), boundary("Ottawa Centre", "35075", OLD_SET)], [representative(CENTRE[0])]
    ),
    "K2A1A1": answer("K2A1A1", [boundary(*CENTRE), boundary(*WEST)], [], [representative(WEST[0])]),
    "K3A1A1": answer("K3A1A1", [boundary(*WEST)], [boundary(*CENTRE)], []),
}


class Handler(BaseHTTPRequestHandler):
    server: Represent

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.fault:
            self.server.fault(self)
            return
        found = ANSWERS.get(self.path.strip("/").removeprefix("postcodes/"))
        self.say(200, json.dumps(found)) if found else self.say(404, "not found")

    def say(self, status: int, body: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: Any) -> None:
        """Tests are quiet."""


class Represent(ThreadingHTTPServer):
    """Answers as the real one does, until a fault is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.fault: Fault | None = None

    def handle_error(self, *_args: Any) -> None:
        """Whoever asked may have hung up: that is what some tests are about."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def running() -> Iterator[Represent]:
    server = Represent()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


# ── faults ──────────────────────────────────────────────────────────────────────────────────────────────────────
def slow(handler: Handler) -> None:
    time.sleep(1)
    handler.say(200, json.dumps(ANSWERS["K1A0A6"]))


def dripping(handler: Handler) -> None:
    """Never silent for long, and never done."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" " * 20_000)
        handler.wfile.flush()
        time.sleep(0.05)


def broken(handler: Handler) -> None:
    handler.say(500, "Server Error")


def too_many(handler: Handler) -> None:
    handler.say(429, "slow down", Retry_After="120")


def no_json(handler: Handler) -> None:
    handler.say(200, '{"code": "K1A')


def deep_json(handler: Handler) -> None:
    handler.say(200, "[" * 200_000)


def other_shape(handler: Handler) -> None:
    handler.say(200, '{"objects": []}')


def half_a_shape(handler: Handler) -> None:
    handler.say(200, '{"boundaries_centroid": [{"name": "Ottawa Centre"}], "boundaries_concordance": "none"}')


def elsewhere(handler: Handler) -> None:
    handler.say(302, "", Location="http://elsewhere.example/postcodes/K1A0A6/")


def in_circles(handler: Handler) -> None:
    handler.say(302, "", Location=handler.path)


def moved_within(handler: Handler) -> None:
    if handler.path.startswith("/new"):
        handler.say(200, json.dumps(ANSWERS["K1A0A6"]))
    else:
        handler.say(301, "", Location=f"/new{handler.path}")


def huge(handler: Handler) -> None:
    handler.say(200, " " * 3 * 1024 * 1024)


def hangs_up(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
