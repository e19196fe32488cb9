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
from html.parser import HTMLParser

from tocsin.lib.plaintext import many_lines, one_line

LONGEST_TEXT = 100_000
LONGEST_HEADER = 2_000
MESSAGE_IDS = re.compile(r"<([^<>\s]{1,250})>")
BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol", "hr"})
UNSEEN = frozenset({"style", "script", "head", "title"})


def parsed(raw: bytes) -> Message:
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


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.hidden += tag in UNSEEN
        if tag in BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in UNSEEN))
        if tag in BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(re.sub(r"\s+", " ", data))


def _without_tags(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.found).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
