"""What a page says, as its file says it: texts, streams, pictures by their file, other pages by their campaign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from wagtail import blocks
from wagtail.fields import RichTextField
from wagtail.images.blocks import ImageChooserBlock

from tocsin.lib.plaintext import many_lines
from tocsin.pages.files import richtext
from tocsin.pages.files.blocks import is_empty, lean, turned
from tocsin.pages.files.links import Here
from tocsin.pages.files.pictures import Library
from tocsin.pages.files.shape import PAGE_KEYS, PAGE_TEXTS
from tocsin.pages.making import LINKS, PICTURES, STREAMS, Words
from tocsin.pages.models import ActionPage


def field_of(name: str) -> Any:
    return ActionPage._meta.get_field(name)


def stream_of(name: str) -> Any:
    return field_of(name).stream_block


def is_rich(name: str) -> bool:
    return isinstance(field_of(name), RichTextField)


def said_by(page: ActionPage, library: Library) -> Words:
    """Everything that a page says, in the words of its file. What is empty is there, too."""
    here = Here(page.campaign.slug if page.campaign else "", page.locale.language_code)
    said: Words = {name: _text(name, getattr(page, name), here) for name in PAGE_TEXTS}
    said |= {name: library.name_of(getattr(page, f"{name}_id")) for name in PICTURES}
    said |= {name: here.name_of(getattr(page, f"{name}_id")) for name in LINKS}
    return said | {name: _stream(name, page, here, library) for name in STREAMS}


def for_a_file(said: Words) -> Words:
    """Without what is empty, in the order of the file."""
    leaned = {name: lean(stream_of(name), said[name]) if name in STREAMS else said[name] for name in PAGE_KEYS}
    return {name: value for name, value in leaned.items() if not is_empty(value)}


def stored(said: Words, here: Here, numbers: Mapping[str, int]) -> Words:
    """The other way: as a page keeps them. `numbers` are those of the pictures, by their names."""

    def leaf(block: Any, value: Any) -> Any:
        if isinstance(block, ImageChooserBlock):
            return numbers.get(value or "")
        return richtext.stored(value, here) if isinstance(block, blocks.RichTextBlock) else value

    def one(name: str, value: Any) -> Any:
        if name in STREAMS:
            return turned(stream_of(name), value, leaf)
        if name in PICTURES:
            return numbers.get(value or "")
        if name in LINKS:
            return getattr(_linked(here, value), "pk", None)
        return richtext.stored(value, here) if is_rich(name) else value

    return {name: one(name, value) for name, value in said.items()}


def links_in(said: Words) -> Iterator[tuple[str, str]]:
    """Each page of ours that these words lead to: the part it stands in, and its name."""
    found: list[tuple[str, str]] = [(name, said[name]) for name in LINKS if said.get(name)]

    def leaf(block: Any, value: Any, name: str = "") -> Any:
        if isinstance(block, blocks.RichTextBlock):
            found.extend((name, linked) for linked in richtext.linked_to(value))
        return value

    for name in said.keys() & set(STREAMS):
        turned(stream_of(name), said[name], partial(leaf, name=name))
    for name in filter(is_rich, said.keys() & set(PAGE_TEXTS)):
        found.extend((name, linked) for linked in richtext.linked_to(said[name]))
    yield from sorted(found)


def _linked(here: Here, name: str) -> ActionPage | None:
    """A page of another campaign: only such can be offered next."""
    page = here.page_named(name) if name else None
    return page if isinstance(page, ActionPage) else None


def _text(name: str, value: Any, here: Here) -> Any:
    if is_rich(name):
        return richtext.written(value or "", here)
    return many_lines(value) if isinstance(value, str) else value


def _stream(name: str, page: ActionPage, here: Here, library: Library) -> list[Any]:
    def leaf(block: Any, value: Any) -> Any:
        if isinstance(block, ImageChooserBlock):
            return library.name_of(value)
        if isinstance(block, blocks.RichTextBlock):
            return richtext.written(value or "", here)
        return value if isinstance(value, bool) else many_lines(value or "")

    found: list[Any] = turned(stream_of(name), getattr(page, name).get_prep_value(), leaf)
    return found
