"""The secrets of an endpoint, and how a call is signed with them: as Standard Webhooks says.

A new secret does not stop the one before at once: for a day calls carry a signature of each, so that whoever receives
them can change over when it suits.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from django.utils import timezone
from standardwebhooks import Webhook

from tocsin.lib.vault import vault
from tocsin.outbox.calls.models import Endpoint

BOTH_FOR = timedelta(days=1)
BYTES = 32


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def seal_first(endpoint: Endpoint) -> str:
    """Gives a new endpoint its secret, which is shown now and never again."""
    secret = new_secret()
    endpoint.sealed = vault().seal([secret], _context(endpoint))
    return secret


def renew(endpoint: Endpoint) -> str:
    """Another secret, with the one before beside it for a day. The fields are changed, not stored."""
    secret = new_secret()
    endpoint.sealed = vault().seal([secret, *_all(endpoint)[:1]], _context(endpoint))
    endpoint.old_until = timezone.now() + BOTH_FOR
    return secret


def secrets_of(endpoint: Endpoint) -> list[str]:
    """Those that calls are signed with now, the newest first. Raises CannotOpen."""
    still_both = endpoint.old_until is not None and timezone.now() < endpoint.old_until
    return _all(endpoint) if still_both else _all(endpoint)[:1]


def signed(ref: str, at: datetime, body: str, with_secrets: list[str]) -> dict[str, str]:
    """The headers that prove who sent a call, and when."""
    signatures = [Webhook(secret).sign(ref, at, body) for secret in with_secrets]
    return {
        "webhook-id": ref,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _all(endpoint: Endpoint) -> list[str]:
    return [str(secret) for secret in vault().open(endpoint.sealed, _context(endpoint))]


def _context(endpoint: Endpoint) -> bytes:
    return b"endpoint:" + endpoint.context.encode()
