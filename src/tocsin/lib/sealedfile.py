"""Files that are sealed while they are written, piece by piece: nothing of them ever lies open on the disk.

Each piece is sealed for its file, its place and whether it is the last, so that pieces cannot be left out, cut off,
moved, or taken from another file.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tocsin.lib.sealing import CannotOpen, KeyRing

PIECE = 1024 * 1024
_LENGTH = struct.Struct(">I")


class SealedWriter:
    """A new file for writing, readable by this account only. It takes its name when all is written: there is the whole
    file or none. Cannot seek, which zipfile understands."""

    def __init__(self, keys: KeyRing, path: Path) -> None:
        self._keys, self._path, self._unfinished = keys, path, path.with_suffix(".part")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._unfinished.unlink(missing_ok=True)
        self._file = os.fdopen(os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._waiting, self._pieces = bytearray(), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is not None:
            self._file.close()
            self._unfinished.unlink(missing_ok=True)
            return
        self._put(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._unfinished.rename(self._path)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Only whole pieces go to the disk."""

    def _put(self, plain: bytes, *, last: bool) -> None:
        sealed = self._keys.seal_bytes(plain, _context(self._path, self._pieces, last=last))
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._pieces += 1


def read_sealed(keys: KeyRing, path: Path) -> Iterator[bytes]:
    """The pieces of a sealed file. Raises CannotOpen where one was altered or is missing, before it is given out."""
    with path.open("rb") as file:
        number, piece = 0, _piece(file)
        while piece:
            following = _piece(file)
            yield keys.open_bytes(piece, _context(path, number, last=not following))
            number, piece = number + 1, following
    if number == 0:
        raise CannotOpen


def _piece(file: BinaryIO) -> bytes:
    """The next sealed piece, or nothing at the end."""
    length = file.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return b""
    return file.read(_LENGTH.unpack(length)[0])


def _context(path: Path, number: int, *, last: bool) -> bytes:
    return f"bytes:{path.name}:{number}:{'last' if last else 'more'}".encode()
