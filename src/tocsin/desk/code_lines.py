"""How two versions of a script differ, line by line: what went, what came, and what stands around it. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Protocol

AROUND = 2


class Written(Protocol):
    """A version of a script, or the script itself as it is now."""

    code: str
    hosts: str

    def get_consent_class_display(self) -> str: ...


@dataclass(frozen=True, slots=True)
class CodeLine:
    """`sign` is “+” for what came, “−” for what went, “…” for what is left out, and empty for what stayed."""

    sign: str
    text: str


SIGNS = {"+": "+", "-": "−", " ": "", "@": "…"}


def difference(before: Written, after: Written) -> list[CodeLine]:
    lines = difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=AROUND)
    return [CodeLine(SIGNS[line[0]], "" if line[0] == "@" else line[1:]) for line in list(lines)[2:]]


def _lines(said: Written) -> list[str]:
    """All that an approval is about, as text."""
    return [
        said.get_consent_class_display(),
        *(f"https://{host}" for host in said.hosts.split()),
        "",
        *said.code.splitlines(),
    ]
