"""The switch between a page's languages, as its template wants it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language_info


def translations_shown(paths: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Each in its own name."""
    return [
        {"language": code, "name": get_language_info(code)["name_local"].capitalize(), "url": path}
        for code, path in paths
    ]
