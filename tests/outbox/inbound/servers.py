"""A Postfix and a Dovecot of the tests' own: their folders, high ports, nothing of this machine's."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

POSTFIX = shutil.which("postfix", path="/usr/sbin")
DOVECOT = shutil.which("dovecot", path="/usr/sbin")
# Both change to other users, which only root may.
AS_ROOT = os.geteuid() == 0
NOBODY, PASSWORD = 65534, "opensesame"
DOCS = Path(__file__).parents[3] / "docs" / "operators" / "mail.md"

# Waits for the test to do what `tocsin inbound` does: only the test's own process has the test's database.
INBOUND = """#!/bin/sh
mail=$(mktemp "{folder}/handed/XXXXXX") || exit 75
cat >"$mail"
printf '%s\\n' "$@" >"$mail.part" && mv "$mail.part" "$mail.to"
for _ in $(seq 300); do [ -e "$mail.done" ] && exit "$(cat "$mail.done")"; sleep 0.1; done
exit 75
"""
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file_prefixes = {folder}
maillog_file = {folder}/mail.log
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mail.hearings.example
mydestination =
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_base = {folder}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
"""
# The office's door takes mail before it knows whether there is such a person, and so has to report that there is none.
MASTER = """
127.0.0.1:{office} inet n - n - - smtpd
  -o smtpd_reject_unlisted_recipient=no
127.0.0.1:{ours} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
pickup unix n - n 60 1 pickup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""
MAILBOX = """
virtual_mailbox_domains = hearings.example, back.tocsin.example
virtual_mailbox_maps = inline:{ @back.tocsin.example=catchall/ }
"""
IMAP = """
protocols = imap
base_dir = {folder}/run
log_path = {folder}/dovecot.log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/catchall
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


class PostfixOfOurs:
    """Serves hearings.example, where nobody lives, and brings what comes back as the operators' page says: to a pipe,
    or to a mailbox."""

    def __init__(self, *, pipe: bool) -> None:
        # Not the tests' own folder: Postfix and what it starts are other users.
        self.folder = Path(tempfile.mkdtemp(prefix="tocsin-postfix-"))
        self.folder.chmod(0o755)
        self.office, self.ours = free_port(), free_port()
        for name, owner in (("conf", 0), ("queue", 0), ("data", "postfix"), ("handed", NOBODY), ("catchall", NOBODY)):
            (self.folder / name).mkdir()
            shutil.chown(self.folder / name, owner, None)
        script = self.folder / "inbound"
        script.write_text(INBOUND.format(folder=self.folder))
        script.chmod(0o755)
        main, master = (as_documented(name, script) for name in ("main.cf", "master.cf")) if pipe else (MAILBOX, "")
        main += "virtual_mailbox_domains = hearings.example\n" if pipe else ""
        (self.folder / "conf" / "main.cf").write_text(MAIN.format(folder=self.folder) + main)
        (self.folder / "conf" / "master.cf").write_text(MASTER.format(office=self.office, ours=self.ours) + master)

    def start(self) -> None:
        self._run("postfix", "start")
        wait_for(lambda: listens(self.ours) and listens(self.office))

    def stop(self) -> None:
        self._run("postfix", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def try_again(self) -> None:
        """What waits is tried at once."""
        self._run("postqueue", "-f")

    @property
    def log(self) -> str:
        return (self.folder / "mail.log").read_text()

    def handed(self) -> tuple[list[str], bytes, Path]:
        """The next mail that Postfix gave to the pipe: for whom, its bytes, the file that waits for an exit code."""
        wait_for(lambda: bool(list(self.folder.glob("handed/*.to"))))
        [to] = self.folder.glob("handed/*.to")
        recipients = to.read_text().splitlines()
        to.unlink()
        return recipients, to.with_suffix("").read_bytes(), to.with_suffix(".done")

    def _run(self, command: str, *arguments: str) -> None:
        # Its daemons keep what they are given open, so they are given nothing.
        done = subprocess.run(
            [f"/usr/sbin/{command}", "-c", str(self.folder / "conf"), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, (command, arguments)


class DovecotOfOurs:
    """Shows the mailbox that a Postfix of ours fills."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._config = folder / "dovecot.conf"
        self._config.write_text(IMAP.format(folder=folder, port=self.port, password=PASSWORD))

    @property
    def url(self) -> SplitResult:
        return urlsplit(f"imap://letters:{PASSWORD}@127.0.0.1:{self.port}/INBOX")

    def start(self) -> None:
        assert DOVECOT
        command = [DOVECOT, "-F", "-c", str(self._config)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: listens(self.port))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


def as_documented(file: str, script: Path) -> str:
    """The lines that the operators' page gives for this file of Postfix, for our domains, user and program."""
    found = re.search(rf"`/etc/postfix/{re.escape(file)}`[^:]*?:\n\n((?:    .*\n)+)", DOCS.read_text())
    assert found, f"{DOCS} says nothing of {file}"
    lines = re.sub("^    ", "", found[1], flags=re.MULTILINE)
    lines = lines.replace("act.your-organisation.org", "tocsin.example")
    return lines.replace("user=tocsin", "user=nobody").replace("/home/tocsin/inbound", str(script))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def wait_for(it: Callable[[], bool], patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while not it():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
