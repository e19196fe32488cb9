"""What was noted while files were read: what is wrong, what to know besides, and on which line each stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.lib.tomltext import Path, line_of, lines_of
from tocsin.pages.files.shape import Problem

MOST_TOLD = 50


@dataclass
class Notes:
    """`texts` are those of the TOML files, so that a place in one becomes a line."""

    texts: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)

    _lines: dict[str, dict[Path, int]] = field(default_factory=dict)

    def wrong(self, file: str, sentence: str, path: Path = ()) -> None:
        """Only as many as somebody reads: a file may be wrong in a hundred thousand places."""
        if len(self.problems) < MOST_TOLD:
            self.problems.append(self._noted(file, sentence, path))

    def remark(self, file: str, sentence: str, path: Path = ()) -> None:
        if len(self.remarks) < MOST_TOLD:
            self.remarks.append(self._noted(file, sentence, path))

    def _noted(self, file: str, sentence: str, path: Path) -> Problem:
        return Problem(file, str(sentence), line_of(self._lines_in(file), path) if path else None)

    def _lines_in(self, file: str) -> dict[Path, int]:
        if file not in self._lines:
            self._lines[file] = lines_of(self.texts.get(file, ""))
        return self._lines[file]
