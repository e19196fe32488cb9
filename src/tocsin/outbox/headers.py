"""Writes what people typed into mail headers, so that it can be nothing but text there (RFC 5322, RFC 2047).

Python's own writer loses blanks between words of different scripts and takes 8 ms for the headers of one letter, where
this takes a tenth of one; a peak is a hundred thousand letters. What leaves here is ASCII without controls, whatever
came in: a quoted string, plain words, or base64.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import lru_cache
from textwrap import wrap

from tocsin.lib.plaintext import CONTROLS, ESCAPES, one_line

# RFC 2047 allows lines of 76 characters: the header's name, 12 of frame, and 44 of base64, which hold 33 bytes.
BYTES_IN_A_WORD = 33
LINE = 76
# Stricter than the standard, which allows quotes and comments: nothing here can end an envelope or begin a header.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL_PART = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")


class CannotBeMailed(ValueError):
    """No mail can be made of this: an address in it is none that mail servers carry."""


def unstructured(name: str, text: str) -> str:
    """A header of free text, such as a subject."""
    if _plain(text):
        if text and len(name) + 2 + len(text) <= LINE:
            return f"{name}: {text}"
        return f"{name}: " + "\r\n ".join(wrap(text, LINE - len(name) - 2, break_long_words=False) or [""])
    return f"{name}: {_encoded(text)}"


def mailbox(name: str, person: str, address: str) -> str:
    """A header of one address, with the name of its owner beside it."""
    if not person:
        return f"{name}: {address}"
    quoted = _quoted(person)
    shown = quoted if _plain(person) and len(name) + 2 + len(quoted) <= LINE else _encoded(person)
    return f"{name}: {shown}\r\n <{address}>"


def header_text(text: str, longest: int) -> str:
    """One line without controls. What is too long loses its middle: a name's end says who carries the mail."""
    text = one_line(CONTROLS.sub("", ESCAPES.sub("", one_line(text))))
    if len(text) <= longest:
        return text
    end = longest // 3
    return f"{text[: longest - end - 1].rstrip()}…{text[-end:].lstrip()}"


@lru_cache(maxsize=1024)
def ascii_address(address: str) -> str:
    """The address as it may stand in an envelope and in a header, its domain in punycode. Raises CannotBeMailed."""
    local, _at, domain = address.strip().rpartition("@")
    try:
        plain = domain.encode("idna").decode()
    except UnicodeError:
        plain = ""
    if not LOCAL_PART.fullmatch(local) or not DOMAIN.fullmatch(plain):
        raise CannotBeMailed("not an address that mail servers carry")
    return f"{local}@{plain}"


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and "=?" not in text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encoded(text: str) -> str:
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(piece).decode()}?=" for piece in _pieces(text))


def _pieces(text: str) -> Iterator[bytes]:
    """The text in UTF-8, cut between characters only: each encoded word must be readable alone."""
    piece = b""
    for character in text:
        octets = character.encode()
        if len(piece) + len(octets) > BYTES_IN_A_WORD:
            yield piece
            piece = b""
        piece += octets
    yield piece
