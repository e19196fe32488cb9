"""The headers that every public answer carries: what it may load, who may frame it, how long it may be kept."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse

# Says whose page an answer is, to whoever counts how often it is given out (web/page_views.py). It never leaves.
WHOSE_PAGE = "Tocsin-Whose-Page"
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"


def accent_style(accent: str, accent_dark: str) -> str:
    """The one inline style of a page: the brand's colours. Its hash is in the page's policy, so nothing else runs."""
    return f":root{{--accent-light:{accent};--accent-dark:{accent_dark}}}"


@lru_cache(maxsize=64)
def content_policy(inline_style: str = "") -> str:
    """The page loads nothing from anyone else; the campaigner's scripts, if any, live in a frame of their own that
    cannot read the form (pages/scripts.py)."""
    digest = base64.b64encode(hashlib.sha256(inline_style.encode()).digest()).decode()
    style = f"style-src 'self' 'sha256-{digest}'" if inline_style else "style-src 'self'"
    return (
        f"default-src 'none'; script-src 'self'; {style}; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    )


def public[R: HttpResponse](response: R, *, inline_style: str = "") -> R:
    """Marks an answer as public: strict policy, no referrer to others, nothing kept unless `cacheable` says so."""
    response.headers["Content-Security-Policy"] = content_policy(inline_style)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Permissions-Policy"] = PERMISSIONS
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if settings.SECURE_HSTS_SECONDS:
        response.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def cacheable[R: HttpResponse](response: R, *, ignores_query: bool = True) -> R:
    """May be kept by everyone between us and the reader, shown stale while a fresh one is made, and for a day if
    none can be made. `ignores_query`: the same page whatever stands behind the question mark (utm values)."""
    seconds = settings.TOCSIN_CACHE_SECONDS
    if seconds:
        response.headers["Cache-Control"] = (
            f"public, max-age={seconds}, stale-while-revalidate={seconds * 2}, stale-if-error=86400"
        )
    if ignores_query:
        response.headers["No-Vary-Search"] = "params"
    return response


def private[R: HttpResponse](response: R) -> R:
    """For one person's eyes: kept nowhere, found by no search engine."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def counted[R: HttpResponse](response: R, *, campaign: int, language: str) -> R:
    """Each time that this answer is given to a reader, it is counted for a campaign in a language."""
    if settings.TOCSIN_COUNT_VIEWS:
        response.headers[WHOSE_PAGE] = f"{campaign} {language}"
    return response
