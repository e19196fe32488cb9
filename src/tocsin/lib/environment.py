"""Reads settings from environment variables; a wrong value becomes one clear sentence, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit


class WrongSetting(Exception):
    """A setting has a value that cannot be used."""


@dataclass(frozen=True)
class Setting:
    """One documented variable: what `docs/operators/settings.md` prints a line about."""

    name: str
    default: str
    help: str


class Environment:
    """The variables of one process. Every variable asked for is remembered in `asked`, with its help."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.asked: list[Setting] = []

    def text(self, name: str, default: str = "", *, help: str) -> str:  # noqa: A002  (the word users read)
        """The value as it stands; `NAME_FILE` may name a file that holds it, as secret stores do."""
        self.asked.append(Setting(name, default, help))
        if from_file := self.variables.get(f"{name}_FILE"):
            return self._read(name, from_file)
        return self.variables.get(name, default).strip()

    def whole(self, name: str, default: int, *, least: int = 0, most: int = 10**9, help: str) -> int:  # noqa: A002
        value = self.text(name, str(default), help=help)
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise WrongSetting(f"{name} must be a whole number from {least} to {most}, but it is “{value}”.")
        return int(value)

    def flag(self, name: str, default: bool, *, help: str) -> bool:  # noqa: A002, FBT001
        value = self.text(name, "yes" if default else "no", help=help).lower()
        if value in {"yes", "true", "1", "on"}:
            return True
        if value in {"no", "false", "0", "off"}:
            return False
        raise WrongSetting(f"{name} must be yes or no, but it is “{value}”.")

    def choice(self, name: str, default: str, among: tuple[str, ...], *, help: str) -> str:  # noqa: A002
        value = self.text(name, default, help=help)
        if value not in among:
            empty, named = "empty, or " if "" in among else "", ", ".join(word for word in among if word)
            raise WrongSetting(f"{name} must be {empty}one of {named}, but it is “{value}”.")
        return value

    def words(self, name: str, default: str = "", *, help: str) -> list[str]:  # noqa: A002
        """Comma-separated words; empty ones are left out."""
        return [word for part in self.text(name, default, help=help).split(",") if (word := part.strip())]

    def url(self, name: str, default: str, schemes: tuple[str, ...], *, help: str) -> SplitResult:  # noqa: A002
        value = self.text(name, default, help=help)
        parts = self._parsed(name, value)
        if parts.scheme not in schemes:
            raise WrongSetting(
                f"{name} must start with {' or '.join(s + ':' for s in schemes if s)}, but it is “{value}”."
            )
        return parts

    def checked[V, T](self, name: str, value: V, parse: Callable[[V], T]) -> T:
        """`parse(value)`; what it says with a ValueError is said of the setting, without repeating a secret."""
        try:
            return parse(value)
        except ValueError as error:
            raise WrongSetting(f"{name} {error}") from None

    def _parsed(self, name: str, value: str) -> SplitResult:
        """Never repeated in what it says: there may be a password in it. A “#” ends an address, and none of ours has
        one: what stood before it would be taken for a host."""
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            raise _unreadable(name) from None
        if "#" in value:
            raise _unreadable(name)
        return parts

    def _read(self, name: str, path: str) -> str:
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            raise WrongSetting(f"{name}_FILE names {path}, but: {reason}.") from None


def _unreadable(name: str) -> WrongSetting:
    return WrongSetting(
        f"{name} is no address that can be understood. In a user name or password, write # as %23, @ as %40, "
        "/ as %2F, : as %3A, ? as %3F and % as %25."
    )


def read_options(text: str) -> dict[str, str]:
    """KEY=VALUE pairs, one a line or separated by commas. A value may hold “=”; on lines of their own also commas."""
    pieces = text.splitlines() if "\n" in text else text.split(",")
    pairs = [piece.partition("=") for piece in pieces if piece.strip()]
    if not all(name.strip() and equals for name, equals, _value in pairs):
        raise ValueError("must be KEY=VALUE pairs, separated by commas or line ends.")
    return {name.strip(): value.strip() for name, _equals, value in pairs}


env = Environment(os.environ)
