"""`tocsin audit`: reckons the audit log anew from its first line, and prints its newest hash, to be kept elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tocsin.run import say
from tocsin.staff.audit import is_in_the_chain, prove_audit

BROKEN = 1


def audit(arguments: Sequence[str]) -> int:
    """`tocsin audit [HASH …]`: 0 if every line fits and every hash named is still in it."""
    words = argparse.ArgumentParser(
        prog="tocsin audit",
        description="Says whether the log of what staff did still is as it was written. Keep the hash that it prints "
        "where nobody who has the database can change it; named here later, it must still be in the log.",
    )
    words.add_argument("hash", nargs="*", help="a hash that was printed before")
    return max(_prove(), *(_look_for(sha256) for sha256 in words.parse_args(arguments).hash), 0)


def _prove() -> int:
    found = prove_audit()
    if found.broken_at is not None:
        say(f"Line {found.broken_at} does not fit what stands before it: it was changed, or one before it is missing.")
    elif not found.whole:
        say("Lines that were there at the last proof are missing at the end.")
    else:
        say(f"Every line fits: {found.lines}.")
        say(f"Newest hash: {found.newest}")
    return 0 if found.whole else BROKEN


def _look_for(sha256: str) -> int:
    if is_in_the_chain(sha256.lower()):
        say(f"Still in the log: {sha256}")
        return 0
    say(f"No longer in the log: {sha256}")
    return BROKEN
