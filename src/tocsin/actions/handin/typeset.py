"""Sets a document of the kit: as PDF where typst is installed, else as HTML that any browser prints.

What people wrote reaches typst as data, and never as markup: nothing in it can be a command. The PDF is tagged and says
its title and language, so that it can be read aloud.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

SETTER = Path(__file__).parent / "setter.py"
LONGEST_SETTING = 300
FOLDER = Path(__file__).parent / "typst"
# A word longer than a line would run out of the page: it may be broken where these stand, which nobody sees.
LONG_WORD = re.compile(r"\S{30}(?=\S)")
ZERO_WIDTH_SPACE = "\u200b"


@dataclass(frozen=True, slots=True)
class Document:
    """`kind` names its template; `data` is plain (texts, numbers, lists), its title and language among it."""

    name: str
    kind: str
    data: dict[str, Any]


class CouldNotBeSet(Exception):
    """Typst did not make the PDF. What it says of the text is not repeated: it may hold the text."""


def makes_pdf() -> bool:
    """Whether typst is there; it is an extra (“tocsin[pdf]”)."""
    return find_spec("typst") is not None


def typeset(document: Document) -> tuple[str, bytes]:
    """The name of the file, and its bytes."""
    if not makes_pdf():
        html = render_to_string(f"actions/handin/{document.kind}.html", document.data)
        return f"{document.name}.html", html.encode()
    return f"{document.name}.pdf", _pdf({"template": _template(document.kind), "data": _breakable(document.data)})


def _pdf(asked: dict[str, Any]) -> bytes:
    done = subprocess.run(  # noqa: S603  (our own program, and no shell)
        [sys.executable, "-I", str(SETTER)],
        input=json.dumps(asked).encode(),
        capture_output=True,
        timeout=LONGEST_SETTING,
        check=False,
    )
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise CouldNotBeSet
    return done.stdout


@cache
def _template(kind: str) -> str:
    """What all documents share, then this one."""
    return (FOLDER / "page.typ").read_text() + (FOLDER / f"{kind}.typ").read_text()


def _breakable(value: Any) -> Any:
    if isinstance(value, str):
        return LONG_WORD.sub(lambda found: found[0] + ZERO_WIDTH_SPACE, value)
    if isinstance(value, list):
        return [_breakable(one) for one in value]
    if isinstance(value, dict):
        return {key: one if key in {"qr", "language"} else _breakable(one) for key, one in value.items()}
    return value
