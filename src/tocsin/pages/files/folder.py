"""The folder of a campaign on a disk: read, and written so that nothing of anybody else's in it is touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from django.utils.translation import gettext as _

from tocsin.pages.files.packed import CannotBeOpened, check_name, check_sizes, is_hidden
from tocsin.pages.files.shape import CAMPAIGN, IN_PICTURES, LEDGER, MEMBERS, PAGE, PICTURE_TITLES, TARGETS

MAY_BE_GONE = (TARGETS, MEMBERS, LEDGER, PICTURE_TITLES)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files in it by name; hidden ones, such as those of git, are passed over. Raises CannotBeOpened."""
    if not folder.is_dir():
        raise CannotBeOpened(_("There is no folder “%(folder)s”.") % {"folder": folder})
    found = dict(_files_in(folder))
    check_sizes((path.stat().st_size for path in found.values()), len(found))
    return {name: path.read_bytes() for name, path in sorted(found.items())}


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files, and removes pages and pictures of an earlier time that there are no more; what else stands in
    the folder stays. Raises CannotBeOpened for a folder with other things and no campaign in it."""
    if folder.exists() and not (folder / CAMPAIGN).exists() and _holds_something(folder):
        raise CannotBeOpened(_("“%(folder)s” has other things in it. Choose an empty folder.") % {"folder": folder})
    for name in [name for name, _path in _files_in(folder) if _is_ours(name) and name not in files]:
        (folder / name).unlink()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Raises CannotBeOpened for a link: it may lead anywhere."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if is_hidden(path.name):
            continue
        check_name(path.name, is_link=path.is_symlink())
        if path.is_dir():
            yield from ((f"{path.name}/{name}", inside) for name, inside in _files_in(path))
        else:
            yield path.name, path


def _holds_something(folder: Path) -> bool:
    return not folder.is_dir() or any(not is_hidden(path.name) for path in folder.iterdir())


def _is_ours(name: str) -> bool:
    return bool(PAGE.fullmatch(name)) or name.startswith(IN_PICTURES) or name in MAY_BE_GONE
