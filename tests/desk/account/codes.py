"""What an app for codes does, written from RFC 6238 and not from the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time


def code_of(secret: str, *, steps: int = 0) -> str:
    counter = int(time.time()) // 30 + steps
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8), hashlib.sha1)
    start = digest[-1] & 15
    return f"{int.from_bytes(digest[start : start + 4]) % 2**31 % 10**6:06}"
