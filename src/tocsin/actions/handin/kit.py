"""Makes a kit: one sealed ZIP of books, names, covering letters, sheets, a CSV and the fingerprints of all of it.

Written as a stream: a volume is set, sealed and forgotten before the next is read, so five thousand letters need no
more memory than five hundred. Run twice, it makes the kit anew; the row takes whichever is ready.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from tocsin.actions.handin.choose import in_order, number_letters
from tocsin.actions.handin.documents import CSV_COLUMNS, book, cover, csv_rows, name_list, row_of, sheet
from tocsin.actions.handin.read import Read, read_letter
from tocsin.actions.handin.store import FILES
from tocsin.actions.handin.typeset import Document, typeset
from tocsin.actions.handin.wording import Asked, editions_of, spoken_to
from tocsin.actions.models import HandIn
from tocsin.campaigns.models import Target
from tocsin.lib.csvlines import csv_lines

LETTERS_IN_A_VOLUME = 500
NAMES_IN_A_VOLUME = 2000


class NothingToHandIn(Exception):
    """Every letter to this target is in a kit already, was stopped, or was taken."""


@dataclass(slots=True)
class _Zip:
    """The archive with what its manifest will say."""

    archive: zipfile.ZipFile
    files: list[dict[str, str | int]] = field(default_factory=list)

    def add(self, name: str, data: bytes) -> None:
        self.archive.writestr(name, data)
        self.files.append({"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})

    def set(self, document: Document) -> None:
        self.add(*typeset(document))


@dataclass(slots=True)
class _Contents:
    """What is remembered of letters once they are set: their lines, and who sent the text as it was offered."""

    lines: list[Read] = field(default_factory=list)
    groups: dict[str, tuple[Read, list[list[str]]]] = field(default_factory=dict)
    unreadable: int = 0


def make_kit(hand_in: HandIn, asked: Asked) -> bool:
    """Makes the file and says in the row that it is ready; False if it was put away meanwhile. Raises
    NothingToHandIn."""
    target = hand_in.target
    if target is None or not number_letters(hand_in, taken_too=asked.taken_too):
        raise NothingToHandIn
    name = FILES.new_name("kit", hand_in.pk)
    with FILES.write(name) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        manifest = _fill(_Zip(archive), hand_in, target, asked)
    ready = HandIn.objects.filter(pk=hand_in.pk, state=HandIn.State.MAKING)
    taken = ready.update(state=HandIn.State.READY, file=name, manifest_sha256=manifest, made_at=Now())
    if not taken:
        FILES.remove(name)
    return bool(taken)


def _fill(kit: _Zip, hand_in: HandIn, target: Target, asked: Asked) -> str:
    """All files of the kit, the manifest last; the manifest's fingerprint."""
    editions = editions_of(hand_in.campaign)
    main = spoken_to(target, editions)
    title = main.words["title"] if main else hand_in.campaign.name
    organisation = main.words["brand"]["organisation"] if main else ""
    for code, _name in settings.LANGUAGES:
        if asked.texts.get(code, "").strip():
            kit.set(cover(hand_in, target, asked, code, editions))
    contents = _Contents()
    for volume, letters in enumerate(_volumes(hand_in, contents), start=1):
        kit.set(book(title, organisation, target.language, letters, volume))
    for volume, groups in enumerate(_lists(contents), start=1):
        kit.set(name_list(title, organisation, target.language, groups, volume))
    for edition in editions.values():
        kit.set(sheet(hand_in.campaign, edition))
    kit.add("letters.csv", b"".join(csv_lines([CSV_COLUMNS, *csv_rows(contents.lines)], for_spreadsheet=True)))
    manifest = _manifest(kit, hand_in, target, contents)
    kit.archive.writestr("manifest.json", manifest)
    return hashlib.sha256(manifest).hexdigest()


def _volumes(hand_in: HandIn, contents: _Contents) -> Iterator[list[Read]]:
    """Whole letters, some hundreds at once. A text that several sent unchanged goes to the lists instead."""
    whole: list[Read] = []
    for letters in in_order(hand_in):
        for letter in letters:
            read = read_letter(letter)
            if read is None:
                contents.unreadable += 1
                continue
            contents.lines.append(_without_words(read))
            if read.own_words:
                whole.append(read)
            else:
                contents.groups.setdefault(read.common, (read, []))[1].append(row_of(read))
            if len(whole) == LETTERS_IN_A_VOLUME:
                yield whole
                whole = []
        HandIn.objects.filter(pk=hand_in.pk).update(people=len(contents.lines))
    alone = [first for first, rows in contents.groups.values() if len(rows) == 1]
    contents.groups = {text: group for text, group in contents.groups.items() if len(group[1]) > 1}
    whole += alone
    for start in range(0, len(whole), LETTERS_IN_A_VOLUME):
        yield whole[start : start + LETTERS_IN_A_VOLUME]


def _lists(contents: _Contents) -> Iterator[list[tuple[Read, list[list[str]]]]]:
    """Each volume has some thousand names; a text that more people sent begins again in the next."""
    groups: list[tuple[Read, list[list[str]]]] = []
    names = 0
    for first, rows in contents.groups.values():
        for start in range(0, len(rows), NAMES_IN_A_VOLUME):
            some = rows[start : start + NAMES_IN_A_VOLUME]
            if names and names + len(some) > NAMES_IN_A_VOLUME:
                yield groups
                groups, names = [], 0
            groups.append((first, some))
            names += len(some)
    if groups:
        yield groups


def _without_words(read: Read) -> Read:
    """For the CSV and the manifest: thousands of letters are not kept in memory."""
    return replace(read, text="", offered="")


def _manifest(kit: _Zip, hand_in: HandIn, target: Target, contents: _Contents) -> bytes:
    said = {
        "campaign": hand_in.campaign_id,
        "target": target.pk,
        "hand_in": hand_in.pk,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "about": "A letter's sha256 is of the exact bytes of its mail, a file's of the file in this archive.",
        "unreadable": contents.unreadable,
        "files": kit.files,
        "letters": [
            {"number": one.number, "reference": one.reference, "message": one.ref, "sha256": one.sha256}
            for one in contents.lines
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()
