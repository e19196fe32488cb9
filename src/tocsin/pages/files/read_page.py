"""page.en.toml: everything that the page says in one language, each part as its field or block would take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from wagtail.images.blocks import ImageChooserBlock

from tocsin.lib.tomltext import Path
from tocsin.pages.files.blocks import turned
from tocsin.pages.files.notes import Notes
from tocsin.pages.files.pictures import Picture
from tocsin.pages.files.read_blocks import check_stream, leaf, rich, unknown_key
from tocsin.pages.files.shape import PAGE_KEYS, PAGE_TEXTS
from tocsin.pages.files.values import Wrong, check_length, of_kind, value_for
from tocsin.pages.files.words import field_of, is_rich, stream_of
from tocsin.pages.making import LINKS, PICTURES, STREAMS, Words

type Named = Mapping[str, Picture]
LONGEST_LINK = 100


def read_page(file: str, table: dict[str, Any], named: Named, notes: Notes) -> Words:
    """The words as `said_by` has them: whole, what is missing empty. What is wrong is noted."""
    for name in sorted(table.keys() - set(PAGE_KEYS)):
        notes.wrong(file, unknown_key(name), (name,))
    words: Words = {name: _text(file, name, table, notes) for name in PAGE_TEXTS}
    if not words["title"]:
        notes.wrong(file, _("The page has no title."))
    words |= {name: _picture(file, table.get(name), (name,), named, notes) for name in PICTURES}
    words |= {name: _link(file, name, table, notes) for name in LINKS}
    return words | {name: _stream(file, name, table.get(name, []), named, notes) for name in STREAMS}


def _text(file: str, name: str, table: dict[str, Any], notes: Notes) -> Any:
    field = field_of(name)
    if name not in table:
        return field.get_default()
    try:
        if not is_rich(name):
            return value_for(field, table[name])
        return rich(of_kind(str, table[name], _("a text in quotation marks")))
    except Wrong as wrong:
        notes.wrong(file, str(wrong), (name,))
    return ""


def _picture(file: str, value: Any, path: Path, named: Named, notes: Notes) -> str | None:
    """The name that the picture will have in a folder of ours."""
    if not value:
        return None
    if not isinstance(value, str) or value not in named:
        notes.wrong(file, _("There is no picture “%(name)s” in the folder.") % {"name": str(value)[:120]}, path)
        return None
    return named[value].name


def _link(file: str, name: str, table: dict[str, Any], notes: Notes) -> str:
    try:
        text = of_kind(str, table.get(name, ""), _("a text in quotation marks"))
        check_length(text, LONGEST_LINK)
    except Wrong as wrong:
        notes.wrong(file, str(wrong), (name,))
        return ""
    return text


def _stream(file: str, name: str, value: Any, named: Named, notes: Notes) -> list[Any]:
    before = len(notes.problems)
    check_stream(stream_of(name), value, file, (name,), notes)
    if len(notes.problems) > before:
        return []

    def tidy(block: Any, one: Any) -> Any:
        tidied = leaf(block, one)
        return _picture(file, tidied, (name,), named, notes) if isinstance(block, ImageChooserBlock) else tidied

    found: list[Any] = turned(stream_of(name), value, tidy)
    return found
