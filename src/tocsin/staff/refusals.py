"""Writes down who was refused at which door of the desk."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from tocsin.lib.readeraddress import reader_address
from tocsin.staff import audit


def note_refusal(request: HttpRequest, campaign_ref: int | None = None) -> None:
    """Nothing of what was posted or asked: only the door."""
    audit.write(
        "refused",
        kind="refused",
        who=request.user,
        about=request.path.replace("\x00", ""),  # which PostgreSQL keeps in no text
        campaign_ref=campaign_ref,
        details={"method": request.method},
        address=reader_address(request.META, settings.TOCSIN_TRUSTED_PROXIES),
    )
