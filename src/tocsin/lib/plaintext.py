"""What people type, made safe to store and to mail: line ends, control characters, names that are no names."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls except tab and newline; terminal escapes; bidi overrides that can turn a line round.
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b.")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
LINE_BREAKS = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029]")
ADDRESSES = re.compile(r"://|www\.|\bhttps?:|\.(?:com|net|org|ru|cn|info)\b/?", re.IGNORECASE)


def one_line(text: str) -> str:
    """Inner white space folded to single blanks, ends trimmed, in composed Unicode (NFC)."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def many_lines(text: str) -> str:
    """A letter: newlines as \\n, terminal escapes and control characters gone, tabs kept, NFC."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = CONTROLS.sub("", ESCAPES.sub("", text))
    return unicodedata.normalize("NFC", text).strip()


def has_line_break(text: str) -> bool:
    return LINE_BREAKS.search(text) is not None


def has_control(text: str) -> bool:
    return CONTROLS.search(text) is not None or "\x1b" in text


def holds_web_address(text: str) -> bool:
    """Whether a name carries a link: how spammers make others' thank-you mails their own (B38)."""
    return ADDRESSES.search(text) is not None


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate it: = and @ always, + and - unless a letter follows (B39)."""
    first = unicodedata.normalize("NFKC", text.lstrip())[:2]
    if first[:1] in {"=", "@"}:
        return True
    return first[:1] in {"+", "-"} and not first[1:2].isalpha()
