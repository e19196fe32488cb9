"""What was noted while files were read: what is wrong, what to know besides, and on which line each stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.lib.tomltext import Path, line_of
from tocsin.pages.files.shape import Problem

MOST_TOLD = 50


@dataclass
class Notes:
    """`texts` are those of the TOML files, so that a place in one becomes a line."""

    texts: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)

    def wrong(self, file: str, sentence: str, path: Path = ()) -> None:
        self.problems.append(self._noted(file, sentence, path))

    def remark(self, file: str, sentence: str, path: Path = ()) -> None:
        self.remarks.append(self._noted(file, sentence, path))

    def _noted(self, file: str, sentence: str, path: Path) -> Problem:
        return Problem(file, str(sentence), line_of(self.texts.get(file, ""), path) if path else None)
