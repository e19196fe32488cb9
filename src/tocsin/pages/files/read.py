"""Reads the files of a campaign: what they say, or every problem at once, each with its file and line.

Nothing is stored, and nothing is compared with what is there: that is `plan.py`. What the desk's own forms accept is
accepted, and rich text passes the editor's own cleaning.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from tocsin.campaigns.import_columns import guess
from tocsin.campaigns.import_file import CannotBeRead, read_table
from tocsin.campaigns.models import Kind, TargetImport
from tocsin.lib.tomltext import line_in, line_of_longer_key
from tocsin.pages.files.notes import MOST_TOLD, Notes
from tocsin.pages.files.pictures import Picture
from tocsin.pages.files.read_campaign import read_campaign
from tocsin.pages.files.read_page import read_page
from tocsin.pages.files.read_pictures import read_pictures
from tocsin.pages.files.shape import (
    CAMPAIGN,
    DEEPEST,
    IN_PICTURES,
    MEMBERS,
    MOST_FILES,
    MOST_TEXT_BYTES,
    ONLY_TO_READ,
    PAGE,
    PICTURE_TITLES,
    TARGETS,
    Problem,
    megabytes,
)
from tocsin.pages.making import Words


@dataclass(frozen=True, slots=True)
class CampaignFiles:
    """What a folder says. `pages` are words as `said_by` has them, by language; `pictures` are by the name that they
    will have in a folder of ours; `targets` and `members` are tables as an import of targets reads them."""

    name: str
    short_name: str
    kind: Kind
    rules: dict[str, Any]
    target_list: str
    dates: dict[str, datetime | None]
    pages: dict[str, Words]
    pictures: dict[str, Picture]
    targets: TargetImport
    members: TargetImport
    texts: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Problem, ...] = ()


def read_files(files: Mapping[str, bytes], short_name: str = "") -> CampaignFiles | list[Problem]:
    """`short_name`: another than campaign.toml says, which makes another campaign of the same files."""
    notes = Notes()
    if len(files) > MOST_FILES:
        return [Problem("", _("There are more than %(most)s files. Leave some out.") % {"most": MOST_FILES})]
    _check_names(files, notes)
    tables = _tables(files, notes)
    if CAMPAIGN not in files:
        notes.wrong(CAMPAIGN, _("It is missing. This is no folder of a campaign, or not all of it."))
    if CAMPAIGN not in tables:
        return notes.problems[:MOST_TOLD]
    said = read_campaign(tables[CAMPAIGN], short_name, notes)
    named = read_pictures(files, tables.get(PICTURE_TITLES, {}), notes)
    pages = {
        match[1].lower(): read_page(name, tables[name], named, notes)
        for name in files
        if (match := PAGE.fullmatch(name)) and name in tables
    }
    rows = {name: _rows(files, name, notes) for name in (TARGETS, MEMBERS)}
    if notes.problems or said is None:
        return notes.problems[:MOST_TOLD]
    return CampaignFiles(
        **said,
        pages=dict(sorted(pages.items())),
        pictures={picture.name: picture for picture in named.values()},
        targets=rows[TARGETS],
        members=rows[MEMBERS],
        texts=notes.texts,
        remarks=tuple(notes.remarks[:MOST_TOLD]),
    )


def _check_names(files: Mapping[str, bytes], notes: Notes) -> None:
    """Each file by its name alone: which there are, and that none is there twice."""
    seen: dict[str, str] = {}
    for name in files:
        if name.lower() in seen:
            notes.wrong(name, _("It is there twice: as “%(other)s”, too.") % {"other": seen[name.lower()]})
        seen[name.lower()] = name
        _check_name(name, notes)


def _check_name(name: str, notes: Notes) -> None:
    if page := PAGE.fullmatch(name):
        _check_language(name, page[1].lower(), notes)
    elif name in {CAMPAIGN, PICTURE_TITLES, TARGETS, MEMBERS, *ONLY_TO_READ} or name.startswith(IN_PICTURES):
        return
    elif "script" in name.lower() or name.lower().endswith((".js", ".mjs", ".html", ".htm", ".svg")):
        notes.wrong(
            name, _("Scripts are not brought in by files: a second person approves each at the desk. Take it out.")
        )
    elif name.lower().endswith((".toml", ".csv")):
        notes.wrong(name, _("No file of a campaign is called so. Take it out, or mend its name."))
    else:
        notes.remark(name, _("It is no file of a campaign, and is left out."))


def _check_language(name: str, language: str, notes: Notes) -> None:
    known = [code for code, _name in settings.LANGUAGES]
    if language not in known:
        said = _("There are no pages in the language “%(language)s” here. There are: %(known)s.")
        notes.wrong(name, said % {"language": language, "known": ", ".join(known)})


def _tables(files: Mapping[str, bytes], notes: Notes) -> dict[str, dict[str, Any]]:
    """Each TOML file as Python reads it."""
    texts = {
        name: text for name in files if name.endswith(".toml") and (text := _text(name, files[name], notes)) is not None
    }
    notes.texts = texts
    return {name: table for name, text in texts.items() if (table := _parsed(name, text, notes)) is not None}


def _text(name: str, data: bytes, notes: Notes) -> str | None:
    if len(data) > MOST_TEXT_BYTES:
        notes.wrong(name, _("It is larger than %(most)s MB.") % {"most": megabytes(MOST_TEXT_BYTES)})
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        notes.problems.append(Problem(name, _("It is not written in UTF-8. Save it as “UTF-8”."), line))
        return None


def _parsed(name: str, text: str, notes: Notes) -> dict[str, Any] | None:
    if line := line_of_longer_key(text, DEEPEST):
        notes.problems.append(Problem(name, _too_deep(), line))
        return None
    try:
        table = tomllib.loads(text)
        if _depth(table) <= DEEPEST:
            return table
    except tomllib.TOMLDecodeError as error:
        notes.problems.append(Problem(name, _no_toml(error), line_in(error)))
        return None
    except (RecursionError, ValueError):
        pass
    notes.wrong(name, _too_deep())
    return None


def _no_toml(error: Exception) -> str:
    why = str(error).partition(" (at ")[0]
    said = _(
        "It cannot be read as TOML from here on (%(why)s). Look for a quotation mark or a bracket that is missing."
    )
    return said % {"why": why}


def _too_deep() -> str:
    return _("It cannot be read as TOML: what stands in it is nested too deep, or is no value.")


def _depth(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inside), default=0)


def _rows(files: Mapping[str, bytes], name: str, notes: Notes) -> TargetImport:
    """A table of targets as an import has it, none of it stored. One to practise with may name addresses of nobody."""
    upload = TargetImport(file_name=name)
    if not files.get(name, b"").strip():
        return upload
    try:
        table = read_table(files[name])
    except CannotBeRead as why:
        notes.wrong(name, str(why))
        return upload
    upload.columns, upload.rows = table.columns, table.rows
    upload.mapping = {"columns": guess(table.columns), "takes_placeholders": True}
    return upload
