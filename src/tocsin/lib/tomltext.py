"""Writes plain data as TOML that people can read and compare, and finds the line on which something stands. Pure.

Reading is Python's own (`tomllib`). What is written comes back exactly: texts of several lines stand as they are,
between three quotation marks; lists of tables stand one below the other; what is None is left out, since TOML has no
word for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

type Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# What may not stand in a text as it is; a tab and, between three marks, a line's end may.
_TO_ESCAPE = re.compile('[\\\\"\x00-\x08\x0a-\x1f\x7f]')
_TO_ESCAPE_IN_LINES = re.compile('\\\\|"(?="")|"\\Z|[\x00-\x08\x0b-\x1f\x7f]')
_NOT_LITERAL = re.compile("['\x00-\x08\x0a-\x1f\x7f]")
_HEAD = re.compile(r"\s*+(\[\[?+)([^\[\]]++)\]\]?+\s*+(?:#.*)?$")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_KEY = re.compile(r"""\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=(.*)$""", re.DOTALL)
# A text of several lines, a comment, names joined by dots, or a text that nothing closes. Each sign is looked at once.
_NAME = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\[^\n])*+"|'[^'\n]*+')"""
_NAMES = re.compile(
    rf"""\"{{3}}(?:[^"\\]|\\.?|"(?!""))*+"{{0,5}}|'{{3}}(?:[^']|'(?!''))*+'{{0,5}}|\#[^\n]*+"""
    rf"""|(?P<names>{_NAME}(?:[ \t]*+\.[ \t]*+{_NAME})*+)|"[^\n]*+|'[^\n]*+""",
    re.DOTALL,
)
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


def as_toml(data: Mapping[str, Any]) -> str:
    """The table as text, its own values before the tables in it, in the order given."""
    return "\n".join(_table(data, ())).lstrip("\n") + "\n"


def _table(data: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    inside = {name: value for name, value in data.items() if value is not None}
    for name, value in inside.items():
        if not _holds_tables(value):
            yield f"{_key(name)} = {_value(value)}"
    for name, value in inside.items():
        if _holds_tables(value):
            yield from _tables(value, (*path, _key(name)))


def _tables(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    name = ".".join(path)
    for one in value if isinstance(value, list) else ():
        yield from ("", f"[[{name}]]")
        yield from _table(one, path)
    if isinstance(value, dict):
        yield from ([] if len(path) > 1 else [""])
        yield f"[{name}]"
        yield from _table(value, path)


def _holds_tables(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _in_one_line(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return _text(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _text(text: str) -> str:
    if "\n" in text:
        return f'"""\n{_TO_ESCAPE_IN_LINES.sub(_escaped, text)}"""'
    if '"' in text and not _NOT_LITERAL.search(text):
        return f"'{text}'"  # HTML reads better so
    return _in_one_line(text)


def _in_one_line(text: str) -> str:
    return f'"{_TO_ESCAPE.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    return f"\\{sign}" if sign in '\\"' else f"\\u{ord(sign):04X}"


# ── where it stands ─────────────────────────────────────────────────────────────────────────────────────────────
def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line on which something of a TOML text stands: ("story", 2, "value", "alt"). Where it has no line of its own,
    that of what is around it; None where nothing is known. `lines` are those that `lines_of` found."""
    while path:
        if found := lines.get(path) or lines.get((*path, 0)):
            return found
        path = path[:-1]
    return None


def line_of_longer_key(text: str, most: int) -> int | None:
    """The first line on which more than so many names are joined by dots, in a heading or wherever a key may stand.
    Asked before tomllib reads it, which needs the square of a key's length in time and memory."""
    for found in _NAMES.finditer(text):
        names = found["names"] or ""
        if names.count(".") >= most and len(re.findall(_NAME, names)) > most:
            return text.count("\n", 0, found.start()) + 1
    return None


def line_in(error: Exception) -> int | None:
    """The line that tomllib's error names."""
    found = _PLACE.search(str(error))
    return int(found[1]) if found else None


def lines_of(text: str) -> dict[Path, int]:
    """The line of each table and key. Texts of several lines are passed over."""
    found: dict[Path, int] = {}
    many: Counter[Path] = Counter()
    here: Path = ()
    until = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if until:
            until = "" if until in line else until
        elif head := _HEAD.match(line):
            here = _entered(many, head[2], is_one_of_many=head[1] == "[[")
            found.setdefault(here, number)
        elif key := _KEY.match(line):
            found.setdefault((*here, key[1].strip("\"'")), number)
            until = next((mark for mark in ('"""', "'''") if key[2].count(mark) == 1), "")
    return found


def _entered(many: Counter[Path], name: str, *, is_one_of_many: bool) -> Path:
    """The table that a heading opens: of lists on the way, the newest of each. `many` are those opened so far."""
    parts = [part.strip("\"'") for part in _PART.findall(name)]
    path: Path = ()
    for at, part in enumerate(parts):
        path = (*path, part)
        if at == len(parts) - 1 and is_one_of_many:
            many[path] += 1
        if many[path]:
            path = (*path, many[path] - 1)
    return path
