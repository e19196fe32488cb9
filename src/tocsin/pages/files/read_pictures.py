"""The pictures of a folder and pictures.toml: each is a picture indeed, and is called something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from tocsin.pages.files.notes import Notes
from tocsin.pages.files.pictures import Picture, wrong_with
from tocsin.pages.files.read_blocks import unknown_key
from tocsin.pages.files.shape import IN_PICTURES, PICTURE_TITLES
from tocsin.pages.files.values import Wrong, of_kind, value_for

SAID = ("title", "description")


def read_pictures(files: Mapping[str, bytes], titles: dict[str, Any], notes: Notes) -> dict[str, Picture]:
    """By the name that each has in this folder: “pictures/road.jpg”."""
    names = [name for name in files if name.startswith(IN_PICTURES)]
    for name in sorted(titles.keys() - {name.removeprefix(IN_PICTURES) for name in names}):
        notes.wrong(PICTURE_TITLES, _("There is no picture “%(name)s” in the folder.") % {"name": name[:120]}, (name,))
    return {name: picture for name in names if (picture := _picture(name, files[name], titles, notes))}


def _picture(name: str, data: bytes, titles: dict[str, Any], notes: Notes) -> Picture | None:
    if wrong := wrong_with(name, data):
        notes.wrong(name, wrong)
        return None
    bare = PurePosixPath(name)
    said = titles.get(bare.name, {})
    if not isinstance(said, dict):
        notes.wrong(PICTURE_TITLES, _("Write the picture's title and description below its name."), (bare.name,))
        return None
    for key in sorted(said.keys() - set(SAID)):
        notes.wrong(PICTURE_TITLES, unknown_key(key), (bare.name, key))
    title, description = (_said(said, key, bare.name, notes) for key in SAID)
    return Picture(title or bare.stem[:255], description, bare.suffix[1:].lower(), data)


def _said(said: dict[str, Any], key: str, name: str, notes: Notes) -> str:
    try:
        text = of_kind(str, said.get(key, ""), _("a text in quotation marks"))
        return str(value_for(get_image_model()._meta.get_field(key), text))
    except Wrong as wrong:
        notes.wrong(PICTURE_TITLES, str(wrong), (name, key))
    return ""
