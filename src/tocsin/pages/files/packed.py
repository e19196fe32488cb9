"""The folder of a campaign as one .zip: packed the same way each time, and unpacked with suspicion.

Nothing of an archive is ever written to a disk by its own name. What it says of its sizes is believed only as far as it
is kept.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from tocsin.campaigns.import_file import BROKEN
from tocsin.pages.files.shape import CAMPAIGN, MOST_BYTES, MOST_FILES, MOST_PACKED_BYTES, megabytes

# Hidden files are those of version control and of desktops: nobody means them, and there may be many.
MOST_HIDDEN = 10_000
AT_NO_TIME = (1980, 1, 1, 0, 0, 0)
AN_ORDINARY_FILE = (stat.S_IFREG | 0o644) << 16
UNIX = 3
_ELSEWHERE = re.compile(r"^[/~]|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")


class CannotBeOpened(ValueError):
    """This is no folder that files are taken from. Its text is a sentence that says why and what to do."""


def packed(files: Mapping[str, bytes], folder: str) -> bytes:
    """The files in one folder of that name."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", AT_NO_TIME)
            entry.external_attr, entry.create_system, entry.compress_type = AN_ORDINARY_FILE, UNIX, zipfile.ZIP_DEFLATED
            into.writestr(entry, data)
    return archive.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files in an archive by their names in the folder of the campaign. Raises CannotBeOpened."""
    if len(data) > MOST_PACKED_BYTES:
        raise too_large(MOST_PACKED_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _looked_through(archive.infolist())
            return below_its_folder(_read(archive, entries))
    except (*BROKEN, ValueError) as why:
        if isinstance(why, CannotBeOpened):
            raise
        raise CannotBeOpened(_("This is no .zip that can be opened: it is broken, or has a password.")) from None


def _looked_through(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The files that somebody means, after a look at all names and sizes."""
    if len(entries) > MOST_HIDDEN:
        raise _too_many()
    for entry in entries:
        check_name(entry.filename, is_link=stat.S_ISLNK(entry.external_attr >> 16))
    wanted = [entry for entry in entries if not entry.is_dir() and not is_hidden(entry.filename)]
    check_sizes((entry.file_size for entry in wanted), len(wanted))
    return wanted


def _read(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> list[tuple[str, bytes]]:
    """Each file, with its real size looked at again: an archive may lie."""
    found, left = [], MOST_BYTES
    for entry in entries:
        with archive.open(entry) as file:
            data = file.read(left + 1)
        left -= len(data)
        if left < 0:
            raise too_large(MOST_BYTES)
        found.append((entry.filename, data))
    return found


def below_its_folder(found: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """By the names below the one folder that holds all, where there is one. Raises CannotBeOpened."""
    files = list(found)
    tops = {name.partition("/")[0] for name, _data in files}
    top = f"{tops.pop()}/" if len(tops) == 1 and CAMPAIGN not in {name for name, _data in files} else ""
    by_name = {name.removeprefix(top): data for name, data in files}
    if len(by_name) < len(files):
        raise CannotBeOpened(_("A file stands in it twice, under the same name. Pack the folder anew."))
    return by_name


def check_name(name: str, *, is_link: bool) -> None:
    """Raises CannotBeOpened for what leads out of the folder, or could."""
    if is_link:
        raise CannotBeOpened(_("“%(name)s” is a link and no file. Take the file itself.") % {"name": _short(name)})
    if _ELSEWHERE.search(name.replace("\\", "/")) or "\\" in name:
        raise CannotBeOpened(
            _("“%(name)s” leads out of the folder. Nothing of this is taken.") % {"name": _short(name)}
        )


def is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def check_sizes(sizes: Iterable[int], number: int) -> None:
    """Raises CannotBeOpened."""
    if number > MOST_FILES:
        raise _too_many()
    if sum(sizes) > MOST_BYTES:
        raise too_large(MOST_BYTES)


def too_large(most: int) -> CannotBeOpened:
    said = _("This is larger than %(most)s MB. Take out pictures that no page needs, or make them smaller.")
    return CannotBeOpened(said % {"most": megabytes(most)})


def _too_many() -> CannotBeOpened:
    return CannotBeOpened(_("There are more than %(most)s files in it. A campaign has fewer.") % {"most": MOST_FILES})


def _short(name: str) -> str:
    return name[:80].encode("ascii", "backslashreplace").decode()
