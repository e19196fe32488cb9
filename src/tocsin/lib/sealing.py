"""Seals personal data with keys that are not in the database: AES-256-GCM, a key ring, and keyed digests.

A sealed value is: one byte of format, four bytes that tell which key, twelve of nonce, then the ciphertext.
The context (which kind of value, of which row) is authenticated with it, so that a value moved to another row or
column no longer opens. The first key of the ring seals; all of them open: that is how a key is changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = b"\x01"
KEY_BYTES = 32


class CannotOpen(Exception):
    """The sealed value was made with a key that is not in the ring, or it was altered."""


def new_key() -> str:
    """A fresh key as text for the settings: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode().rstrip("=")


def parse_key(text: str) -> bytes:
    """The 32 bytes of a key written by `new_key`; ValueError with a sentence's end if it is none."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise ValueError("is not written in base64: make one with “tocsin keys”.") from None
    if len(key) != KEY_BYTES:
        raise ValueError("must be 32 bytes in base64: make one with “tocsin keys”.")
    return key


def derive(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """A key for one purpose from a master key (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose.encode()).derive(key)


class _Key:
    """One master key of the ring, with what is derived from it made once."""

    def __init__(self, master: bytes) -> None:
        self.master = master
        self.mark = hashlib.sha256(b"tocsin key" + master).digest()[:4]

    @cached_property
    def seal(self) -> AESGCM:
        return AESGCM(derive(self.master, "tocsin seal"))

    @cached_property
    def token(self) -> AESSIV:
        return AESSIV(derive(self.master, "tocsin token", 64))


class KeyRing:
    """The keys of one installation: `masters` newest first, and the one that digests are made with."""

    def __init__(self, masters: list[bytes], digest_key: bytes) -> None:
        self._keys = [_Key(master) for master in masters]
        self._by_mark = {key.mark: key for key in self._keys}
        self._digest_key = derive(digest_key, "tocsin digest")

    def seal(self, value: Any, context: bytes) -> bytes:
        """Any JSON value, sealed for the one context it will be opened with."""
        return self.seal_bytes(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), context)

    def seal_bytes(self, plain: bytes, context: bytes) -> bytes:
        key, nonce = self._keys[0], os.urandom(12)
        return FORMAT + key.mark + nonce + key.seal.encrypt(nonce, plain, context)

    def open(self, sealed: bytes | memoryview, context: bytes) -> Any:
        """What `seal` was given; CannotOpen if the key is gone, the context differs, or a bit was changed."""
        return json.loads(self.open_bytes(sealed, context))

    def open_bytes(self, sealed: bytes | memoryview, context: bytes) -> bytes:
        sealed = bytes(sealed)
        key = self._by_mark.get(sealed[1:5])
        if sealed[:1] != FORMAT or key is None:
            raise CannotOpen
        try:
            return key.seal.decrypt(sealed[5:17], sealed[17:], context)
        except InvalidTag:
            raise CannotOpen from None

    def digest(self, text: str, context: str = "") -> bytes:
        """32 bytes that stand for a text (an e-mail address) and cannot be guessed at without the key."""
        return hmac.digest(self._digest_key, f"{context}\0{text}".encode(), "sha256")

    def token(self, purpose: str, content: bytes) -> str:
        """Content as an unguessable word for a URL. The same content always gives the same word (AES-SIV,
        RFC 5297): equal posts get equal answers, and nobody can make or read one without the key."""
        key = self._keys[0]
        return base64.urlsafe_b64encode(key.token.encrypt(content, [purpose.encode()])).decode().rstrip("=")

    def read_token(self, purpose: str, token: str) -> bytes | None:
        """The content of a token of that purpose, or None for anything else."""
        try:
            sealed = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except ValueError:
            return None
        return next((found for key in self._keys if (found := _opened(key, purpose, sealed)) is not None), None)


def _opened(key: _Key, purpose: str, sealed: bytes) -> bytes | None:
    try:
        return key.token.decrypt(sealed, [purpose.encode()])
    except (InvalidTag, ValueError):
        return None
