"""Rich text in a file: clean HTML, a paragraph on each line, links to pages of ours by their campaign's short name.

What comes in passes the very converter of the editor: what the editor could not have written is not kept.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from typing import Any

from django.utils.html import strip_tags
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from tocsin.pages.blocks import TEXT_FEATURES
from tocsin.pages.files.links import Here

# An address that the editor's converter lets through, which no page can have.
_MEANWHILE = "https://campaign.invalid/"
_OURS = re.compile(r'<a [^<>]*?linktype="page"[^<>]*>')
_ID = re.compile(r'\bid="(\d+)"')
_HREF_OURS = re.compile(r'(<a\b[^<>]*?\bhref=["\'])campaign:([^"\']*)(["\'])', re.IGNORECASE)
_LINK_MEANWHILE = re.compile(rf'<a href="{re.escape(_MEANWHILE)}([^"]*)">')
_NAMED = re.compile(r'<a href="campaign:([^"]*)">(.*?)</a>', re.DOTALL)
_KEYS = re.compile(r' data-block-key="[^"]*"')
_ENDS = re.compile(r"(</(?:p|li|ul|ol)>|<(?:ul|ol)>)(?=.)", re.DOTALL)
# Blanks as one run, with the tag before and the one after: looked for around each line's end, thousands take hours.
_BLANKS = re.compile(r"(</(?:p|li|ul|ol)>|<(?:ul|ol)>|<br/?>)?+(\s++)(?=(</?(?:ul|ol|li)\b)?)")
_LINKTYPE = re.compile(r"\blinktype\s*=", re.IGNORECASE)
# No paragraph of an editor's has one of these. Scripts have a door of their own, with a second person behind it.
_SCRIPT = re.compile(
    r"<[\s/]*+(?:script|iframe|object|embed|style|svg|form)\b|<[^<>]*\son\w+\s*=|<[^<>]*(?:java|vb)script\s*:",
    re.IGNORECASE,
)


class NoHtml(ValueError):
    """Not every tag of this text is closed by its own."""


def holds_script(text: str) -> bool:
    return bool(_SCRIPT.search(text))


def written(html: str, here: Here) -> str:
    """What is stored, as it stands in a file. Of what no editor would open, the words."""
    named = _OURS.sub(lambda found: _without_number(found[0], here), html)
    try:
        return _readable(_cleaned(named))
    except NoHtml:
        return _readable(_cleaned(f"<p>{escape(strip_tags(html))}</p>"))


def tidied(text: str) -> str:
    """What stands in a file, as `written` would have it: clean, and the same whatever editor it came from. Raises
    NoHtml."""
    text = _BLANKS.sub(_without_breaks, text.strip())
    text = _LINKTYPE.sub("data-no=", text)
    return _readable(_cleaned(_HREF_OURS.sub(rf"\1{_MEANWHILE}\2\3", text)))


def stored(text: str, here: Here) -> str:
    """What stands in a file, as it is stored. A link to a page that is not here leaves its words."""
    return _NAMED.sub(lambda found: _with_number(found, here), text.replace("\n", ""))


def linked_to(text: str) -> list[str]:
    """The pages of ours that a text in a file leads to, by name."""
    return [unescape(found[1]) for found in _NAMED.finditer(text)]


def _without_breaks(found: re.Match[str]) -> str:
    """A line's end beside such a tag says nothing; among words it parts them."""
    says_nothing = "\n" in found[2] and (found[1] or found[3])
    return found[1] or "" if says_nothing else found[0]


def _cleaned(html: str) -> str:
    """As the editor would save it, without the numbers it gives to paragraphs. Twice: what the first pass empties (a
    link without an address) the second takes away."""
    if not strip_tags(html).strip():
        return ""
    converter = _converter()
    try:
        for _twice in range(2):
            html = converter.to_database_format(converter.from_database_format(html))
    except Exception:  # tags that are not closed break it in several ways
        raise NoHtml from None
    return _KEYS.sub("", html)


@cache
def _converter() -> Any:
    return ContentstateConverter(TEXT_FEATURES)


def _readable(html: str) -> str:
    html = _LINK_MEANWHILE.sub(lambda found: f'<a href="campaign:{found[1]}">', html)
    return _ENDS.sub(r"\1\n", html.replace("\n", " "))


def _without_number(tag: str, here: Here) -> str:
    number = _ID.search(tag)
    name = here.name_of(int(number[1])) if number else ""
    return f'<a href="{_MEANWHILE}{escape(name)}">' if name else "<a>"


def _with_number(found: re.Match[str], here: Here) -> str:
    page = here.page_named(unescape(found[1]))
    return f'<a id="{page.pk}" linktype="page">{found[2]}</a>' if page else found[2]
