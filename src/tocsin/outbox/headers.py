"""Writes what people typed into mail headers, so that it can be nothing but text there (RFC 5322, RFC 2047).

Python's own writer loses blanks between words of different scripts and takes 8 ms for the headers of one letter, where
this takes a tenth of one; a peak is a hundred thousand letters. What leaves here is ASCII without controls, whatever
came in: a quoted string, plain words, or base64.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.headerregistry import Address
from functools import lru_cache
from textwrap import wrap

from tocsin.lib.plaintext import CONTROLS, ESCAPES, one_line

# RFC 2047 allows 75 characters for an encoded word: 12 of frame and 60 of base64, which hold 45 bytes.
BYTES_IN_A_WORD = 45
LINE = 76


class CannotBeMailed(ValueError):
    """No mail can be made of this: an address in it is none that mail servers carry."""


def unstructured(name: str, text: str) -> str:
    """A header of free text, such as a subject."""
    if _plain(text):
        return f"{name}: " + "\r\n ".join(wrap(text, LINE - len(name) - 2, break_long_words=False) or [""])
    return f"{name}: {_encoded(text)}"


def mailbox(name: str, person: str, address: str) -> str:
    """A header of one address, with the name of its owner beside it."""
    if not person:
        return f"{name}: {address}"
    shown = _quoted(person) if _plain(person) else _encoded(person)
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
        plain = Address(addr_spec=f"{local}@{domain.encode('idna').decode()}").addr_spec
    except (ValueError, IndexError):  # what Python's parser says of different kinds of nonsense
        raise CannotBeMailed("not an address that mail servers carry") from None
    if not local or not domain or not plain.isascii() or not plain.isprintable() or set(plain) & set(' <>"\\,;:()'):
        raise CannotBeMailed("not an address that mail servers carry")
    return plain


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
