"""Blocks as a file says them, looked through one by one: what there is no such block for is told with its line."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from tocsin.lib.plaintext import many_lines
from tocsin.lib.tomltext import Path
from tocsin.pages.files import richtext
from tocsin.pages.files.notes import Notes
from tocsin.pages.files.values import Wrong, check_length, check_one_line, not_offered, of_kind

MOST_BLOCKS = 500
LONGEST_RICH = 30_000
ONE_LINE = (blocks.CharBlock, blocks.URLBlock, blocks.ChoiceBlock)


def check_stream(block: Any, value: Any, file: str, path: Path, notes: Notes) -> None:
    """Notes what is wrong with the blocks of a stream, as they stand in a file."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        notes.wrong(file, _("This is a list of blocks: write [[%(name)s]] for each.") % {"name": _heading(path)}, path)
        return
    most = getattr(block.meta, "max_num", None) or MOST_BLOCKS
    if len(value) > most:
        notes.wrong(file, _("There are more than %(most)s. Leave some out.") % {"most": most}, path)
        return
    for at, one in enumerate(value):
        if isinstance(block, blocks.ListBlock):
            _check(block.child_block, one, file, (*path, at), notes)
        else:
            _check_typed(block, one, file, (*path, at), notes)


def _heading(path: Path) -> str:
    """“story.value.items”, as it stands in a file."""
    return ".".join(part for part in path if isinstance(part, str))


def _check_typed(block: Any, one: dict[str, Any], file: str, path: Path, notes: Notes) -> None:
    known = block.child_blocks
    kind = one.get("type")
    if not isinstance(kind, str) or kind not in known:
        said = _("There is no block of the type “%(type)s” here. There are: %(known)s.")
        notes.wrong(file, said % {"type": str(kind)[:40], "known": ", ".join(known)}, (*path, "type"))
    elif one.keys() - {"type", "value"}:
        _unknown(min(one.keys() - {"type", "value"}), file, path, notes)
    elif "value" not in one:
        notes.wrong(file, _("This block has no value."), path)
    else:
        _check(known[kind], one["value"], file, (*path, "value"), notes)


def _check(block: Any, value: Any, file: str, path: Path, notes: Notes) -> None:
    if isinstance(block, blocks.StreamBlock | blocks.ListBlock):
        check_stream(block, value, file, path, notes)
    elif isinstance(block, blocks.StructBlock):
        _check_parts(block, value, file, path, notes)
    else:
        try:
            leaf(block, value)
        except Wrong as wrong:
            notes.wrong(file, str(wrong), path)


def _check_parts(block: Any, value: Any, file: str, path: Path, notes: Notes) -> None:
    if not isinstance(value, dict):
        said = _("This block has parts: %(parts)s. Write them below its type, under [%(name)s.value].")
        notes.wrong(file, said % {"parts": ", ".join(block.child_blocks), "name": path[0]}, path)
        return
    for name in sorted(value.keys() - block.child_blocks.keys()):
        _unknown(name, file, (*path, name), notes)
    for name, child in block.child_blocks.items():
        if name in value:
            _check(child, value[name], file, (*path, name), notes)


def _unknown(name: str, file: str, path: Path, notes: Notes) -> None:
    notes.wrong(file, unknown_key(name), path)


def unknown_key(name: str) -> str:
    if name.lower().startswith("script"):
        return _(
            "Scripts are not brought in by files: a second person approves each. Take this out, and add the script at "
            "the desk."
        )
    return _("“%(name)s” is nothing that can be said here. Take it out, or mend its spelling.") % {"name": name[:80]}


def leaf(block: Any, value: Any) -> Any:
    """One value of a block, tidy. Pictures by their name, as it stands in the file. Raises Wrong."""
    if isinstance(block, blocks.BooleanBlock):
        return of_kind(bool, value, _("true or false, without quotation marks"))
    text = "" if value is None else of_kind(str, value, _("a text in quotation marks"))
    if isinstance(block, ImageChooserBlock):
        return text
    return rich(text) if isinstance(block, blocks.RichTextBlock) else _plain(block, many_lines(text))


def rich(text: str) -> str:
    check_length(text, LONGEST_RICH)  # the editor's converter takes the square of it
    if richtext.holds_script(text):
        raise Wrong(_("This text holds a script, or what could run one. Take it out: scripts have a door at the desk."))
    try:
        return richtext.tidied(many_lines(text))
    except richtext.NoHtml:
        raise Wrong(_("This HTML cannot be read: close every tag, like <p>…</p>.")) from None


def _plain(block: Any, text: str) -> str:
    if isinstance(block, blocks.ChoiceBlock):
        offered = [str(choice) for choice, _label in block.field.choices if choice]
        if text and text not in offered:
            raise not_offered(text, offered)
        return text
    if isinstance(block, ONE_LINE):
        check_one_line(text)
    check_length(text, getattr(block.field, "max_length", None))
    try:
        if text:
            block.field.run_validators(text)
    except ValidationError as wrong:
        raise Wrong(" ".join(wrong.messages)) from None
    return text
