"""What somebody typed, carried on to the next action: sealed, for half an hour, and only for the browser that typed it.

It is made from the posted form alone and never from what is stored, so it tells nobody who signed. It travels in the
address of the thank-you page, because nothing else reaches a page without a cookie or a script; the script takes it out
of the address at once. Whoever is passed the address has another network or another browser, and opens nothing.
(docs/decisions/0031-closing-the-loop.md)
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping

from django.conf import settings

from tocsin.campaigns.words import FIELD_KINDS
from tocsin.lib.readeraddress import network_of, reader_address
from tocsin.lib.vault import vault
from tocsin.web.asked import Environ

CARRIED = "carried"
MINUTES = 30
LONGEST = 4000


def seal_details(act: Mapping[str, object], environ: Environ) -> str:
    details = {kind: str(act[kind]) for kind in FIELD_KINDS if act.get(kind)}
    content = json.dumps([_minute(), details], ensure_ascii=False, separators=(",", ":"))
    return vault().token(_for_this_browser(environ), content.encode())


def open_details(environ: Environ, carried: str) -> dict[str, str]:
    """What was typed; nothing after half an hour, in another browser, or where it was tampered with."""
    content = vault().read_token(_for_this_browser(environ), carried) if len(carried) <= LONGEST else None
    if content is None:
        return {}
    minute, details = json.loads(content)
    return dict(details) if 0 <= _minute() - minute < MINUTES else {}


def _minute() -> int:
    return int(time.time() // 60)


def _for_this_browser(environ: Environ) -> str:
    network = network_of(reader_address(environ, settings.TOCSIN_TRUSTED_PROXIES))
    agent = hashlib.sha256(str(environ.get("HTTP_USER_AGENT", "")).encode()).hexdigest()
    return f"carried:{network}:{agent}"
