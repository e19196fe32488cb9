"""A small IMAP server on this machine: the few commands that a mailbox is looked into with, and some ways to fail."""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit


@dataclass
class Stored:
    """One mail in the mailbox."""

    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Account:
    """The mailbox, and how the server behaves: `hang_at` is a command it never answers, `break_at` ends it."""

    mails: dict[int, Stored] = field(default_factory=dict)
    hang_at: str = ""
    break_at: str = ""
    said: list[str] = field(default_factory=list)

    def put(self, *raws: bytes) -> None:
        for raw in raws:
            self.mails[max(self.mails, default=0) + 1] = Stored(raw)

    def flags(self) -> list[set[str]]:
        return [stored.flags for stored in self.mails.values()]


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            tag, _blank, rest = line.partition(" ")
            command = rest.split(" ")[1].upper() if rest.upper().startswith("UID ") else rest.partition(" ")[0].upper()
            self.server.account.said.append(command)
            if command == self.server.account.hang_at:
                self.server.closing.wait(20)
                return
            if command == self.server.account.break_at:
                return
            answer = getattr(self, f"do_{command.lower()}", self._unknown)(rest)
            self._say(f"{tag} {answer}")
            if command == "LOGOUT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _unknown(self, _rest: str) -> str:
        return "BAD what?"

    def do_capability(self, _rest: str) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def do_login(self, rest: str) -> str:
        right = rest.endswith(' "secret word"')
        return "OK done" if right else f"NO wrong: {rest}"

    def do_select(self, rest: str) -> str:
        if rest.partition(" ")[2] != '"INBOX/back here"':
            return "NO no such mailbox"
        self._say(f"* {len(self.server.account.mails)} EXISTS")
        return "OK [READ-WRITE]"

    def do_search(self, _rest: str) -> str:
        new = [uid for uid, one in self.server.account.mails.items() if not one.flags]
        self._say("* SEARCH" + "".join(f" {uid}" for uid in new))
        return "OK done"

    def do_fetch(self, rest: str) -> str:
        found = re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)
        assert found, rest
        stored = self.server.account.mails.get(int(found[1]))
        if stored:
            raw = stored.raw[: int(found[2])]
            self._say(f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(raw)}}}")
            self.wfile.write(raw)
            self._say(")")
        return "OK done"

    def do_store(self, rest: str) -> str:
        found = re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \((.*)\)", rest)
        assert found, rest
        self.server.account.mails[int(found[1])].flags |= set(found[2].split())
        return "OK done"

    def do_expunge(self, _rest: str) -> str:
        mails = self.server.account.mails
        for uid in [uid for uid, one in mails.items() if r"\Deleted" in one.flags]:
            del mails[uid]
        return "OK done"

    def do_logout(self, _rest: str) -> str:
        self._say("* BYE")
        return "OK done"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, account: Account) -> None:
        self.account = account
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), _Session)


class ImapServer:
    """The server in a thread of its own."""

    def __init__(self) -> None:
        self.account = Account()
        self._server = _Server(self.account)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def url(self, *, wrong: str = "", folder: str = "INBOX/back%20here") -> SplitResult:
        return urlsplit(f"imap://back:secret%20word{wrong}@127.0.0.1:{self._server.server_address[1]}/{folder}")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
