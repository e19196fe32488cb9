"""Streams of blocks between the two forms: as a page keeps them, and as a file says them. One walk for both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wagtail import blocks

type Turn = Callable[[Any, Any], Any]


def turned(block: Any, value: Any, turn: Turn) -> Any:
    """The same blocks with each leaf turned. What the block does not know is left out, what is missing has its usual
    value, and no part carries a number."""
    if isinstance(block, blocks.StreamBlock):
        known = [one for one in value or [] if one["type"] in block.child_blocks]
        return [
            {"type": one["type"], "value": turned(block.child_blocks[one["type"]], one["value"], turn)} for one in known
        ]
    if isinstance(block, blocks.ListBlock):
        return [turned(block.child_block, _item(one), turn) for one in value or []]
    if isinstance(block, blocks.StructBlock):
        return {name: turned(child, _part(child, name, value), turn) for name, child in block.child_blocks.items()}
    return turn(block, value)


def usual(block: Any) -> Any:
    """What a block says that nobody filled in, as it is kept."""
    return block.get_prep_value(block.normalize(block.get_default()))


def lean(block: Any, value: Any) -> Any:
    """For a file: what is empty is not said, where nothing is usual."""
    if isinstance(block, blocks.StreamBlock):
        return [{"type": one["type"], "value": lean(block.child_blocks[one["type"]], one["value"])} for one in value]
    if isinstance(block, blocks.ListBlock):
        return [lean(block.child_block, one) for one in value]
    if isinstance(block, blocks.StructBlock):
        parts = {name: lean(block.child_blocks[name], part) for name, part in value.items()}
        return {
            name: part for name, part in parts.items() if not is_empty(part) or not is_empty(_usual_of(block, name))
        }
    return value


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _usual_of(block: Any, name: str) -> Any:
    return usual(block.child_blocks[name])


def _item(one: Any) -> Any:
    """Of a list, as Wagtail keeps it with a number of its own, or without: then it has to be the bare value, or nothing
    of it would be shown."""
    return one["value"] if isinstance(one, dict) and one.keys() >= {"type", "value", "id"} else one


def _part(child: Any, name: str, value: Any) -> Any:
    return value[name] if isinstance(value, dict) and name in value else usual(child)
