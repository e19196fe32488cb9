"""What stands beside an action page, by the end of its address: its number, how it is counted, its scripts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from django.http import HttpResponse

from tocsin.pages.answers import count_json
from tocsin.pages.how_we_count import JSON_PATH, PATH, how_we_count, how_we_count_json
from tocsin.pages.scripts_frame import FRAMES, scripts_html

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

BESIDE: dict[str, Callable[[ActionPage], HttpResponse]] = {
    "count.json": count_json,
    PATH: how_we_count,
    JSON_PATH: how_we_count_json,
    **{path: partial(scripts_html, kind=kind) for kind, path in FRAMES.items()},
}
