"""Reads pieces of a mail that anybody may have written: whatever is in it, what comes out is text, or nothing.

The older policy of Python's parser is used throughout: the newer one raises errors at headers that are no headers.
"""

from __future__ import annotations

import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from html import unescape

from tocsin.lib.plaintext import many_lines, one_line

LONGEST_TEXT = 100_000
LONGEST_HEADER = 2_000
MESSAGE_IDS = re.compile(r"<([^<>\s]{1,250})>")
BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol", "hr"})
END_OF_HEADERS = re.compile(rb"\n\r?\n")
BLANKS = re.compile(r"\s+")
TAG_NAME = re.compile(r"/?[a-z0-9]{1,12}|!--", re.IGNORECASE)
END_OF_TAG = re.compile(">")
# What nobody sees goes on to its own end.
END_OF = {name: re.compile(f"</{name}[^>]*>", re.IGNORECASE) for name in ("style", "script", "head", "title")}
END_OF["!--"] = re.compile("-->")
MOST_OF_HEADERS = 256 * 1024
MOST_PARTS = 10_000


class TooMuchOfIt(Exception):
    """More headers or parts than a mail has: reading them would take minutes."""


def parsed(raw: bytes) -> Message:
    """Raises TooMuchOfIt."""
    if not END_OF_HEADERS.search(raw[:MOST_OF_HEADERS]) and len(raw) > MOST_OF_HEADERS:
        raise TooMuchOfIt
    if raw.count(b"\n--") > MOST_PARTS:
        raise TooMuchOfIt
    return BytesParser(policy=compat32).parsebytes(raw)


def header(mail: Message, name: str) -> str:
    """One header as people read it, on one line."""
    value = str(mail.get(name, ""))[:LONGEST_HEADER]
    with suppress(LookupError, ValueError, HeaderParseError):  # then it is shown as it stands
        value = str(make_header(decode_header("".join(value.splitlines()))))
    return one_line(many_lines(value))


def addresses(mail: Message, *names: str) -> list[tuple[str, str]]:
    """The names and addresses in headers, none of which need be there."""
    values = [str(value)[:LONGEST_HEADER] for name in names for value in mail.get_all(name, [])]
    return [(name, address) for name, address in getaddresses(values) if "@" in address]


def from_nobody(mail: Message) -> bool:
    """Whether it has no sender to answer to, like what machines send. Postfix says that in a way of its own to a pipe,
    unless it is told `null_sender=`."""
    return str(mail.get("Return-Path", "")).strip().lower() in {"<>", "<mailer-daemon>"}


def message_ids(mail: Message, *names: str) -> list[str]:
    return [found for name in names for value in mail.get_all(name, []) for found in MESSAGE_IDS.findall(str(value))]


def text_of(mail: Message) -> str:
    """What a person reads in it: its plain text, or else its HTML as plain text."""
    plain = html = ""
    for part in mail.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and not plain:
            plain = decoded(part)
        elif kind == "text/html" and not html:
            html = decoded(part)
    return many_lines(plain or _without_tags(html))[:LONGEST_TEXT]


def decoded(part: Message) -> str:
    """The text of one part, whatever its charset is called."""
    payload = part.get_payload(decode=True)
    content = payload[: 4 * LONGEST_TEXT] if isinstance(payload, bytes) else b""
    charset = part.get_content_charset("utf-8")
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _without_tags(markup: str) -> str:
    """HTML as plain text. Python's own parser takes minutes for some thousand tags that never end; this reads on."""
    found, at = [], 0
    while (start := markup.find("<", at)) >= 0:
        found.append(BLANKS.sub(" ", markup[at:start]))
        name = tag.group().lower() if (tag := TAG_NAME.match(markup, start + 1)) else ""
        end = END_OF[name].search(markup, start) if name in END_OF else END_OF_TAG.search(markup, start)
        if end is None:  # whatever follows belongs to what never ends
            at = len(markup)
            break
        if name.strip("/") in BLOCKS:
            found.append("\n")
        at = end.end()
    found.append(BLANKS.sub(" ", markup[at:]))
    lines = [line.strip() for line in unescape("".join(found)).replace("\xa0", " ").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
